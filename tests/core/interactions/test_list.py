"""The list of interactions: found by filters, seen by who sees the client or the deal."""

from urllib.parse import urlencode

from core.interactions.services import log_interaction

CALLS = urlencode({"f": '{"field":"kind","op":"equal","value":"call"}'})


def test_the_list_shows_what_filters_ask_for(crm, web, make):
    director = make.user("director")
    client = make.client(owner=director)
    log_interaction(crm, client, kind="call", subject="About the price")
    log_interaction(crm, client, kind="letter", subject="The offer in writing")
    page = web.sign_in(director).text(f"/interactions/?{CALLS}")
    assert ("About the price" in page, "The offer in writing" in page) == (True, False)


def test_a_seller_finds_those_of_own_clients_and_deals(crm, web, make):
    seller, other = make.user("seller"), make.user("seller")
    log_interaction(crm, make.client(owner=seller), kind="call", subject="Mine")
    foreign = make.client(owner=other)
    log_interaction(crm, foreign, kind="call", subject="Hidden")
    deal = make.deal(client=foreign, owner=seller)
    log_interaction(crm, foreign, kind="call", subject="Of my deal", deal_id=deal.id)
    page = web.sign_in(seller).text("/interactions/")
    assert ("Mine" in page, "Of my deal" in page, "Hidden" in page) == (True, True, False)


def test_the_list_keeps_to_its_queries(crm, web, make, queries):
    director = make.user("director")
    for _number in range(30):
        log_interaction(crm, make.client(owner=director), kind="call", subject="Call")
    web.sign_in(director).text("/interactions/")
    with queries.at_most(15):
        web.text("/interactions/")

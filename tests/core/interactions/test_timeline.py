"""The timeline: all that happened with a client or deal, newest first, page by page, without what one may not see."""

import pytest

from core.clients.services import change_client
from core.deals.services import lose, move
from core.interactions.comments import add_comment
from core.interactions.services import log_interaction
from core.interactions.telling import tell, tell_values
from core.interactions.timeline import FILTERS, SOURCES, timeline
from core.stages.models import LossReason
from core.store.audit import history


@pytest.fixture
def seller(make):
    return make.user(name="Ana")


@pytest.fixture
def client(make, seller):
    return make.client("Kafe Mira", owner=seller)


@pytest.fixture
def deal(make, client, seller):
    return make.deal("Machines", client=client, owner=seller)


def sources(found):
    return [entry.source for entry in found.entries]


def test_newest_comes_first_from_all_sources(crm, client, deal, seller):
    with crm.acting(seller.id, "web"):
        crm.clock.advance(hours=1)
        log_interaction(crm, client, kind="call", subject="First")
        crm.clock.advance(hours=1)
        add_comment(crm, seller, "client", client.id, "Nice people")
        crm.clock.advance(hours=1)
        lose(crm, move(crm, deal, "Offer"), LossReason.get().id, "too dear")
    found = timeline(crm, seller, "client", client)
    assert sources(found) == ["closing", "visit", "comment", "interaction", "visit"]
    assert found.entries[0].user == seller
    assert found.entries[0].record.words == LossReason.get().name


@pytest.mark.parametrize("limit", [1, 2, 3, 7])
def test_pages_join_without_gap_or_repetition_even_at_one_moment(crm, client, deal, seller, limit):
    for number in range(5):
        log_interaction(crm, client, kind="call", subject=str(number))
        add_comment(crm, seller, "client", client.id, str(number))
    whole = timeline(crm, seller, "client", client, kinds=FILTERS, limit=100).entries
    assert len({entry.at for entry in whole}) == 1
    joined, after = [], ""
    while not joined or after:
        part = timeline(crm, seller, "client", client, kinds=FILTERS, after=after, limit=limit)
        joined += part.entries
        after = part.next
    assert [(one.source, one.id) for one in joined] == [(one.source, one.id) for one in whole]
    assert {one.source for one in whole} == set(SOURCES) - {"closing"}


def test_deals_timeline_has_its_own_entries_only(crm, client, deal, seller, make):
    other = make.deal("Other", client=client, owner=seller)
    log_interaction(crm, client, kind="call", deal_id=deal.id, subject="mine")
    log_interaction(crm, client, kind="call", deal_id=other.id, subject="not mine")
    found = timeline(crm, seller, "deal", deal, kinds=("call",))
    assert [entry.record.subject for entry in found.entries] == ["mine"]


def test_deals_of_others_stay_hidden(crm, client, seller, make):
    admin = make.user("administrator")
    secret = make.deal("Secret", client=client, owner=admin)
    add_comment(crm, admin, "deal", secret.id, "hush")
    assert timeline(crm, seller, "client", client).entries == []
    assert sources(timeline(crm, admin, "client", client)) == ["comment", "visit"]


def test_filter_shows_its_kind(crm, client, seller):
    for kind in ("call", "note", "meeting"):
        log_interaction(crm, client, kind=kind)
    found = timeline(crm, seller, "client", client, kinds=("note", "nonsense"))
    assert [entry.record.kind for entry in found.entries] == ["note"]


@pytest.mark.parametrize("after", ["9".ljust(18, "9") + "-0-1", "x", "1-2", "9-9-9-9", "1-1-" + "9" * 30, "-1-0-1"])
def test_broken_mark_of_a_page_shows_the_first_one(crm, client, seller, after):
    log_interaction(crm, client, kind="note")
    assert len(timeline(crm, seller, "client", client, after=after).entries) == 1


def test_timeline_asks_little_however_long_it_is(crm, client, deal, seller, queries):
    for number in range(30):
        log_interaction(crm, client, kind="call", subject=str(number))
    with queries.at_most(6):
        timeline(crm, seller, "client", client, kinds=FILTERS)


def test_change_is_told_in_words_with_names(crm, client, make):
    bes = make.user(name="Bes")
    change_client(crm, client, {"owner_id": bes.id, "status": "active", "phones": ["0692012345"]}, version=1)
    told = tell(crm, "client", history("client", client.id)[:1])
    (change,) = told.values()
    assert str(change.action) == "Changed"
    assert sorted(change.lines) == [
        ("Owner", "Ana", "Bes"),
        ("Phones", "", "+355692012345"),
        ("Status", "Prospect", "Active"),
    ]


def test_values_are_told_in_words(crm, seller):
    told = tell_values(crm, "client", {"owner_id": (seller.id, None), "next_contact_on": (crm.today(), None)})
    assert told["owner_id"] == ("Owner", "Ana", "")
    assert told["next_contact_on"][:2] == ("Next contact", "15 Jun 2026")

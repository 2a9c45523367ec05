"""The timeline: everything of a client or a deal, newest first, in pages."""

import pytest

from core.deals.services import lose, move
from core.errors import InvalidInput
from core.interactions.comments import comment, delete_comment
from core.interactions.services import register
from core.interactions.timeline import timeline
from core.stages.services import all_stages, usable_reasons
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


def kinds(entries):
    return [entry.kind for entry in entries]


def test_newest_comes_first_from_all_tables(crm, client, deal, seller):
    crm.clock.advance(hours=1)
    register(crm, kind="call", client=client, user=seller, subject="First")
    crm.clock.advance(hours=1)
    comment(crm, "client", client.id, seller, "Nice people")
    found = timeline(crm, seller, client_id=client.id, kinds=("interaction", "comment", "stage"))
    assert kinds(found) == ["comment", "interaction", "stage"]
    assert found[0].user == "Ana"


def test_a_page_continues_where_the_last_one_ended(crm, client, seller):
    for number in range(5):
        crm.clock.advance(minutes=1)
        register(crm, kind="call", client=client, user=seller, subject=str(number))
    first = timeline(crm, seller, client_id=client.id, kinds=("interaction",), limit=3)
    second = timeline(crm, seller, client_id=client.id, kinds=("interaction",), limit=3, before=first[-1].at)
    assert [entry.title for entry in (*first, *second)] == ["4", "3", "2", "1", "0"]


def test_moves_and_closings_of_deals_are_shown(crm, client, deal, seller):
    crm.clock.advance(days=1)
    offer = next(stage for stage in all_stages() if stage.name == "Offer")
    deal = move(crm, deal, offer)
    crm.clock.advance(days=1)
    lose(crm, deal, next(reason for reason in usable_reasons() if not reason.needs_note), "")
    found = timeline(crm, seller, client_id=client.id, kinds=("stage",))
    assert [entry.name for entry in found] == ["lost", "stage", "stage"]
    assert [entry.title for entry in found[1:]] == ["Offer", "Interest"]


def test_a_deals_timeline_has_nothing_of_other_deals(crm, client, deal, seller, make):
    other = make.deal("Other", client=client, owner=seller)
    register(crm, kind="call", client=client, user=seller, deal=deal, subject="mine")
    register(crm, kind="call", client=client, user=seller, deal=other, subject="not mine")
    found = timeline(crm, seller, deal_id=deal.id, kinds=("interaction",))
    assert [entry.title for entry in found] == ["mine"]


def test_deals_that_the_reader_may_not_see_are_left_out(crm, client, make):
    secret = make.deal("Secret", client=client, owner=make.user())
    comment(crm, "deal", secret.id, None, "hush")
    assert timeline(crm, client.owner, client_id=client.id, kinds=("comment", "stage")) == []


def test_the_timeline_asks_little(crm, client, deal, seller, queries):
    for number in range(10):
        register(crm, kind="call", client=client, user=seller, subject=str(number))
    with queries.at_most(8):
        timeline(crm, seller, client_id=client.id)


@pytest.mark.parametrize("body", ["", "   ", "x" * 10_001])
def test_an_empty_or_endless_comment_is_refused(crm, client, seller, body):
    with pytest.raises(InvalidInput):
        comment(crm, "client", client.id, seller, body)


def test_only_clients_and_deals_are_commented(crm, seller):
    with pytest.raises(InvalidInput):
        comment(crm, "user", 1, seller, "hm")


def test_a_deleted_comment_leaves_its_words_in_the_history(crm, client, seller):
    delete_comment(crm, comment(crm, "client", client.id, seller, "oops"))
    assert history("client", client.id)[0].changes == {"body": ["oops", None]}

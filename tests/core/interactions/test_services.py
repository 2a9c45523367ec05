"""Interactions are logged, planned, held, corrected; comments belong to their author; both are seen with the record."""

from datetime import timedelta

import pytest

from core.clients.contacts import create_contact
from core.errors import InvalidInput, NotAllowed, NotFound
from core.interactions.comments import add_comment, change_comment, delete_comment, get_comment
from core.interactions.models import Comment, Interaction
from core.interactions.services import (
    change_interaction,
    delete_interaction,
    get_interaction,
    hold,
    log_interaction,
    visible_interactions,
)
from core.store.audit import history


@pytest.fixture
def seller(make):
    return make.user(name="Ana")


@pytest.fixture
def client(make, seller):
    return make.client("Kafe Mira", owner=seller)


def test_interaction_is_held_now_by_who_acts(crm, client, seller):
    with crm.acting(seller.id, "web"):
        made = log_interaction(crm, client, kind="call", subject="Prices")
    assert (made.at, made.user, made.is_planned) == (crm.clock.now(), seller, False)
    assert history("interaction", made.id)[0].action == "created"


@pytest.mark.parametrize(
    "values", [{"kind": "dance"}, {"kind": "call", "direction": "up"}, {"kind": "call", "colour": "red"}]
)
def test_unknown_words_are_refused(crm, client, values):
    with pytest.raises(InvalidInput):
        log_interaction(crm, client, **values)


def test_nothing_was_held_in_the_future(crm, client):
    later = crm.clock.now() + timedelta(days=1)
    with pytest.raises(InvalidInput) as refusal:
        log_interaction(crm, client, kind="call", at=later)
    assert "at" in refusal.value.fields
    assert log_interaction(crm, client, kind="call", at=later, is_planned=True).at == later


@pytest.mark.parametrize("name", ["contact", "deal"])
def test_contact_and_deal_of_another_client_are_refused(crm, client, make, name):
    other = make.client()
    record = create_contact(crm, other, name="Mira") if name == "contact" else make.deal(client=other)
    with pytest.raises(InvalidInput) as refusal:
        log_interaction(crm, client, kind="call", **{f"{name}_id": record.id})
    assert name in refusal.value.fields


def test_planned_interaction_is_held_at_last(crm, client):
    planned = log_interaction(crm, client, kind="meeting", at=crm.clock.now() + timedelta(days=1), is_planned=True)
    held = hold(crm, planned)
    assert (held.is_planned, held.at) == (False, crm.clock.now())


def test_correction_is_in_the_history(crm, client):
    made = log_interaction(crm, client, kind="call", body="a")
    change_interaction(crm, made, {"body": "b"})
    assert history("interaction", made.id)[0].changes == {"body": ["a", "b"]}


def test_deleted_interaction_leaves_its_words_in_the_history(crm, client):
    made = log_interaction(crm, client, kind="call", body="important")
    delete_interaction(crm, made)
    assert Interaction.select().count() == 0
    assert history("interaction", made.id)[0].changes["body"] == ["important", None]


def test_interaction_is_seen_through_its_client_or_its_deal(crm, client, seller, make):
    helper, stranger = make.user(), make.user()
    deal = make.deal(client=client, owner=helper)
    made = log_interaction(crm, client, kind="call", deal_id=deal.id)
    assert [get_interaction(crm, one, made.id).id for one in (seller, helper)] == [made.id, made.id]
    assert list(visible_interactions(stranger)) == []
    with pytest.raises(NotFound):
        get_interaction(crm, stranger, made.id)


def test_comment_belongs_to_its_author(crm, client, seller, make):
    admin = make.user("administrator")
    made = add_comment(crm, seller, "client", client.id, "She knows prices")
    with pytest.raises(NotAllowed):
        change_comment(crm, admin, made, "other words")
    assert change_comment(crm, seller, made, "other words").body == "other words"
    delete_comment(crm, admin, made)
    assert Comment.select().count() == 0


@pytest.mark.parametrize("body", ["", "  ", "x" * 20_001])
def test_empty_or_endless_comment_is_refused(crm, client, seller, body):
    with pytest.raises(InvalidInput):
        add_comment(crm, seller, "client", client.id, body)


def test_comment_needs_a_record_that_is_seen(crm, client, seller, make):
    made = add_comment(crm, seller, "client", client.id, "hm")
    stranger = make.user()
    for attempt in (
        lambda: add_comment(crm, stranger, "client", client.id, "hm"),
        lambda: add_comment(crm, seller, "user", seller.id, "hm"),
        lambda: get_comment(crm, stranger, made.id),
    ):
        with pytest.raises(NotFound):
            attempt()

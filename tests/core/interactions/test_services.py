"""Registering, planning, holding and changing interactions."""

from datetime import timedelta

import pytest

from core.errors import InvalidInput, NotFound
from core.interactions import services
from core.interactions.models import Interaction
from core.store.audit import history


@pytest.fixture
def seller(make):
    return make.user()


@pytest.fixture
def client(make, seller):
    return make.client("Kafe Mira", owner=seller)


def call(crm, client, user, **values):
    return services.register(crm, kind="call", client=client, user=user, **values)


def test_a_call_is_registered_at_the_present_moment(crm, client, seller):
    made = call(crm, client, seller, subject="Interest", direction="out", duration_s=65)
    kept = Interaction.get_by_id(made.id)
    assert (kept.at, kept.subject, kept.direction, kept.duration_s) == (crm.clock.now(), "Interest", "out", 65)


def test_registering_is_in_the_history(crm, client, seller):
    made = call(crm, client, seller)
    assert history("interaction", made.id)[0].action == "created"


@pytest.mark.parametrize(
    ("values", "sentence"),
    [
        ({"kind": "telepathy"}, "known are call"),
        ({"kind": "call", "direction": "up"}, "in, out or empty"),
        ({"kind": "note"}, "needs some words"),
    ],
)
def test_what_can_not_be_registered_is_said(crm, client, seller, values, sentence):
    with pytest.raises(InvalidInput, match=sentence):
        services.register(crm, client=client, user=seller, **values)


def test_a_deal_of_another_client_is_refused(crm, client, seller, make):
    with pytest.raises(InvalidInput, match="another client"):
        call(crm, client, seller, deal=make.deal())


def test_a_planned_meeting_is_held_with_what_came_of_it(crm, client, seller):
    planned = services.register(
        crm,
        kind="meeting",
        client=client,
        user=seller,
        at=crm.clock.now() + timedelta(days=2),
        body="Show the samples",
        is_planned=True,
    )
    held = services.hold(crm, planned, body="They like the blue one", duration_s=3600)
    assert (held.is_planned, held.body) == (False, "Show the samples\n\nThey like the blue one")


def test_a_change_keeps_what_it_was(crm, client, seller):
    made = call(crm, client, seller, subject="Offr")
    services.change_interaction(crm, made, {"subject": "Offer"})
    assert history("interaction", made.id)[0].changes == {"subject": ["Offr", "Offer"]}


def test_an_unknown_field_is_refused(crm, client, seller):
    with pytest.raises(InvalidInput, match="no field colour"):
        services.change_interaction(crm, call(crm, client, seller), {"colour": "red"})


def test_a_deleted_interaction_leaves_its_words_in_the_history(crm, client, seller):
    made = call(crm, client, seller, body="secret plan")
    services.delete_interaction(crm, made)
    assert Interaction.select().count() == 0
    assert history("interaction", made.id)[0].changes["body"] == ["secret plan", None]


def test_interactions_of_invisible_clients_are_not_found(crm, client, seller, make):
    made = call(crm, client, seller)
    assert services.get_interaction(crm, seller, made.id) == made
    with pytest.raises(NotFound):
        services.get_interaction(crm, make.user(), made.id)


def test_whoever_sees_the_deal_sees_its_interactions(crm, client, seller, make):
    colleague = make.user()
    made = call(crm, client, seller, deal=make.deal(client=client, owner=colleague))
    assert services.get_interaction(crm, colleague, made.id) == made

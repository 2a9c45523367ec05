"""Search and fields of clients: what people type finds them; lists ask by every field; many change at once."""

import pytest

from core.clients.bulk import change_clients, delete_clients
from core.clients.categories import create_category, create_source
from core.clients.consent import record_consent
from core.clients.contacts import create_contact
from core.clients.models import Client
from core.clients.properties import create_property
from core.clients.search import matches
from core.errors import NotAllowed
from core.fields import condition, entity


def found(text):
    return sorted(client.name for client in Client.select().where(matches(Client, text, "AL")))


def asked(crm, user, field, op, value=None):
    kind = entity(crm, "client")
    where = condition(crm, kind, [{"field": field, "op": op, "value": value}], user)
    return sorted(client.name for client in Client.select().where(where))


@pytest.fixture
def base(crm, make):
    mira = make.client(
        "Kafe Mira Sh.p.k", phones=["069 20 12 345"], emails=["info@mira.al"], tax_number="L123", city="Tiranë"
    )
    make.client("Общество «Ромашка»", phones=["+7 812 123-45-67"], city="Санкт-Петербург")
    create_contact(crm, mira, name="Ершова Валентина", phones=["0682223344"])
    return mira


@pytest.mark.parametrize(
    "text",
    [
        "mira",
        "KAFE",
        "mira kafe",
        "0692012345",
        "069 20 12 345",
        "+355 69 2012345",
        "2012345",
        "info@mira",
        "L123",
        "ершова",
        "Валентина",
        "0682223344",
    ],
)
def test_client_is_found_by_what_people_type(base, text):
    assert found(text) == ["Kafe Mira Sh.p.k"]


def test_cyrillic_name_is_found_in_any_case(base):
    assert found("РОМАШКА") == ["Общество «Ромашка»"]


@pytest.mark.parametrize("text", ["%", "_", "nobody", "L12", "999999"])
def test_what_is_nowhere_finds_nobody(base, text):
    assert found(text) == []


@pytest.mark.parametrize(
    ("field", "op", "value"),
    [
        ("name", "contains", "Mira"),
        ("kind", "equal", "person"),
        ("status", "equal", "active"),
        ("owner.name", "equal", "Ana"),
        ("source.name", "equal", "Fair"),
        ("categories", "in", [1]),
        ("properties.size", "equal", "Large"),
        ("consent_email", "equal", True),
        ("deals.state", "equal", "open"),
        ("contacts.name", "contains", "Arb"),
        ("next_contact_on", "equal", "2026-06-15"),
    ],
)
def test_list_asks_by_every_kind_of_field(crm, make, field, op, value):
    category, source = create_category(crm, name="Key"), create_source(crm, name="Fair")
    create_property(crm, entity="client", name="Size", kind="choice", choices=["Small", "Large"])
    ana = make.user(name="Ana")
    wanted = make.client(
        "Mira",
        kind="person",
        status="active",
        owner=ana,
        source_id=source.id,
        categories=[category.id],
        properties={"size": "Large"},
        next_contact_on=crm.today(),
    )
    make.client("Other", owner=make.user(name="Bes"), properties={"size": "Small"})
    create_contact(crm, wanted, name="Arben")
    record_consent(crm, wanted, "email", is_given=True)
    make.deal(client=wanted)
    value = [category.id] if field == "categories" else value
    assert asked(crm, make.user("administrator"), field, op, value) == ["Mira"]


def test_many_clients_change_at_once_but_only_seen_ones(crm, make):
    seller = make.user("head")
    mine, other = make.client(owner=seller), make.client(owner=make.user())
    assert change_clients(crm, seller, [mine.id, other.id], {"city": "Vlorë"}) == 1
    assert [Client.get_by_id(one.id).city for one in (mine, other)] == ["Vlorë", ""]


def test_hand_over_of_many_needs_the_right(crm, make):
    seller = make.user()
    client = make.client(owner=seller)
    with pytest.raises(NotAllowed):
        change_clients(crm, seller, [client.id], {"owner": make.user().id})
    assert Client.get_by_id(client.id).owner == seller


def test_property_of_many_is_changed(crm, make):
    create_property(crm, entity="client", name="Turnover", kind="money")
    client = make.client()
    change_clients(crm, make.user("administrator"), [client.id], {"properties.turnover": "12.50"})
    assert Client.get_by_id(client.id).properties == {"turnover": "12.50"}


def test_deleting_many_needs_the_right(crm, make):
    client, seller, admin = make.client(), make.user(), make.user("administrator")
    with pytest.raises(NotAllowed):
        delete_clients(crm, seller, [client.id])
    assert delete_clients(crm, admin, [client.id]) == 1
    assert Client.get_by_id(client.id).deleted_at is not None

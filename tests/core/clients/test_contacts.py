"""Contacts of a client: one is the main one, their phones reach the client's row, and consent is what was said last."""

import pytest

from core.clients.consent import consents_of, is_allowed, record_consent
from core.clients.contacts import change_contact, contacts_of, create_contact, delete_contact, get_contact
from core.clients.models import Client, Contact
from core.errors import Conflict, InvalidInput, NotFound
from core.store.audit import history


@pytest.fixture
def client(make):
    return make.client("Kafe Mira", owner=make.user(name="Ana"))


def test_first_contact_becomes_the_main_one(crm, client):
    first = create_contact(crm, client, name="Mira")
    create_contact(crm, client, name="Arben")
    assert [one.name for one in contacts_of(client)] == ["Mira", "Arben"]
    assert first.is_primary


def test_there_is_one_main_contact(crm, client):
    create_contact(crm, client, name="Mira")
    create_contact(crm, client, name="Arben", is_primary=True)
    assert [(one.name, one.is_primary) for one in contacts_of(client)] == [("Arben", True), ("Mira", False)]


def test_phone_of_a_contact_stands_for_a_client_without_own_one(crm, client):
    create_contact(crm, client, name="Mira", phones=["0692012345"])
    assert Client.get_by_id(client.id).phone == "+355692012345"


def test_own_phone_of_the_client_comes_first(crm, make):
    client = make.client(phones=["0682223344"])
    create_contact(crm, client, name="Mira", phones=["0692012345"])
    assert Client.get_by_id(client.id).phone == "+355682223344"


def test_deleted_contact_takes_its_phone_along(crm, client):
    contact = create_contact(crm, client, name="Mira", phones=["0692012345"])
    delete_contact(crm, contact)
    assert contacts_of(client) == []
    assert Client.get_by_id(client.id).phone == ""


def test_change_of_a_contact_is_in_the_clients_history(crm, client):
    contact = create_contact(crm, client, name="Mira")
    change_contact(crm, contact, {"position": "Owner", "phones": ["0692012345"]}, version=1)
    newest = history("client", client.id)[0]
    assert newest.action == "contact changed"
    assert newest.changes["Mira"] == {"position": ["", "Owner"], "phones": [[], ["+355692012345"]]}


def test_contact_changed_meanwhile_is_a_conflict(crm, client):
    contact = create_contact(crm, client, name="Mira")
    change_contact(crm, contact, {"position": "Owner"}, version=1)
    with pytest.raises(Conflict) as conflict:
        change_contact(crm, contact, {"position": "Cook"}, version=1)
    assert (conflict.value.mine, conflict.value.theirs) == ({"position": "Cook"}, {"position": "Owner"})


def test_contact_of_anothers_client_is_not_found(crm, client, make):
    contact = create_contact(crm, client, name="Mira")
    with pytest.raises(NotFound):
        get_contact(crm, make.user(), contact.id)
    assert get_contact(crm, client.owner, contact.id).name == "Mira"


def test_contact_needs_a_name(crm, client):
    with pytest.raises(InvalidInput):
        create_contact(crm, client, name=" ")
    assert Contact.select().count() == 0


def test_latest_word_about_a_channel_counts(crm, client):
    record_consent(crm, client, "email", is_given=True, how="form")
    crm.clock.advance(days=1)
    record_consent(crm, client, "email", is_given=False, how="on the phone")
    assert not is_allowed(client, "email")
    assert is_allowed(client, "sms")


def test_word_tells_who_noted_it_and_how(crm, client):
    with crm.acting(client.owner_id, "web"):
        record_consent(crm, client, "phone", is_given=True, how="form")
    word = next(one for one in consents_of(client) if one.channel == "phone")
    assert (word.is_given, word.latest.how, word.by.name) == (True, "form", "Ana")
    assert [one.is_given for one in consents_of(client) if one.channel != "phone"] == [None, None]


def test_unknown_channel_is_refused(crm, client):
    with pytest.raises(InvalidInput):
        record_consent(crm, client, "pigeon", is_given=True)

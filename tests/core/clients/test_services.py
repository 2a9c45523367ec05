"""Clients are made, changed under a version, deleted and brought back; each change is in the history."""

import pytest

from core.clients.categories import create_category, create_source, delete_source
from core.clients.models import Client, ContactPoint
from core.clients.services import (
    categories_of,
    change_client,
    create_client,
    delete_client,
    get_client,
    restore_client,
    visible_clients,
)
from core.errors import Conflict, InvalidInput, NotFound
from core.store.audit import history


def test_new_client_is_tidied_and_can_be_found_by_its_key(crm, make):
    client = create_client(crm, name="  Kafe   Mira Sh.p.k ", country="al")
    assert (client.name, client.name_key, client.country, client.status) == (
        "Kafe Mira Sh.p.k",
        "kafe mira",
        "AL",
        "prospect",
    )


def test_primary_phone_and_email_stand_in_the_clients_row(crm):
    client = create_client(crm, name="Mira", phones=["069 20 12 345", "0682223344"], emails=["Info@Mira.AL"])
    row = Client.get_by_id(client.id)
    assert (row.phone, row.email) == ("+355692012345", "info@mira.al")


def test_phone_is_read_in_the_way_of_the_clients_country(crm):
    client = create_client(crm, name="Комбинат", country="RU", phones=["8 (812) 123-45-67"])
    assert client.phone == "+78121234567"


def test_phone_that_cant_be_understood_is_kept_as_typed(crm):
    client = create_client(crm, name="Mira", phones=["8.91612E+10"])
    point = ContactPoint.get(ContactPoint.client == client)
    assert (point.value, point.raw, point.is_valid) == ("8.91612E+10", "8.91612E+10", False)


def test_broken_email_is_refused_with_its_field(crm):
    with pytest.raises(InvalidInput) as refusal:
        create_client(crm, name="Mira", emails=["mira at example"])
    assert "emails" in refusal.value.fields
    assert Client.select().count() == 0


@pytest.mark.parametrize(
    ("values", "field"),
    [
        ({"name": "  "}, "name"),
        ({"kind": "robot"}, "kind"),
        ({"status": "gone"}, "status"),
        ({"source_id": 99}, "source"),
        ({"owner_id": 99}, "owner"),
        ({"categories": [99]}, "categories"),
    ],
)
def test_what_cant_be_is_refused(crm, values, field):
    with pytest.raises(InvalidInput) as refusal:
        create_client(crm, **{"name": "Mira", **values})
    assert field in refusal.value.fields


def test_unknown_field_is_refused(crm, make):
    with pytest.raises(InvalidInput, match="colour"):
        change_client(crm, make.client(), {"colour": "red"}, version=1)


def test_change_is_written_with_before_and_after(crm, make):
    client = make.client("Mira", city="Tirana")
    with crm.acting(None, "api"):
        change_client(crm, client, {"city": "Durrës", "phones": ["0692012345"]}, version=1)
    newest = history("client", client.id)[0]
    assert newest.changes == {"city": ["Tirana", "Durrës"], "phones": [[], ["+355692012345"]]}
    assert newest.source == "api"


def test_change_to_the_same_values_leaves_version_and_history_alone(crm, make):
    client = make.client("Mira", city="Tirana")
    changed = change_client(crm, client, {"city": "Tirana"}, version=1)
    assert changed.version == 1
    assert len(history("client", client.id)) == 1


def test_second_of_two_changes_is_told_both_values(crm, make):
    client = make.client("Mira", city="Tirana", region="Tirana")
    change_client(crm, client, {"city": "Durrës"}, version=1)
    with pytest.raises(Conflict) as conflict:
        change_client(crm, client, {"city": "Vlorë", "region": "Tirana"}, version=1)
    assert conflict.value.theirs == {"city": "Durrës"}
    assert conflict.value.mine == {"city": "Vlorë"}
    assert Client.get_by_id(client.id).city == "Durrës"


def test_renamed_client_gets_a_new_key(crm, make):
    client = make.client("Mira")
    assert change_client(crm, client, {"name": "Çela"}, version=1).name_key == "cela"


def test_points_that_stay_keep_their_rows(crm):
    client = create_client(crm, name="Mira", phones=["0692012345", "0682223344"])
    before = {point.value: point.id for point in ContactPoint.select()}
    change_client(crm, client, {"phones": ["0682223344"]}, version=1)
    left = list(ContactPoint.select())
    assert [(one.value, one.id, one.is_primary) for one in left] == [("+355682223344", before["+355682223344"], True)]


def test_categories_are_replaced_as_a_whole(crm, make):
    one, two = create_category(crm, name="Key account"), create_category(crm, name="Mailings")
    client = make.client(categories=[one.id])
    change_client(crm, client, {"categories": [two.id]}, version=1)
    assert [category.name for category in categories_of(client)] == ["Mailings"]


def test_deleted_client_is_not_seen_until_it_is_restored(crm, make):
    admin, client = make.user("administrator"), make.client("Mira")
    delete_client(crm, client)
    assert list(visible_clients(admin)) == []
    with pytest.raises(NotFound):
        get_client(crm, admin, client.id)
    restore_client(crm, get_client(crm, admin, client.id, with_deleted=True))
    assert get_client(crm, admin, client.id).name == "Mira"


def test_seller_sees_own_clients_only(crm, make):
    seller, other = make.user(), make.user()
    mine, theirs = make.client(owner=seller), make.client(owner=other)
    assert [client.id for client in visible_clients(seller)] == [mine.id]
    with pytest.raises(NotFound):
        get_client(crm, seller, theirs.id)


def test_used_source_is_not_deleted(crm, make):
    source = create_source(crm, name="Fair")
    make.client(source_id=source.id)
    with pytest.raises(InvalidInput, match="take it out of use"):
        delete_source(crm, source)


def test_name_of_a_category_is_taken_once(crm):
    create_category(crm, name="Key account")
    with pytest.raises(InvalidInput):
        create_category(crm, name="key  ACCOUNT")

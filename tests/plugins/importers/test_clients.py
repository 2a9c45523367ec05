"""Clients come in with everything that hangs on them; repeated ones are skipped, updated or created as told."""

from datetime import date

import pytest

from core.clients.models import Category, Client, ClientCategory, Consent, Contact, ContactPoint, Property, Source
from core.store.audit import history
from plugins.importers.errors import ImportRefused
from plugins.importers.models import Batch

FULL = (
    "name,kind,tax_number,phone,email,country,city,owner,source,status,categories,contact_name,contact_position,"
    "contact_phone,contact_email,note\n"
    'Hoxha SHPK,company,L12345678A,069 234 5678,Info@Hoxha.al,Shqipëria,Tiranë,Edi Rama,Fair,active,"vip, retail",'
    "Ana Leka,Director,+355 68 222 2233,ana@hoxha.al,first line\n"
)


def test_a_full_row_fills_client_contact_points_categories(crm, make, importing, counts):
    owner = make.user(name="Edi Rama")
    batch = importing("clients", FULL)
    assert counts(batch) == (1, 0, 0, 0)
    client = Client.get()
    assert (client.name, client.kind, client.tax_number) == ("Hoxha SHPK", "company", "L12345678A")
    assert (client.phone, client.email, client.country, client.city) == (
        "+355692345678",
        "info@hoxha.al",
        "AL",
        "Tiranë",
    )
    assert (client.owner_id, client.status, client.import_id, client.version) == (owner.id, "active", batch.id, 1)
    assert Source.get_by_id(client.source_id).name == "Fair"
    assert {row.category.name for row in ClientCategory.select()} == {"vip", "retail"}
    contact = Contact.get()
    assert (contact.name, contact.position, contact.is_primary) == ("Ana Leka", "Director", True)
    points = {(point.kind, point.value, point.contact_id) for point in ContactPoint.select()}
    assert points == {
        ("phone", "+355692345678", None),
        ("email", "info@hoxha.al", None),
        ("phone", "+355682222233", contact.id),
        ("email", "ana@hoxha.al", contact.id),
    }


def test_history_tells_who_imported(crm, make, importing):
    user = make.user()
    with crm.acting(user.id, "web"):
        batch = importing("clients", "name\nHoxha\n")
    line = history("client", Client.get().id)[0]
    assert (line.action, line.source, line.user_id) == ("imported", f"import:{batch.id}", user.id)


def test_phone_that_is_none_is_kept_as_typed(crm, importing):
    importing("clients", "name,phone\nHoxha,12-34\n")
    point = ContactPoint.get()
    assert (point.value, point.is_valid) == ("12-34", False)


def test_unknown_owner_is_refused_with_a_sentence(crm, importing, counts, messages):
    batch = importing("clients", "name,owner\nHoxha,Nobody\n")
    assert counts(batch) == (0, 0, 0, 1)
    assert messages(batch) == [
        "Row 2, column “owner”: there is no user “Nobody”. Add the user first, or import with “create missing”."
    ]


def test_missing_owner_is_made_only_when_told(crm, importing, counts):
    batch = importing("clients", "name,owner\nHoxha,Donika Kastrioti\n", create_missing=True)
    assert counts(batch) == (1, 0, 0, 0)
    owner = Client.get().owner
    assert (owner.login, owner.name, owner.password_hash) == ("donika.kastrioti", "Donika Kastrioti", "")


@pytest.mark.parametrize(
    "second",
    [
        "Other name,L12345678A,,",
        "Other name,,+355 69 234 5678,",
        "Other name,,,INFO@hoxha.al",
        "NDËRTIM hoxha shpk,,,",
        "Hoxa Ndertim,,,",
    ],
)
def test_duplicates_are_found_by_tax_number_phone_email_and_name(crm, importing, counts, second):
    importing("clients", "name,tax_number,phone,email\nHoxha Ndërtim,L12345678A,0692345678,info@hoxha.al\n")
    batch = importing("clients", f"name,tax_number,phone,email\n{second}\n")
    assert counts(batch) == (0, 0, 1, 0)
    assert Client.select().count() == 1


def test_duplicates_are_found_within_the_file(crm, importing, counts):
    batch = importing("clients", "name,email\nHoxha,a@b.al\nKola,c@d.al\nHoxha,a@b.al\n")
    assert counts(batch) == (2, 0, 1, 0)


def test_different_tax_numbers_or_cities_keep_same_names_apart(crm, importing, counts):
    batch = importing("clients", "name,tax_number,city\nHoxha,L1A,Tirana\nHoxha,L2B,Tirana\nHoxha,,Vlora\n")
    assert counts(batch) == (3, 0, 0, 0)


def test_create_takes_duplicates_in(crm, importing, counts):
    importing("clients", "name\nHoxha\n")
    assert counts(importing("clients", "name\nHoxha\n", on_duplicate="create")) == (1, 0, 0, 0)


def test_update_fills_what_the_row_says_and_leaves_the_rest(crm, importing, counts):
    importing("clients", "name,tax_number,city,note\nHoxha,L1A,Tirana,kept\n")
    batch = importing("clients", "name,tax_number,city,phone\nHoxha SHPK,L1A,Vlora,0692345678\n", on_duplicate="update")
    assert counts(batch) == (0, 1, 0, 0)
    client = Client.get()
    assert (client.name, client.city, client.note, client.phone) == ("Hoxha SHPK", "Vlora", "kept", "+355692345678")
    assert client.version == 2
    assert history("client", client.id)[0].changes["city"] == ["Tirana", "Vlora"]


def test_rows_of_one_company_become_its_contacts(crm, importing, counts):
    batch = importing("clients", "name,contact_name\nHoxha,Ana\nHoxha,Beni\nHoxha,Ana\n")
    assert counts(batch) == (1, 1, 1, 0)
    assert [(contact.name, contact.is_primary) for contact in Contact.select().order_by(Contact.id)] == [
        ("Ana", True),
        ("Beni", False),
    ]


def test_a_dry_run_counts_further_contacts_as_the_run_does(crm, importing, counts):
    table = "name,contact_name\nHoxha,Ana\nHoxha,Beni\nHoxha,Ana\n"
    assert counts(importing("clients", table, is_dry=True)) == counts(importing("clients", table)) == (1, 1, 1, 0)


def test_consent_and_refusal_are_noted(crm, importing):
    importing("clients", "name,Do Not Email,consent_phone\nHoxha,Yes,po\nKola,No,\n")
    assert [(row.client.name, row.channel, row.is_given) for row in Consent.select().order_by(Consent.id)] == [
        ("Hoxha", "phone", True),
        ("Hoxha", "email", False),
    ]


def test_unclaimed_columns_become_properties_of_the_right_kind_when_told(crm, importing):
    importing(
        "clients",
        "name,Size,Since,Big,Kind of trade\nA1,10,2020-01-02,yes,shop\nB2,20.5,2021-01-02,no,shop\nC3,,,,shop\n",
        create_missing=True,
    )
    kinds = {row.name: row.kind for row in Property.select()}
    assert kinds == {"Size": "number", "Since": "date", "Big": "bool", "Kind of trade": "choice"}
    values = [client.properties for client in Client.select().order_by(Client.id)]
    assert values[1] == {"size": 20.5, "since": "2021-01-02", "big": False, "kind_of_trade": "shop"}
    assert values[2] == {"kind_of_trade": "shop"}


def test_a_property_takes_its_column_by_name(crm, importing):
    importing("clients", "name,Size\nA1,10\n", create_missing=True)
    importing("clients", "name,SIZE \nB2,7\n")
    assert Client.get(Client.name == "B2").properties == {"size": 7}


def test_unclaimed_columns_are_left_out_otherwise(crm, importing):
    importing("clients", "name,Size\nA1,10\n")
    assert Client.get().properties == {}
    assert Property.select().count() == 0


def test_country_that_is_none_is_kept_as_region(crm, importing):
    importing("clients", "name,country\nA1,Asia/Pacific\nB2,Германия\n")
    assert [(client.country, client.region) for client in Client.select().order_by(Client.id)] == [
        ("", "Asia/Pacific"),
        ("DE", ""),
    ]


def test_dates_of_plans_are_dates(crm, importing):
    importing("clients", "name,next contact\nA1,31.12.2026\n")
    assert Client.get().next_contact_on == date(2026, 12, 31)


def test_dry_run_counts_and_writes_nothing(crm, importing, counts):
    batch = importing("clients", "name,source,email\nA1,Fair,a@b.al\nB2,Web,a@b.al\nC3,,broken\n", is_dry=True)
    assert counts(batch) == (1, 0, 1, 1)
    assert [error["message"] for error in batch.dry_errors] == [
        "Row 4, column “email”: “broken” is no e-mail address. Correct it or empty the cell."
    ]
    assert (Client.select().count(), Source.select().count(), Category.select().count()) == (0, 0, 0)


def test_file_without_names_is_refused_before_anything_is_written(crm, importing):
    with pytest.raises(ImportRefused, match="No column of the file says the Name"):
        importing("clients", "phone\n0692345678\n")
    assert Batch.get().state == "draft"


def test_columns_of_a_map_are_remembered_for_the_next_file(crm, importing):
    importing("clients", "alpha,beta\nHoxha,Tirana\n", {"alpha": "name", "beta": "city"})
    importing("clients", "alpha,beta\nKola,Vlora\n")
    assert Client.get(Client.name == "Kola").city == "Vlora"


def test_an_update_leaves_clients_that_the_importer_may_not_see(crm, make, importing, counts, messages):
    head = make.user("head")
    make.client("Hoxha", owner=make.user(), tax_number="L1")
    with crm.acting(head.id, "web"):
        batch = importing("clients", "name,tax_number,city\nHoxha,L1,Vlorë\n", on_duplicate="update")
    assert counts(batch) == (0, 0, 0, 1)
    assert "belongs to another seller" in messages(batch)[0]
    assert Client.get().city == ""

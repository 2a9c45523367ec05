"""Two clients become one and part again: nothing is lost, nothing hangs in the air."""

from datetime import date, timedelta

import pytest

from core.clients import merge as merging
from core.clients.categories import create_category, delete_category
from core.clients.consent import record_consent
from core.clients.contacts import change_contact, create_contact, delete_contact
from core.clients.merge import count_attached, find_remaining, get_merge, merge_clients, merges_of
from core.clients.models import Client, ClientCategory, Contact, ContactPoint, Merge
from core.clients.properties import create_property
from core.clients.services import change_client, delete_client
from core.clients.unmerge import undo_merge
from core.errors import Conflict, CRMError, InvalidInput, NotFound
from core.interactions.models import Comment, Interaction
from core.store.audit import history
from core.tasks.models import Task

# What a merge and its undo may leave different from before.
_STAMPS = {"version", "changed_at"}


@pytest.fixture
def seller(make):
    return make.user("head", name="Arta")


@pytest.fixture
def kept(crm, make, seller):
    red = create_category(crm, name="Red", colour="red")
    client = make.client(
        "Alba Trade",
        owner=seller,
        phones=["+355692000001", "+355692000002"],
        city="Durrës",
        note="Pays late",
        categories=[red.id],
    )
    create_contact(crm, client, name="Ana", phones=["+355692000009"])
    return Client.get_by_id(client.id)


@pytest.fixture
def gone(crm, make, seller, kept):
    create_property(crm, entity="client", name="Size", kind="number")
    blue = create_category(crm, name="Blue", colour="blue")
    red = ClientCategory.get(ClientCategory.client == kept).category_id
    client = make.client(
        "Alba-Trade Sh.p.k.",
        owner=make.user("head"),
        phones=["+355692000002", "+355692000003"],
        emails=["info@alba.al"],
        tax_number="K1",
        next_contact_on=date(2026, 7, 1),
        categories=[blue.id, red],
        properties={"size": 12},
    )
    contact = create_contact(crm, client, name="Beni", emails=["beni@alba.al"])
    deal = make.deal(client=client, contact=contact)
    now = crm.clock.now()
    moment = {"at": now, "created_at": now, "changed_at": now}
    Interaction.create(kind="call", client=client, contact=contact, deal=deal, **moment)
    Task.create(title="Call", client=client, deal=deal, created_at=now, changed_at=now)
    record_consent(crm, client, "email", is_given=True)
    Comment.create(entity="client", entity_id=client.id, body="Ask for Beni", at=now)
    columns = "INSERT INTO core_external_ref (system, entity, entity_id, external_id)"
    crm.database.execute_sql(f"{columns} VALUES ('sap', 'client', {client.id}, 'G-1')")
    return Client.get_by_id(client.id)


def rows(crm, table: str) -> list[dict]:
    cursor = crm.database.execute_sql(f"SELECT * FROM {table} ORDER BY id")
    names = [column[0] for column in cursor.description]
    found = [dict(zip(names, row, strict=True)) for row in cursor.fetchall()]
    return [{name: value for name, value in row.items() if name not in _STAMPS} for row in found]


def everything(crm) -> dict[str, list[dict]]:
    """Returns all that the database holds about clients, without stamps, history and merges."""
    hanging = {one.table for one in merging.attachments(crm)} | {"core_client"}
    return {table: rows(crm, table) for table in sorted(hanging)}


def clients_of(model) -> set[int]:
    return {row[0] for row in model.select(model.client).tuples()}


def test_everything_moves_to_the_client_that_stays(crm, kept, gone):
    merge_clients(crm, kept, gone)
    models = (Contact, ContactPoint, ClientCategory, Interaction, Task)
    assert {model.__name__: clients_of(model) for model in models} == {model.__name__: {kept.id} for model in models}
    assert [one.entity_id for one in Comment.select()] == [kept.id]
    assert rows(crm, "core_external_ref")[0]["entity_id"] == kept.id
    assert [label for label, _mine, theirs in count_attached(crm, kept, gone) if theirs] == []


def test_no_row_refers_to_a_client_that_went(crm, kept, gone):
    merge_clients(crm, kept, gone)
    for table in crm.database.get_tables():
        for key in crm.database.get_foreign_keys(table):
            if key.dest_table == "core_client" and table != "core_merge":
                found = {row[key.column] for row in rows(crm, table)}
                assert gone.id not in found, f"{table}.{key.column}"


def test_what_both_have_stands_once(crm, kept, gone):
    merge_clients(crm, kept, gone)
    own = ContactPoint.select().where(ContactPoint.contact.is_null(), ContactPoint.kind == "phone")
    assert sorted(point.value[-1] for point in own) == ["1", "2", "3"]
    assert ClientCategory.select().where(ClientCategory.client == kept).count() == 2


def test_one_phone_and_one_contact_stay_the_main_ones(crm, kept, gone):
    merge_clients(crm, kept, gone)
    main = ContactPoint.select().where(ContactPoint.is_primary, ContactPoint.contact.is_null())
    assert {(point.kind, point.value) for point in main} == {("phone", "+355692000001"), ("email", "info@alba.al")}
    assert [one.name for one in Contact.select().where(Contact.is_primary)] == ["Ana"]
    assert (Client.get_by_id(kept.id).phone, Client.get_by_id(kept.id).email) == ("+355692000001", "info@alba.al")


def test_fields_are_taken_as_chosen_and_gaps_are_filled(crm, kept, gone):
    merge_clients(crm, kept, gone, {"name": "gone", "note": "Pays in time", "phone": "gone"})
    now = Client.get_by_id(kept.id)
    assert (now.name, now.name_key, now.note) == ("Alba-Trade Sh.p.k.", "alba trade", "Pays in time")
    assert (now.tax_number, now.next_contact_on, now.properties) == ("K1", date(2026, 7, 1), {"size": 12})
    assert (now.city, now.owner_id, now.phone) == ("Durrës", kept.owner_id, "+355692000002")


def test_a_gap_may_stay_a_gap(crm, kept, gone):
    merge_clients(crm, kept, gone, {"tax_number": "kept", "properties.size": "kept"})
    now = Client.get_by_id(kept.id)
    assert (now.tax_number, now.properties) == ("", {})


@pytest.mark.parametrize(
    ("choices", "sentence"),
    [({"colour": "gone"}, "no field “colour”"), ({"status": "rich"}, "unknown"), ({"phone": "+355"}, "one of the two")],
)
def test_a_wrong_choice_changes_nothing(crm, kept, gone, choices, sentence):
    before = everything(crm)
    with pytest.raises(InvalidInput, match=sentence):
        merge_clients(crm, kept, gone, choices)
    assert (everything(crm), Merge.select().count()) == (before, 0)


def test_the_client_that_went_leads_to_the_one_that_stays(crm, kept, gone, make):
    merge_clients(crm, kept, gone)
    last = make.client("Alba Group")
    merge_clients(crm, Client.get_by_id(kept.id), last)
    assert find_remaining(Client.get_by_id(last.id)) == kept.id
    merge_clients(crm, make.client("Holding"), Client.get_by_id(kept.id))
    assert find_remaining(Client.get_by_id(gone.id)) == Client.get(Client.name == "Holding").id
    assert find_remaining(Client.get(Client.name == "Holding")) is None


def test_both_histories_tell_of_it(crm, kept, gone):
    undo_merge(crm, merge_clients(crm, kept, gone))
    assert [one.action for one in history("client", kept.id)][:2] == ["merge undone", "merged"]
    assert [one.action for one in history("client", gone.id)][:2] == ["merge undone", "merged away"]


def test_a_change_meanwhile_is_a_conflict(crm, kept, gone):
    change_client(crm, gone, {"city": "Tirana"}, version=gone.version)
    with pytest.raises(Conflict, match="Alba-Trade") as refused:
        merge_clients(crm, kept, gone)
    assert (refused.value.mine, refused.value.theirs) == ({"city": ""}, {"city": "Tirana"})
    assert Merge.select().count() == 0


def test_what_is_in_the_trash_is_not_merged(crm, kept, gone):
    delete_client(crm, gone)
    with pytest.raises(InvalidInput, match="restore it first"):
        merge_clients(crm, kept, Client.get_by_id(gone.id))


def test_a_client_is_not_merged_with_itself(crm, kept):
    with pytest.raises(InvalidInput, match="itself"):
        merge_clients(crm, kept, kept)


def test_a_plugin_that_refuses_stops_the_merge(crm, kept, gone, monkeypatch):
    def refuse(*_arguments, **_values):
        raise CRMError("Open invoices.")

    before = everything(crm)
    monkeypatch.setattr(crm.hooks, "check", refuse)
    with pytest.raises(CRMError, match="Open invoices"):
        merge_clients(crm, kept, gone)
    assert everything(crm) == before


@pytest.mark.parametrize(
    "choices",
    [
        {},
        {"name": "gone", "owner_id": "gone", "phone": "gone", "email": "gone", "next_contact_on": "gone"},
        {"note": "Both", "tax_number": "kept", "properties.size": 7, "status": "active"},
    ],
)
def test_an_undone_merge_leaves_everything_as_before(crm, kept, gone, choices):
    before = everything(crm)
    restored, edited = undo_merge(crm, merge_clients(crm, kept, gone, choices))
    assert (restored.id, edited) == (gone.id, [])
    assert everything(crm) == before


def test_an_edited_field_keeps_its_new_value(crm, kept, gone):
    merge = merge_clients(crm, kept, gone, {"name": "gone"})
    now = Client.get_by_id(kept.id)
    change_client(crm, now, {"tax_number": "K2", "city": "Vlorë"}, version=now.version)
    _restored, edited = undo_merge(crm, merge)
    now = Client.get_by_id(kept.id)
    assert (now.name, now.tax_number, now.city, edited) == ("Alba Trade", "K2", "Vlorë", ["tax_number"])


def test_a_main_phone_chosen_since_stays(crm, kept, gone):
    merge = merge_clients(crm, kept, gone)
    now = Client.get_by_id(kept.id)
    phones = [{"value": "+355692000007", "is_primary": True}, "+355692000001", "+355692000003"]
    change_client(crm, now, {"phones": phones}, version=now.version)
    _restored, edited = undo_merge(crm, merge)
    assert (Client.get_by_id(kept.id).phone, Client.get_by_id(gone.id).phone) == ("+355692000007", "+355692000002")
    assert "phone" in edited
    own = ContactPoint.select().where(ContactPoint.contact.is_null(), ContactPoint.kind == "phone")
    assert sorted(point.client_id for point in own.where(ContactPoint.is_primary)) == sorted([kept.id, gone.id])


def test_a_main_phone_that_was_deleted_is_replaced(crm, kept, gone):
    merge = merge_clients(crm, kept, gone, {"phone": "gone"})
    now = Client.get_by_id(kept.id)
    change_client(crm, now, {"phones": ["+355692000002"]}, version=now.version)
    undo_merge(crm, merge)
    assert Client.get_by_id(kept.id).phone == "+355692000002"


def test_a_main_contact_chosen_since_goes_home_as_such(crm, kept, gone):
    merge = merge_clients(crm, kept, gone)
    beni = Contact.get(Contact.name == "Beni")
    change_contact(crm, beni, {"is_primary": True}, version=beni.version)
    undo_merge(crm, merge)
    assert {one.name for one in Contact.select().where(Contact.is_primary)} == {"Ana", "Beni"}


def test_what_was_added_since_goes_with_its_contact_and_deal(crm, kept, gone, make):
    merge = merge_clients(crm, kept, gone)
    beni, now = Contact.get(Contact.name == "Beni"), crm.clock.now()
    deal = make.deal(client=kept, contact=beni)
    moment = {"at": now, "created_at": now, "changed_at": now}
    later = Interaction.create(kind="call", client=kept, deal=deal, **moment)
    other = Interaction.create(kind="note", client=kept, **moment)
    undo_merge(crm, merge)
    owners = dict(Interaction.select(Interaction.id, Interaction.client).tuples())
    assert (owners[later.id], owners[other.id]) == (gone.id, kept.id)


def test_two_clients_share_no_contact_after_they_part(crm, kept, gone, make):
    deal = make.deal(client=kept)
    merge = merge_clients(crm, kept, gone)
    beni = Contact.get(Contact.name == "Beni")
    crm.database.execute_sql(f"UPDATE core_deal SET contact_id = {beni.id} WHERE id = {deal.id}")
    undo_merge(crm, merge)
    now = type(deal).get_by_id(deal.id)
    assert (now.client_id, now.contact_id) == (kept.id, None)


def test_what_was_moved_on_stays_there(crm, kept, gone, make):
    merge = merge_clients(crm, kept, gone)
    third = make.client("Third")
    Task.update(client=third).execute()
    undo_merge(crm, merge)
    assert clients_of(Task) == {third.id}


def test_what_was_deleted_since_does_not_come_back(crm, kept, gone):
    merge = merge_clients(crm, kept, gone)
    delete_category(crm, ClientCategory.get(ClientCategory.client == kept).category)
    delete_contact(crm, Contact.get(Contact.name == "Beni"))
    undo_merge(crm, merge)
    assert [one.category.name for one in ClientCategory.select()] == ["Blue"]
    assert Contact.get(Contact.name == "Beni").deleted_at is not None


def test_merges_come_apart_in_reverse_order(crm, kept, gone, make):
    before = everything(crm)
    third = make.client("Third", tax_number="K3", phones=["+355692000003"])
    first = merge_clients(crm, kept, gone)
    second = merge_clients(crm, Client.get_by_id(kept.id), third)
    with pytest.raises(InvalidInput, match="“Third” was merged later"):
        undo_merge(crm, first)
    undo_merge(crm, second)
    undo_merge(crm, first)
    now = everything(crm)
    assert [row for row in now["core_client"] if row["id"] != third.id] == before["core_client"]
    assert merges_of(kept) == []


def test_a_merge_is_undone_once(crm, kept, gone):
    merge = merge_clients(crm, kept, gone)
    undo_merge(crm, merge)
    with pytest.raises(InvalidInput, match="undone already"):
        undo_merge(crm, merge)


def test_a_merge_is_found_by_those_who_see_the_client(crm, kept, gone, seller, make):
    merge = merge_clients(crm, kept, gone)
    assert get_merge(crm, seller, merge.id).gone.name == "Alba-Trade Sh.p.k."
    with pytest.raises(NotFound):
        get_merge(crm, make.user(), merge.id)


def test_accounts_of_plugins_stay_with_their_client(crm, kept, gone):
    crm.database.execute_sql("CREATE TABLE probe_made (id INTEGER PRIMARY KEY, entity TEXT, entity_id BIGINT)")
    crm.database.execute_sql(f"INSERT INTO probe_made VALUES (1, 'client', {gone.id})")
    merge_clients(crm, kept, gone)
    assert rows(crm, "probe_made")[0]["entity_id"] == gone.id


def test_tables_of_plugins_that_refer_to_clients_move(crm, kept, gone):
    crm.database.execute_sql(
        "CREATE TABLE probe_debt (id INTEGER PRIMARY KEY, client_id BIGINT NOT NULL UNIQUE REFERENCES core_client)"
    )
    crm.database.execute_sql(f"INSERT INTO probe_debt VALUES (1, {kept.id}), (2, {gone.id})")
    merge = merge_clients(crm, kept, gone)
    assert rows(crm, "probe_debt") == [{"id": 1, "client_id": kept.id}]
    undo_merge(crm, merge)
    assert rows(crm, "probe_debt") == [{"id": 1, "client_id": kept.id}, {"id": 2, "client_id": gone.id}]


def test_time_moves_on_between_merge_and_undo(crm, kept, gone):
    merge = merge_clients(crm, kept, gone)
    crm.clock.advance(days=3)
    undo_merge(crm, merge)
    assert (Merge.get_by_id(merge.id).undone_at - merge.at) == timedelta(days=3)

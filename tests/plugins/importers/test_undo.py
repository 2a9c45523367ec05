"""An import is taken back as a whole; what people edited or used since stays, and is named."""

from datetime import timedelta

import pytest

from core.api import Conflict
from core.clients.models import Category, Client, ClientCategory, Contact, ContactPoint, Property, Source
from core.clients.services import change_client
from core.deals.models import Closing, Deal, DealPeriod, StageVisit
from core.deals.services import move
from core.stages.models import DealType, Stage
from core.users.models import User
from plugins.importers.undo.batch import undo_batch

CLIENTS = (
    "name,city,source,categories,contact_name,contact_phone\nHoxha,Tirana,Fair,vip,Ana,0692345678\nKola,Vlora,Fair,,,\n"
)
DEALS = "number,client,type,stage,state,potential,opened_at,owner\nD1,Hoxha,Retail,Talk,open,100,2026-01-01,Ann\n"


def test_undo_leaves_the_base_as_it_was(crm, importing):
    batch = undo_batch(crm, importing("clients", CLIENTS))
    assert (batch.state, batch.kept) == ("undone", [])
    for model in (Client, Contact, ContactPoint, ClientCategory, Source, Category):
        assert model.select().count() == 0, model


def test_edited_client_is_kept_and_named(crm, importing):
    batch = importing("clients", CLIENTS)
    change_client(crm, Client.get(Client.name == "Kola"), {"city": "Fier"}, version=1)
    undo_batch(crm, batch)
    assert [client.name for client in Client.select()] == ["Kola"]
    assert [line["message"] for line in batch.kept] == ["Kola: it was edited since the import"]


def test_client_with_a_deal_is_kept(crm, make, importing):
    batch = importing("clients", CLIENTS)
    make.deal(client=Client.get(Client.name == "Hoxha"))
    undo_batch(crm, batch)
    assert [client.name for client in Client.select()] == ["Hoxha"]
    assert batch.kept[0]["message"] == "Hoxha: it has deals"


def test_update_is_put_back_field_by_field(crm, importing):
    importing("clients", "name,tax_number,city,note\nHoxha,L1A,Tirana,old\n")
    batch = importing("clients", "name,tax_number,city,note\nHoxha SHPK,L1A,Vlora,new\n", on_duplicate="update")
    change_client(crm, Client.get(), {"city": "Fier"}, version=2)
    undo_batch(crm, batch)
    client = Client.get()
    assert (client.name, client.city, client.note) == ("Hoxha", "Fier", "old")
    assert batch.kept[0]["message"] == "Hoxha SHPK: edited since the import, so these stay: city"


def test_what_an_update_added_is_taken_away(crm, importing):
    importing("clients", "name,tax_number,phone\nHoxha,L1A,0692345678\n")
    batch = importing(
        "clients",
        "name,tax_number,phone,email,categories,contact_name\nHoxha,L1A,0682234567,a@b.al,vip,Ana\n",
        on_duplicate="update",
    )
    assert ContactPoint.select().count() == 3
    undo_batch(crm, batch)
    assert [point.value for point in ContactPoint.select()] == ["+355692345678"]
    assert (ClientCategory.select().count(), Contact.select().count()) == (0, 0)
    assert (Client.get().phone, Client.get().email) == ("+355692345678", "")


def test_properties_that_an_import_made_go_with_it(crm, importing):
    batch = importing("clients", "name,Size\nHoxha,10\n", create_missing=True)
    undo_batch(crm, batch)
    assert Property.select().count() == 0


def test_property_in_use_stays(crm, importing):
    batch = importing("clients", "name,Size\nHoxha,10\n", create_missing=True)
    importing("clients", "name,Size\nKola,7\n")
    undo_batch(crm, batch)
    assert (Property.get().name, Client.get().properties) == ("Size", {"size": 7})


def test_deals_go_with_history_types_stages_and_users(crm, importing):
    types, stages = DealType.select().count(), Stage.select().count()
    undo_batch(crm, importing("deals", DEALS, create_missing=True))
    for model in (Deal, StageVisit, DealPeriod, Closing, Client, User):
        assert model.select().count() == 0, model
    assert (DealType.select().count(), Stage.select().count()) == (types, stages)


def test_moved_deal_is_kept_with_all_it_needs(crm, importing):
    batch = importing(
        "deals", DEALS.replace("\nD1", "\nD2,Hoxha,Retail,Offer,open,5,2026-01-01,Ann\nD1"), create_missing=True
    )
    crm.clock.advance(days=1)
    move(crm, Deal.get(Deal.number == "D1"), "Offer")
    undo_batch(crm, batch)
    assert [deal.number for deal in Deal.select()] == ["D1"]
    assert batch.kept[0]["message"] == "D1 Hoxha: it was edited since the import"
    assert Client.select().count() == 1


def test_history_is_taken_back_to_what_was_before(crm, importing):
    importing("deals", DEALS, create_missing=True)
    before = list(StageVisit.select().dicts())
    batch = importing(
        "stage-history", "deal,stage,entered_at\nD1,Talk,2026-01-01\nD1,Offer,2026-02-01\n", create_missing=True
    )
    assert StageVisit.select().count() == 2
    undo_batch(crm, batch)
    after = list(StageVisit.select().dicts())
    assert [{**row, "id": 0} for row in after] == [{**row, "id": 0} for row in before]
    assert Deal.get().version == 1


def test_the_versions_of_past_periods_come_back_too(crm, importing):
    importing("deals", DEALS, create_missing=True)
    DealPeriod.update(version_id=Deal.get().version_id).execute()
    undo_batch(crm, importing("stage-history", "deal,stage,entered_at\nD1,Talk,2026-01-01\nD1,Talk,2026-02-01\n"))
    assert [period.version_id for period in DealPeriod.select()] == [Deal.get().version_id]


def test_updated_deal_is_put_back(crm, importing, messages):
    importing("deals", DEALS, create_missing=True)
    crm.clock.advance(days=1)
    text = "number,client,type,state,closed_at,amount,owner\nD1,Hoxha,Retail,won,2026-06-16,120,Ann\n"
    batch = importing("deals", text, on_duplicate="update")
    assert messages(batch) == []
    assert Deal.get().state == "won"
    undo_batch(crm, batch)
    deal = Deal.get()
    assert (deal.state, deal.amount, Closing.select().count()) == ("open", None, 0)
    assert DealPeriod.select().where(DealPeriod.to_at.is_null()).count() == 1


def test_undo_twice_is_refused(crm, importing):
    batch = undo_batch(crm, importing("clients", CLIENTS))
    with pytest.raises(Conflict):
        undo_batch(crm, batch)


def test_undo_goes_on_where_it_was_cut_off(crm, importing):
    batch = importing("clients", CLIENTS)
    batch.state = "undoing"
    batch.save()
    Client.delete().where(Client.name == "Kola").execute()
    undo_batch(crm, batch)
    assert (batch.state, Client.select().count()) == ("undone", 0)
    assert batch.undone_at - crm.clock.now() < timedelta(seconds=1)

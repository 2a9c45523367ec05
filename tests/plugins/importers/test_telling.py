"""A client that was imported says so on its timeline, and leads whoever may see the import there."""

import io
from datetime import timedelta

import pytest

from core.clients.models import Client
from core.deals.models import Deal
from plugins.importers.models import Batch
from plugins.importers.telling import entries_of

TABLE = "name,phone\nHoxha SHPK,0692345678\n"


@pytest.fixture
def boss(make):
    return make.user("director", name="Ada Admin")


@pytest.fixture
def imported(crm, web, boss):
    """Returns the client that came with a file."""
    file = io.BytesIO(TABLE.encode())
    answer = web.sign_in(boss).post("/imports/", {"kind": "clients", "file": (file, "old base.csv")})
    web.post(f"{answer.headers['Location']}/columns", {"start": "yes", "header_row": "1"})
    crm.jobs.run_waiting()
    return Client.get()


def timeline(web, client):
    return web.text(f"/interactions/client/{client.id}/timeline")


def test_its_timeline_names_the_file_and_opens_the_import(web, imported):
    text = timeline(web, imported)
    assert "Came with the import of “old base.csv”" in text
    assert "Row 2" in text
    assert f'href="/imports/{Batch.get().id}"' in text
    assert "Ada Admin" in text


def test_who_may_not_see_the_import_is_told_without_a_link(crm, web, make, imported):
    seller = make.user("seller")
    Client.update(owner=seller.id).execute()
    text = timeline(web.sign_in(seller), imported)
    assert "Came with the import of “old base.csv”" in text
    assert "/imports/" not in text


def test_a_client_made_by_hand_says_nothing_and_asks_nothing(web, make, boss, queries):
    client = make.client(owner=boss)
    assert "Came with" not in timeline(web.sign_in(boss), client)
    with web.app.test_request_context(), queries.at_most(0):
        assert entries_of(client, boss, None) == []


def test_a_deal_says_so_too_by_one_query(crm, make, boss, imported, web, queries):
    deal = make.deal(client=imported)
    Deal.update(import_id=Batch.get().id).execute()
    deal = Deal.get_by_id(deal.id)
    with web.app.test_request_context(), queries.at_most(1):
        [entry] = entries_of(deal, boss, None)
    assert entry.user == boss


def test_a_workbook_is_named_with_its_sheet(crm, boss, imported, web):
    Batch.update(plan={**Batch.get().plan, "sheet": "Tirana"}).execute()
    Client.update(import_row=1204).execute()
    with web.app.test_request_context():
        assert entries_of(Client.get(), boss, None)[0].text == "Sheet “Tirana”, row 1,204"
        Client.update(import_row=None).execute()
        assert entries_of(Client.get(), boss, None)[0].text == ""


def test_an_earlier_page_of_the_timeline_leaves_it_out(crm, boss, imported, web):
    with web.app.test_request_context():
        assert entries_of(imported, boss, crm.clock.now() - timedelta(days=1)) == []

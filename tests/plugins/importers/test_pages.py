"""The pages of the import: upload, columns, preview with mending, progress, result, undo; and who may do so."""

import io

import pytest

from core.clients.models import Client
from core.jobs import Job
from plugins.importers.models import Batch, Rejected

TABLE = "Emri,Telefoni,Email\nHoxha SHPK,0692345678,info@hoxha.al\nKola SHPK,0692345679,broken\n"


@pytest.fixture
def web(web, make):
    """Returns the browser of somebody who may import and make what is missing."""
    return web.sign_in(make.user(role="administrator", name="Ada Admin"))


def send(web, text=TABLE, name="clients.csv", kind="clients"):
    return web.post("/imports/", {"kind": kind, "file": (io.BytesIO(text.encode()), name)})


def test_upload_shows_how_the_file_was_understood(web):
    answer = send(web)
    assert answer.status_code == 303
    page = web.text(answer.headers["Location"])
    assert '<option value="phone" selected>Phone</option>' in page
    assert "Of the first 2 rows, 1 would be refused" in page
    assert "“broken” is no e-mail address" in page
    assert Client.select().count() == 0


def test_file_that_is_no_table_is_refused_on_the_page(web):
    answer = send(web, "%PDF-1.7 x", "list.xlsx")
    assert answer.status_code == 200
    assert "The file is a PDF document, not a table." in answer.get_data(as_text=True)


def test_mended_cell_lets_the_row_come_in(web, crm):
    send(web)
    batch = Batch.get()
    row = web.post(f"/imports/{batch.id}/fix/3", {"c2": "kola@kola.al"}).get_data(as_text=True)
    assert 'id="row-3"' in row
    assert "is-invalid" not in row
    web.post(f"/imports/{batch.id}/columns", {"start": "yes", "header_row": "1"})
    crm.jobs.run_waiting()
    assert [client.email for client in Client.select().order_by(Client.id)] == ["info@hoxha.al", "kola@kola.al"]


def test_columns_are_corrected_by_hand(web, crm):
    send(web, "a,b\nHoxha,Tirana\n")
    batch = Batch.get()
    web.post(f"/imports/{batch.id}/columns", {"field0": "name", "field1": "city", "start": "yes", "header_row": "1"})
    crm.jobs.run_waiting()
    assert (Client.get().name, Client.get().city) == ("Hoxha", "Tirana")


def test_encoding_and_fractions_are_corrected_by_hand(web, crm):
    text = "наименование;бюджет\nКафе;1,250\n".encode("cp1251")
    web.post("/imports/", {"kind": "clients", "file": (io.BytesIO(text), "clients.csv")})
    batch = Batch.get()
    web.post(f"/imports/{batch.id}/columns", {"header_row": "1", "encoding": "koi8-r", "decimal": "."})
    page = web.text(f"/imports/{batch.id}")
    assert '<option value="koi8-r" selected>' in page
    assert "йЮТЕ" in page
    web.post(f"/imports/{batch.id}/columns", {"header_row": "1", "encoding": "windows-1251", "decimal": "."})
    plan = Batch.get().plan
    assert (plan["titles"], plan["decimal"]) == (["наименование", "бюджет"], ".")


def test_result_tells_what_else_was_made_and_which_losses_have_no_reason(web, crm):
    text = "number,client,type,stage,state,opened_at,closed_at\n" + "\n".join(
        ["D1,Hoxha,Fair,Talk,lost,2026-01-01,2026-01-02", "D1,Hoxha,Fair,Talk,lost,2026-01-01,2026-01-02"]
    )
    send(web, text, kind="deals")
    batch = Batch.get()
    web.post(f"/imports/{batch.id}/columns", {"header_row": "1", "create_missing": "yes", "start": "yes"})
    crm.jobs.run_waiting()
    page = web.text(f"/imports/{batch.id}")
    assert "Made besides: 1 client, 1 deal type, 1 stage." in page
    assert "1 row was skipped: it is here already." in page
    assert "1 deal was lost without a reason in the file; its reason is “Not given”." in page


def test_a_table_without_the_field_that_is_needed_says_which(web):
    send(web, "1,2\n4,5\n")
    batch = Batch.get()
    assert "name: The cell is empty." in web.text(f"/imports/{batch.id}")
    refused = web.post(f"/imports/{batch.id}/columns", {"start": "yes", "header_row": "0"}).get_data(as_text=True)
    assert "No column of the file says the Name (name). Choose the one that does" in refused


def test_two_columns_of_one_field_are_refused(web):
    send(web, "a,b\nHoxha,Tirana\n")
    answer = web.post(f"/imports/{Batch.get().id}/columns", {"field0": "city", "field1": "city", "header_row": "1"})
    assert "Two columns fill “City”" in answer.get_data(as_text=True)


def test_progress_ends_in_the_result_with_undo_and_rejected_rows(web, crm):
    send(web)
    batch = Batch.get()
    web.post(f"/imports/{batch.id}/columns", {"start": "yes", "header_row": "1"})
    assert 'hx-trigger="every 1s"' in web.text(f"/imports/{batch.id}")
    crm.jobs.run_waiting()
    assert web.get(f"/imports/{batch.id}/progress").status_code == 303
    page = web.text(f"/imports/{batch.id}")
    assert f"/imports/{batch.id}/rejected" in page
    assert "Row 3, column “Email”" in page
    assert web.get(f"/imports/{batch.id}/rejected").data[:2] == b"PK"
    web.post(f"/imports/{batch.id}/undo")
    crm.jobs.run_waiting()
    assert "was taken back" in web.text(f"/imports/{batch.id}")
    assert Client.select().count() == 0


@pytest.fixture
def stopped(web, crm):
    """An import whose job was stopped when its first chunk was in."""
    send(web)
    batch = Batch.get()
    web.post(f"/imports/{batch.id}/columns", {"start": "yes", "header_row": "1"})
    Batch.update(state="running").where(Batch.id == batch.id).execute()
    crm.jobs.stop(Job.get_by_id(Batch.get().job_id), "Ana stopped it.")
    return batch


def test_a_stopped_import_is_gone_on_with(web, crm, stopped):
    assert web.get(f"/imports/{stopped.id}/progress").status_code == 303
    page = web.text(f"/imports/{stopped.id}")
    assert "Ana stopped it." in page
    assert ">running<" not in page
    assert f'action="/imports/{stopped.id}/resume"' in page
    web.post(f"/imports/{stopped.id}/resume")
    crm.jobs.run_waiting()
    assert (Batch.get().state, Client.select().count()) == ("done", 1)
    refused = web.post(f"/imports/{stopped.id}/resume").get_data(as_text=True)
    assert "This import was not broken off" in refused


def test_a_stopped_import_is_taken_back(web, crm, stopped):
    assert f'action="/imports/{stopped.id}/undo"' in web.text(f"/imports/{stopped.id}")
    web.post(f"/imports/{stopped.id}/undo")
    crm.jobs.run_waiting()
    assert Batch.get().state == "undone"


def test_worker_speaks_the_language_of_the_one_who_began(web, make, crm):
    web = web.sign_in(make.user(role="administrator", name="Ana"))
    with web.client.session_transaction() as session:
        session["language"] = "sq"
    send(web)
    batch = Batch.get()
    web.post(f"/imports/{batch.id}/columns", {"start": "yes", "header_row": "1"})
    assert Batch.get().plan["language"] == "sq"
    crm.jobs.run_waiting()
    assert "Row 3" not in Rejected.get().message


def test_seller_may_not_import(web, make):
    seller = web.sign_in(make.user(role="seller"))
    assert seller.get("/imports/").status_code == 403
    assert send(seller).status_code == 403


def test_only_those_who_set_up_may_make_what_is_missing(web, make):
    head = web.sign_in(make.user(role="director"))
    send(head)
    answer = head.post(f"/imports/{Batch.get().id}/columns", {"create_missing": "yes", "header_row": "1"})
    assert answer.status_code == 403


def test_imports_of_others_are_hidden_from_those_who_see_their_team(web, make):
    send(web)
    head = web.sign_in(make.user(role="head", team=make.team()))
    assert head.get(f"/imports/{Batch.get().id}").status_code == 404


def test_draft_is_thrown_away_with_its_file(web, crm):
    send(web)
    web.post(f"/imports/{Batch.get().id}/delete")
    assert Batch.select().count() == 0
    assert list((crm.config.files / "imports").iterdir()) == []

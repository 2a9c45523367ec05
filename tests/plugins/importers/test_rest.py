"""REST of imports: send, watch, read what was refused, undo."""

import io
import json

import pytest

from core.clients.models import Client
from core.users.services import create_token
from plugins.importers.models import Batch


@pytest.fixture
def call(web, crm, make):
    """Returns a function that calls a path with the token of an administrator."""
    token = create_token(crm, make.user(role="administrator"), "test")

    def ask(method, path, **options):
        headers = {"Authorization": f"Bearer {token}"}
        return web.client.open(f"/api/v1{path}", method=method, headers=headers, **options)

    return ask


def send(call, text="name,email\nHoxha,a@b.al\nKola,broken\n", **form):
    return call("POST", "/imports", data={"file": (io.BytesIO(text.encode()), "t.csv"), "kind": "clients", **form})


def test_file_is_taken_in_and_imported_by_the_worker(call, crm):
    answer = send(call)
    assert (answer.status_code, answer.json["state"]) == (201, "waiting")
    crm.jobs.run_waiting()
    shown = call("GET", f"/imports/{answer.json['id']}").json
    assert (shown["state"], shown["created"], shown["rejected"]) == ("done", 1, 1)
    errors = call("GET", f"/imports/{answer.json['id']}/errors").json
    assert (errors[0]["row"], errors[0]["column"]) == (3, "email")
    assert [row["id"] for row in call("GET", "/imports").json] == [shown["id"]]


def test_import_is_undone(call, crm):
    number = send(call).json["id"]
    crm.jobs.run_waiting()
    assert call("POST", f"/imports/{number}/undo").status_code == 202
    crm.jobs.run_waiting()
    assert Client.select().count() == 0


def test_map_is_taken_as_json(call, crm):
    send(call, "a,b\nHoxha,Tirana\n", map=json.dumps({"columns": {"a": "name", "b": "city"}}))
    crm.jobs.run_waiting()
    assert Client.get().city == "Tirana"


@pytest.mark.parametrize(
    "form", [{"kind": "cats"}, {"on_duplicate": "burn"}, {"map": "["}, {"map": '{"options": {"lookup": {}}}'}]
)
def test_what_makes_no_sense_is_refused(call, form):
    answer = send(call, **form)
    assert answer.status_code == 422
    assert answer.json["message"]
    assert Batch.select().count() == 0


def test_call_without_a_file_is_refused(call):
    assert call("POST", "/imports", data={"kind": "clients"}).status_code == 422

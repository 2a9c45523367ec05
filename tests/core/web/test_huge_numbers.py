"""A number that no database takes is answered in a sentence or as one that is not there, wherever it is put."""

import json

import pytest

from core.clients.models import Client
from core.errors import InvalidInput
from core.users.services import create_token

HUGE = str(10**25)
MANY_DIGITS = "9" * 5_000
PAGES = [
    "/clients/?p={}",
    "/clients/?fav={}",
    "/clients/?part=row&id={}",
    "/clients/trash?page={}",
    "/clients/?add=owner&op=equal&value={}",
    "/deals/trash?page={}",
    "/deals/board?version={}",
    "/deals/board?lane={}",
    "/deals/board/lane?lane={}",
    "/deals/board/cards?after={0}-{0}",
    "/deals/new?client={}",
    "/deals/new?type={}",
    "/deals/new?interaction={}",
    "/deals/new/demand?type={}",
    "/messages/inbox?page={}",
    "/messages/states?ids={0},1&entity_id={0}",
    "/messages/write?client={}",
    "/messages/write?deal={}",
    "/register?deal_id={}",
    "/settings/history/?page={}",
    "/settings/jobs/?page={}",
    "/tasks/new?client={}",
    "/tasks/new?deal={}",
    "/importers/?page={}",
    "/reports/funnel-closed?segment={}",
    "/reports/funnel-closed?variant={}",
    "/reports/funnel-closed/file?format=json&owner={}",
]
REST = [
    "/clients?page={}",
    "/clients?page_size={}",
    "/clients?owner={}",
    "/deals?client={}",
    "/deals?potential={}",
    "/deals/{}",
    "/tasks?deal={}",
    "/reports/funnel-closed?type={}",
    "/reports/funnel-closed?segment={}",
]
FORMS = [
    ("/mass/hand-over", "giver"),
    ("/messages/write/channel", "client"),
    ("/messages/write", "deal"),
    ("/deals/new", "type"),
    ("/deals/new", "client"),
    ("/reports/saved/tiles", "variant"),
]


@pytest.fixture
def enabled_plugins():
    return "importers", "reports", "sms"


@pytest.fixture
def visitor(web, make):
    """Returns the browser of somebody who may see every page."""
    return web.sign_in(make.user("administrator"))


@pytest.mark.parametrize("number", [HUGE, MANY_DIGITS], ids=["huge", "many-digits"])
def test_an_address_with_a_huge_number_is_no_failure(visitor, number):
    for path in PAGES:
        assert visitor.get(path.format(number)).status_code < 500, path


def test_a_form_with_a_huge_number_is_no_failure(visitor):
    for path, name in FORMS:
        for number in (HUGE, f"-{HUGE}", MANY_DIGITS):
            assert visitor.post(path, {name: number}).status_code < 500, (path, name)


@pytest.mark.parametrize("value", [HUGE, MANY_DIGITS, "x"], ids=["huge", "many-digits", "word"])
def test_a_change_of_many_to_a_huge_number_is_refused(visitor, make, value):
    client = make.client("Alba")
    for field in ("owner", "source", "categories"):
        answer = visitor.post(
            "/clients/", {"action": "edit", "field": field, "value": value, "ids": client.id, "how": "set"}
        )
        assert 400 <= answer.status_code < 500, (field, answer.status_code)


def test_a_filter_with_a_huge_number_is_no_failure(visitor):
    for field in ("owner", "potential", "client", "client.owner"):
        for op, value in (("equal", 10**25), ("equal", HUGE), ("in", [1, 10**25]), ("between", [0, 10**25])):
            asked = json.dumps({"field": field, "op": op, "value": value})
            assert visitor.get("/deals/", query_string={"f": asked}).status_code == 200, asked


@pytest.mark.parametrize("number", [HUGE, MANY_DIGITS], ids=["huge", "many-digits"])
def test_a_program_with_a_huge_number_is_told_so(crm, web, make, number):
    program, boss = web.client, make.user("administrator")
    headers = {"Authorization": f"Bearer {create_token(crm, boss, 'test')}"}
    for path in REST:
        assert program.get(f"/api/v1{path.format(number)}", headers=headers).status_code < 500, path
    for path, values in (
        ("/deals", {"title": "Roof", "client": 10**25, "type": 10**25, "potential": "1" * 30}),
        ("/clients", {"name": "Alba", "kind": "company", "owner": 10**25}),
        ("/tasks", {"title": "Call", "deal": 10**25, "user": 10**25}),
    ):
        answer = program.post(f"/api/v1{path}", json=values, headers=headers)
        assert 400 <= answer.status_code < 500, (path, answer.text)


def test_a_page_that_is_too_far_is_empty_and_the_next_question_is_answered(visitor):
    assert visitor.get(f"/settings/history/?page={2**63 - 1}").status_code == 200
    assert visitor.get("/settings/history/").status_code == 200


def test_what_no_database_keeps_is_refused_in_a_sentence_and_what_it_has_not_is_not_found(crm, make):
    client = make.client("Alba")
    with pytest.raises(InvalidInput, match="larger than any"), crm.work():
        Client.update(import_id=10**25).where(Client.id == client.id).execute()
    assert Client.get_or_none(Client.id == 10**25) is None
    assert Client.get_by_id(client.id).import_id is None

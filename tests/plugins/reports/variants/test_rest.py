"""REST and the command line of saved settings and schedules: the same rights and refusals as on the pages."""

import json

import pytest
import schemathesis
from click.testing import CliRunner
from schemathesis import GenerationMode

from core.users.services import create_token
from core.web.factory import create_web
from plugins.reports.commands import report_variants
from plugins.reports.variants.keeping import save_variant
from plugins.reports.variants.models import Schedule
from tests.core.rest.conforming import conform
from tests.core.rest.conftest import Program
from tests.plugins.reports.test_doors import Opened

PLACE = "/reports/variants"
MANAGERS = {"report": "managers", "name": "This year", "params": {"period": ["this_year"]}}


@pytest.fixture
def director(make):
    return make.user("director", name="Dita")


@pytest.fixture
def program(crm):
    app = create_web(crm)
    return lambda user: Program(app, create_token(crm, user, "test"))


@pytest.fixture
def api(program, director):
    return program(director)


def test_settings_are_made_listed_changed_and_deleted(api):
    made = api.post(PLACE, MANAGERS)
    assert (made.status_code, made.json["audience"], made.json["is_default"]) == (201, "mine", False), made.json
    place = f"{PLACE}/{made.json['id']}"
    changed = api.patch(place, {"audience": "all", "params": {"type": [], "by": ["owner"]}}, seen=made.headers["ETag"])
    assert (changed.json["audience"], changed.json["params"]) == ("all", {"by": ["owner"]}), changed.json
    assert [one["name"] for one in api.get(f"{PLACE}?report=managers").json] == ["This year"]
    assert api.patch(place, {"name": "Late"}, seen=made.headers["ETag"]).status_code == 412
    assert api.delete(place).status_code == 428
    assert api.delete(place, seen=changed.headers["ETag"]).status_code == 204
    assert api.get(PLACE).json == []


@pytest.mark.parametrize(
    ("wrong", "field"),
    [
        ({"name": " "}, "name"),
        ({"name": "Kept"}, "name"),
        ({"params": {"by": ["gone"]}}, "params"),
        ({"params": {"from": ["2026-02-01"], "to": ["2026-01-01"]}}, "from"),
        ({"audience": "world"}, "audience"),
    ],
)
def test_settings_that_can_not_be_used_are_refused(crm, api, director, wrong, field):
    save_variant(crm, director, "managers", "Kept", [])
    refused = api.post(PLACE, {**MANAGERS, **wrong})
    assert (refused.status_code, field in refused.json["errors"]) == (422, True), refused.json


def test_settings_of_others_are_seen_when_shared_and_changed_by_who_may_share(crm, make, program, director):
    private = save_variant(crm, director, "managers", "Private", [])
    shared = save_variant(crm, director, "managers", "Shared", [], audience="all")
    seller = program(make.user("seller"))
    assert [one["name"] for one in seller.get(PLACE).json] == ["Shared"]
    assert seller.get(f"{PLACE}/{private.id}").status_code == 404
    assert seller.patch(f"{PLACE}/{shared.id}", {"name": "Mine"}, seen="*").status_code == 403
    assert seller.post(PLACE, {**MANAGERS, "audience": "all"}).status_code == 403
    assert program(make.user("head")).patch(f"{PLACE}/{shared.id}", {"name": "Ours"}, seen="*").status_code == 200


def test_a_report_begins_with_the_default_of_the_tokens_user(api):
    place = f"{PLACE}/{api.post(PLACE, MANAGERS).json['id']}"
    assert api.post(f"{place}/default", {}).json["is_default"]
    assert not api.post(f"{place}/default", {"is_default": False}).json["is_default"]


def test_a_schedule_is_made_stopped_sent_and_deleted(crm, api, make):
    variant = api.post(PLACE, MANAGERS).json["id"]
    body = {"variant": variant, "form": "xlsx", "users": [make.user("head").id], "recipients": ["ana@example.com"]}
    made = api.post("/reports/schedules", body)
    assert (made.status_code, made.json["every"], made.json["recipients"]) == (201, "week", ["ana@example.com"])
    place = f"/reports/schedules/{made.json['id']}"
    stopped = api.patch(place, {"is_active": False}, seen=made.headers["ETag"])
    assert (stopped.json["is_active"], stopped.json["users"]) == (False, body["users"]), stopped.json
    assert api.post(f"{place}/send").status_code == 202
    crm.jobs.run_waiting()
    (sent,) = api.get(f"{place}/sendings").json
    assert (sent["state"], sent["schedule"]) == ("kept", made.json["id"])
    assert {"reader": "ana@example.com", "state": "kept"}.items() <= sent["letters"][1].items()
    with api.get(f"/reports/sendings/{sent['id']}/file") as file:
        assert file.get_data()[:2] == b"PK"
    assert api.delete(place, seen=stopped.headers["ETag"]).status_code == 204
    assert Schedule.select().count() == 0


def test_only_its_owner_changes_a_schedule_and_it_takes_the_right_to_export(api, make, program):
    variant = api.post(PLACE, {**MANAGERS, "audience": "all"}).json["id"]
    place = f"/reports/schedules/{api.post('/reports/schedules', {'variant': variant}).json['id']}"
    head = program(make.user("head"))
    assert head.patch(place, {"recipients": ["head@example.com"]}, seen="*").status_code == 403
    assert head.get(place).status_code == 200
    assert program(make.user("seller")).post("/reports/schedules", {"variant": variant}).status_code == 403


def test_the_command_line_lists_saved_settings(crm, director):
    save_variant(crm, director, "managers", "This year", [], audience="all")
    done = CliRunner().invoke(report_variants, ["managers", "--json"], obj=Opened(crm))
    expected = {"report": "managers", "name": "This year", "owner": director.login, "audience": "all"}
    assert json.loads(done.output) == [expected]
    assert "This year" in CliRunner().invoke(report_variants, [], obj=Opened(crm)).output
    assert CliRunner().invoke(report_variants, ["zork"], obj=Opened(crm)).exit_code == 2


def test_tiles_are_put_on_the_home_page_sized_moved_and_taken_away(api):
    place = "/reports/tiles"
    variant = api.post(PLACE, MANAGERS).json["id"]
    assert [one["key"] for one in api.get(place).json] == ["forecast", "hanging", "managers"]
    made = api.post(place, {"variant": variant, "size": "wide"})
    facts = {name: made.json[name] for name in ("report", "variant", "title", "size", "place")}
    expected = {"report": "managers", "variant": variant, "title": "This year", "size": "wide", "place": 3}
    assert (made.status_code, facts) == (201, expected), made.json
    moved = api.post(f"{place}/{made.json['key']}", {"place": 0, "size": "large"}).json
    assert (moved["place"], moved["size"]) == (0, "large"), moved
    # A usual tile that was called by its report before the first change still is.
    assert api.delete(f"{place}/hanging").status_code == 204
    assert [one["title"] for one in api.get(place).json] == ["This year", "Forecast", "Managers"]


@pytest.mark.parametrize(
    ("body", "field"),
    [
        ({}, "report"),
        ({"report": "zork"}, "report"),
        ({"report": "managers", "variant": 1}, "report"),
        ({"report": "managers", "size": "huge"}, "size"),
        ({"variant": 99}, "variant"),
    ],
)
def test_what_makes_no_tile_is_refused(api, body, field):
    refused = api.post("/reports/tiles", body)
    assert (refused.status_code, field in refused.json["errors"]) == (422, True), refused.json


def test_tiles_are_ones_own_and_show_what_one_may_see(crm, make, api, program, director):
    private = save_variant(crm, director, "managers", "Private", [])
    key = api.post("/reports/tiles", {"variant": private.id}).json["key"]
    other = program(make.user("head"))
    assert other.post("/reports/tiles", {"variant": private.id}).status_code == 422
    assert other.post(f"/reports/tiles/{key}", {"size": "wide"}).status_code == 404
    assert other.delete(f"/reports/tiles/{key}").status_code == 404
    assert "Private" not in {one["title"] for one in other.get("/reports/tiles").json}


@pytest.mark.parametrize("mode", list(GenerationMode))
def test_answers_are_what_the_description_says(crm, director, mode):
    variant = save_variant(crm, director, "managers", "This year", [])
    headers = {"Authorization": "Bearer " + create_token(crm, director, "test")}
    schema = schemathesis.openapi.from_wsgi("/api/v1/openapi.json", create_web(crm), headers=headers)
    found = [one.ok() for one in schema.get_all_operations()]
    mine = [one for one in found if one.path.split("/")[4:5] in (["variants"], ["schedules"], ["sendings"], ["tiles"])]
    assert (len(mine), variant.id) == (18, 1)
    conform(mine, mode, headers)

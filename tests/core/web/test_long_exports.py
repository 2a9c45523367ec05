"""A long list becomes an Excel file in the worker: whole or not at all, for who asked alone, as that one may see it."""

import errno
import io
from importlib import import_module

import openpyxl
import pytest

from core import exports
from core.jobs import Job
from core.testing import Browser
from core.users.models import Role
from core.web.lists import long_exports, source
from core.web.lists.jobs import EXPORT
from tests.architecture.source import files, text

ASKED = "/clients/?all=1&part=export&format=xlsx"


@pytest.fixture
def web(web, director):
    return web.sign_in(director)


@pytest.fixture
def three(make, director, monkeypatch):
    """Makes three clients of the director, and lists of more than two long."""
    monkeypatch.setattr(source, "DEEPEST", 2)
    names = enumerate(("Alba", "Beta", "=Gama"))
    return [make.client(name, owner=director, phones=[f"069201234{place}"]) for place, name in names]


def begin(web, address=ASKED):
    answer = web.get(address)
    assert answer.status_code == 303
    return Job.get_by_id(int(answer.location.rpartition("/")[2]))


def names_in(answer):
    content = answer.get_data()
    answer.close()
    head, *rows = openpyxl.load_workbook(io.BytesIO(content)).active.iter_rows(values_only=True)
    return [row[head.index("Name")] for row in rows]


def test_long_list_is_awaited_and_fetched(crm, web, three):
    job = begin(web)
    assert "Waiting for the worker" in web.text(f"/exports/{job.id}")
    assert web.get(f"/exports/{job.id}/file").status_code == 404
    assert crm.jobs.run_waiting() == 1
    assert f"/exports/{job.id}/file" in web.text(f"/exports/{job.id}")
    answer = web.get(f"/exports/{job.id}/file")
    assert names_in(answer) == ["Alba", "Beta", "=Gama"]
    assert job.args["name"] in answer.headers["Content-Disposition"]


def test_search_and_columns_are_those_of_who_asked(crm, web, make, three, monkeypatch):
    monkeypatch.setattr(source, "DEEPEST", 0)
    job = begin(web, "/clients/?q=0692012341&part=export&format=xlsx")
    crm.jobs.run_waiting()
    assert names_in(web.get(f"/exports/{job.id}/file")) == ["Beta"]


def test_who_sees_less_gets_less(crm, make, three, monkeypatch):
    head = make.user("head", team=make.team("Tirana"))
    make.client("Own", owner=head)
    browser = Browser(crm).sign_in(head)
    monkeypatch.setattr(source, "DEEPEST", 0)
    job = begin(browser)
    crm.jobs.run_waiting()
    assert names_in(browser.get(f"/exports/{job.id}/file")) == ["Own"]


def test_same_list_asked_for_again_is_made_once(web, three):
    assert begin(web).id == begin(web).id
    assert begin(web, ASKED.replace("all=1", "q=069201")).id != begin(web).id


def test_file_is_for_who_asked_alone(crm, web, make, three):
    job = begin(web)
    crm.jobs.run_waiting()
    other = Browser(crm).sign_in(make.user("director"))
    assert other.get(f"/exports/{job.id}").status_code == 404
    assert other.get(f"/exports/{job.id}/file").status_code == 404


def test_right_that_was_lost_meanwhile_leaves_no_file(crm, web, director, three):
    job = begin(web)
    director.role = Role.get(Role.key == "seller")
    director.save()
    crm.jobs.run_waiting()
    job = Job.get_by_id(job.id)
    assert (job.state, long_exports.path_of(crm, job).exists()) == ("failed", False)
    assert "the right to do this" in web.text(f"/exports/{job.id}")


def test_file_is_not_given_to_who_lost_the_right_after_it_was_made(crm, web, director, three):
    job = begin(web)
    crm.jobs.run_waiting()
    director.role = Role.get(Role.key == "seller")
    director.save()
    assert web.get(f"/exports/{job.id}/file").status_code == 403


def test_full_disk_is_said_and_nothing_is_left_of_the_file(crm, web, three, monkeypatch):
    def write_on_full_disk(path, *_table):
        path.write_text("half")
        raise OSError(errno.ENOSPC, "No space left on device")

    monkeypatch.setattr(exports, "_write_workbook", write_on_full_disk)
    job = begin(web)
    crm.jobs.run_waiting()
    assert "disk is full" in web.text(f"/exports/{job.id}")
    assert list(long_exports.path_of(crm, job).parent.iterdir()) == []


def test_what_a_killed_worker_left_is_cleared_away_but_not_what_another_writes(crm, web, three):
    job = begin(web)
    left = crm.config.files / "exports" / f"{exports.PARTS}abc"
    left.mkdir(parents=True)
    (left / "half.xlsx").write_text("half")
    Job.update(state="running").where(Job.id == job.id).execute()
    long_exports.forget_old(crm)
    assert left.exists()
    Job.update(state="failed").where(Job.id == job.id).execute()
    long_exports.forget_old(crm)
    assert not left.exists()


def test_more_rows_than_a_sheet_holds_are_refused_with_the_way_out(crm, web, three, monkeypatch):
    monkeypatch.setattr(long_exports, "MOST_XLSX_ROWS", 2)
    job = begin(web)
    crm.jobs.run_waiting()
    assert "export as csv instead" in web.text(f"/exports/{job.id}")


def test_file_is_forgotten_after_a_day(crm, web, three):
    job = begin(web)
    crm.jobs.run_waiting()
    long_exports.forget_old(crm)
    assert long_exports.path_of(crm, job).exists()
    crm.clock.advance(days=1, minutes=1)
    long_exports.forget_old(crm)
    assert not long_exports.path_of(crm, job).exists()
    assert "is gone" in web.text(f"/exports/{job.id}")


def test_short_list_comes_at_once(web, make):
    make.client("Alba")
    assert names_in(web.get(ASKED)) == ["Alba"]
    assert not Job.select().where(Job.kind == EXPORT).exists()


def test_the_worker_finds_every_list():
    declared = [path for path in files("core", "plugins") for line in text(path).splitlines() if " = ListPage(" in line]
    places = {f"{place.partition(':')[0].replace('.', '/')}.py" for place in long_exports.LISTS.values()}
    assert places == {path for path in declared if not path.endswith("__init__.py")}
    for name, place in long_exports.LISTS.items():
        module, _colon, attribute = place.partition(":")
        assert getattr(import_module(module), attribute).name == name

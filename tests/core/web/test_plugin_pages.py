"""The pages of plugins, as an administrator uses them."""

import pytest

from core.hooks import calls, health
from core.hooks.calls import Tally
from core.hooks.contributions import Health
from core.hooks.guard import save_times
from core.hooks.health import HookTime
from core.hooks.plugins import Refusal
from core.hooks.switch import next_generation
from core.i18n import gettext, speaking
from core.instance import uninstall
from core.instance.jobs import UNINSTALL
from core.testing import Browser
from core.web.admin import plugins as admin_plugins


@pytest.fixture
def enabled_plugins():
    return ("importers",)


@pytest.fixture
def admin(crm, make):
    crm.config = type(crm.config)(**{**crm.config.__dict__, "plugins": None})
    return Browser(crm).sign_in(make.user("administrator"))


def test_a_plugin_shows_what_it_brings_and_holds(admin):
    page = admin.text("/settings/plugins/importers")
    for word in ("Running", "importers_batch", "importers.run", "0 rows, ", "kB", "It can be removed when the plugin"):
        assert word in page


@pytest.mark.parametrize(
    ("answer", "words"),
    [
        (Health(), ["Running"]),
        (Health(is_fine=False, is_configured=False, words="No gateway is set up."), ["Not set up yet", "No gateway"]),
        (Health(is_fine=False, words="It does not answer."), ["Faulty", "It does not answer."]),
    ],
)
def test_overview_asks_how_a_running_plugin_is_once_it_stands(crm, admin, monkeypatch, answer, words):
    asked = []
    collect = crm.hooks.collect_on_page
    own = {"health": lambda: asked.append(1) or [("importers", answer)]}
    monkeypatch.setattr(
        crm.hooks, "collect_on_page", lambda name, **given: own.get(name, lambda: collect(name, **given))()
    )
    overview = admin.text("/settings/plugins/")
    assert ("/settings/plugins/importers/condition" in overview, asked) == (True, [])
    found = admin.get("/settings/plugins/importers/condition")
    assert [word in found.text for word in words] == [True] * len(words)
    assert "max-age" in found.headers["Cache-Control"]
    own_page = admin.text("/settings/plugins/importers")
    assert [word in own_page for word in (words[0], "Running")] == [True, words[0] == "Running"]


def test_a_plugin_that_is_off_tells_what_it_is_in_the_readers_language(crm, make):
    admin = make.user("administrator")
    admin.language = "ru"
    admin.save()
    page = Browser(crm).sign_in(admin).text("/settings/plugins/")
    with speaking("ru"):
        summary = gettext(crm.manifests["sms"].summary)
    assert ("sms" in crm.hooks.order, summary.isascii(), summary in page) == (False, False, True)


def test_a_plugin_shows_its_last_failures(crm, admin):
    health.note_failure("importers", "client_panels", "ValueError: oh", crm.clock.now())
    assert "ValueError: oh" in admin.text("/settings/plugins/importers")


def test_a_paused_plugin_says_why_and_goes_on_by_a_click(crm, admin):
    crm.hooks.paused = {"importers": Refusal("importers", "it failed 5 times", "mend it")}
    page = admin.text("/settings/plugins/")
    assert ("Paused" in page, "it failed 5 times" in page, "/settings/plugins/importers/resume" in page) == (True,) * 3
    assert admin.post("/settings/plugins/importers/resume").status_code == 303


def test_data_is_removed_only_of_a_plugin_that_is_off(admin):
    assert admin.post("/settings/plugins/importers/remove", {"typed": "importers"}).status_code == 409


def test_a_removal_is_done_by_the_worker_and_its_page_says_how_far_it_is(crm, admin, monkeypatch):
    monkeypatch.setattr(uninstall, "check_off", lambda *_about: None)
    monkeypatch.setattr(uninstall, "_remove", lambda *_about: None)
    assert admin.post("/settings/plugins/importers/remove", {"typed": "importers"}).status_code == 303
    page = admin.text("/settings/plugins/importers")
    assert ("Waiting for the worker" in page, 'hx-trigger="every 2s"' in page) == (True, True)
    crm.jobs.run_waiting()
    monkeypatch.setattr(admin_plugins, "data_of", lambda *_about: [])
    page = admin.text("/settings/plugins/importers")
    assert ("The data of importers is removed; it is kept in" in page, 'hx-trigger="every 2s"' in page) == (True, False)


def test_a_removal_is_stopped_and_repeated_by_none_but_who_may_begin_one(crm, make):
    director = Browser(crm).sign_in(make.user("director"))
    job = crm.jobs.enqueue(UNINSTALL, {"name": "importers"})
    page = director.text("/settings/jobs/")
    assert (UNINSTALL in page, f"/settings/jobs/{job.id}/stop" in page) == (True, False)
    assert director.post(f"/settings/jobs/{job.id}/stop").status_code == 403
    crm.jobs.stop(job, "stopped")
    assert director.post(f"/settings/jobs/{job.id}/again").status_code == 403
    assert crm.jobs.get(job.id).state == "failed"


def test_until_the_processes_are_exchanged_the_page_asks_again(crm, admin):
    assert "takes the change over" not in admin.text("/settings/plugins/")
    next_generation(crm)
    assert "takes the change over" in admin.text("/settings/plugins/")


def test_hooks_show_who_answers_and_how_long_it_took(crm, admin):
    crm.hooks.calls.tallies = {("core", "exchange_rate"): Tally(4, 0.1, 0.05)}
    save_times(crm)
    crm.hooks.calls.tallies = {("core", "exchange_rate"): Tally(4, 0.1, 0.02)}
    save_times(crm)
    row = HookTime.get(HookTime.what == "exchange_rate")
    assert (row.calls, row.total_us, row.worst_us) == (8, 200_000, 50_000)
    page = admin.text("/settings/plugins/hooks")
    assert ("exchange_rate" in page, "25.00" in page, "50.0" in page) == (True, True, True)


def test_its_own_pages_are_measured_and_a_slow_one_is_named(crm, admin, monkeypatch):
    assert admin.get("/imports/").status_code == 200
    monkeypatch.setattr(calls, "SLOW_S", 0.0)
    assert admin.get("/imports/").status_code == 200
    save_times(crm)
    page = admin.text("/settings/plugins/importers")
    assert ("importers.index" in page, "page importers.index" in page, "it took more than" in page) == (
        True,
        True,
        True,
    )
    assert "importers" in crm.hooks.order


def test_figures_older_than_a_day_begin_anew(crm):
    for _day in range(2):
        crm.hooks.calls.tallies = {("core", "exchange_rate"): Tally(1, 0.1, 0.1)}
        save_times(crm)
        crm.clock.advance(days=1, seconds=1)
    assert HookTime.get().calls == 1


def test_boxes_are_marked_for_who_asked(admin):
    assert "marks-plugins" not in admin.text("/")
    admin.post("/settings/plugins/hooks/marks")
    assert "marks-plugins" in admin.text("/")


@pytest.mark.parametrize("path", ["importers", "hooks"])
def test_only_who_may_switch_plugins_sees_them(crm, make, path):
    assert Browser(crm).sign_in(make.user("director")).get(f"/settings/plugins/{path}").status_code == 403


def test_an_unknown_plugin_has_no_page(admin):
    assert admin.get("/settings/plugins/ghost").status_code == 404

"""Every kind of breakage of a plugin, and that nothing else breaks with it."""

import os
import threading
from decimal import Decimal
from types import SimpleNamespace

import pytest
from flask import Blueprint, Flask

from core.boot import boot
from core.clients.merge import merge_clients
from core.clients.models import Client
from core.config import Config, read_config, write_config
from core.errors import Busy, CRMError, InvalidInput
from core.hooks import behind, calls, health
from core.hooks.contributions import Panel
from core.hooks.dispatch import marker
from core.hooks.guard import charge, note_hung_pages, resume, stop_endless
from core.hooks.health import PluginFailure, failures
from core.hooks.switch import enable, saved_generation
from core.instance.doctor import examine
from core.serve import caretaker, trial
from core.serve.entry import make_web
from core.serve.trial import try_out
from core.serve.wire import HANGS, Wire
from core.store.work import WorkDesk
from core.web.measured import SLOW_AT_ONCE, measure
from tests.core.hooks.written import write_plugin
from tests.waiting import until

HOOK = "from core.api import *\n\n\n@hook\ndef {}(): "
AT_START = ["permissions", "settings_groups", "job_kinds", "live_topics", "menu_items", "routes", "rest_routes"]
BROKEN_CODE = {
    "a syntax error": ("def (", "SyntaxError"),
    "a missing module": ("import nothing_of_the_kind", "ModuleNotFoundError in hooks.py, line 1: "),
    "an exit": ("raise SystemExit(3)", "SystemExit"),
    "an unknown hook": (HOOK.format("no_such_hook") + "pass", "there is no hook no_such_hook."),
    "a misspelt hook": (HOOK.format("job_kind") + "pass", "Did you mean “job_kinds”?"),
    "an unknown argument": (
        "from core.api import hook\n\n\n@hook\ndef permissions(colour): return []",
        "asks for colour",
    ),
    **{f"an exception in {name}": (HOOK.format(name) + "1 / 0", "ZeroDivisionError") for name in AT_START},
    **{f"nothing from {name}": (HOOK.format(name) + "pass", "NoneType") for name in AT_START},
    "pages that are no blueprint": (HOOK.format("routes") + "return [Routes(7)]", "its pages can't be mounted"),
    "REST paths that are none": (HOOK.format("rest_routes") + "return [RestRoutes(7)]", "REST paths can't be mounted"),
    "a menu item to nowhere": (HOOK.format("menu_items") + "return [MenuItem('a', 'A', 'no.where', 'x')]", "no page"),
    "a page that is no text": (HOOK.format("menu_items") + "return [MenuItem('a', 'A', ['x'], 'x')]", "must be str"),
    "a right with a name of others": (
        HOOK.format("permissions") + "return [Permission('clients.read', 'Read')]",
        "names begin with 'moody' and a dot",
    ),
    "settings that can't be made": (HOOK.format("settings_groups") + "return [SettingsGroup('a', 'A', 7)]", "settings"),
}
BROKEN_MANIFESTS = {
    "no TOML": ("colour = ", "can't be read"),
    "an unknown key": ('colour = "red"', "'colour'"),
    "a misspelt key": ('sumary = "x"', "Did you mean “summary”?"),
    "a list that is none": ('requires = "base"', "requires must be a list of texts"),
    "a list of numbers": ("distributions = [1]", "distributions must be a list of texts"),
    "a switch that is none": ('default_on = "yes"', "default_on must be true or false"),
    "a missing distribution": ('distributions = ["no-such-package-x"]', "no-such-package-x"),
    "a core that doesn't fit": ('core = ">=99"', "wants >=99"),
}


@pytest.fixture
def folder(tmp_path):
    write_config(Config(folder=tmp_path))
    return tmp_path


def config_of(folder, *plugins):
    config = read_config(folder, environment={})
    return Config(**{**config.__dict__, "plugins": plugins or None})


def add(crm, **hooks):
    """Adds a plugin `moody` with these hooks to a running instance."""
    crm.hooks.register("moody", SimpleNamespace(**{name: marker(function) for name, function in hooks.items()}))


def breaks(*_arguments):
    raise ZeroDivisionError("oh")


@pytest.mark.parametrize(("code", "reason"), BROKEN_CODE.values(), ids=list(BROKEN_CODE))
def test_broken_code_is_left_out_and_the_rest_is_served(folder, code, reason):
    write_plugin(folder, "moody", code=code)
    write_plugin(folder, "sound")
    app = make_web(config_of(folder, "moody", "sound"))
    crm = app.extensions["hinka"]
    assert [plugin.name for plugin in crm.plugins] == ["sound"]
    assert (crm.refusals[0].plugin, reason in crm.refusals[0].reason) == ("moody", True)
    assert app.test_client().get("/healthz").status_code == 200


@pytest.mark.parametrize(("line", "reason"), BROKEN_MANIFESTS.values(), ids=list(BROKEN_MANIFESTS))
def test_a_wrong_manifest_is_refused_with_a_sentence(folder, line, reason):
    write_plugin(folder, "moody", extra=line)
    crm = boot(config_of(folder, "moody"))
    assert any(reason in f"{refusal.reason} {refusal.remedy}" for refusal in crm.refusals)
    assert crm.plugins == []


@pytest.mark.parametrize("name", ["other", "core", "Moody", "moo-dy"])
def test_a_plugin_bears_the_name_of_its_folder(folder, name):
    place = write_plugin(folder, "moody")
    (place / "plugin.toml").write_text(f'name = "{name}"\ntitle = "M"\nversion = "1"\n')
    assert repr(name) in boot(config_of(folder, "reports")).refusals[0].reason


def test_wrong_settings_in_the_file_leave_the_plugin_out(folder):
    schema = "from marshmallow import Schema, fields\n\n\nclass Look(Schema):\n    size = fields.Integer()\n\n\n"
    code = schema + HOOK.format("settings_groups") + "return [SettingsGroup('moody', 'Moody', Look)]"
    write_plugin(folder, "moody", code=code)
    with (folder / "customer.toml").open("a") as file:
        file.write('[settings.moody]\nsize = "large"\n')
    crm = boot(config_of(folder, "moody"))
    assert "its settings are wrong: Setting moody.size" in crm.refusals[0].reason


@pytest.mark.parametrize(
    ("panels", "word"),
    [
        (breaks, "ZeroDivisionError"),
        (lambda client: "no list", "TypeError"),
        (lambda client: [Panel("x", "X", "nowhere.html")], "TemplateNotFound"),
        (lambda client: [Panel("x", "X", "lists/body.html")], "UndefinedError"),
    ],
)
def test_what_fails_on_a_page_leaves_a_box_in_its_place(crm, web, make, panels, word):
    add(crm, client_panels=panels)
    user = make.user("director")
    page = web.sign_in(user).text(f"/clients/{make.client('Kafe Mira', owner=user).id}")
    assert ("Kafe Mira" in page, "The plugin moody could not show its part here." in page) == (True, True)
    assert (failures("moody")[0].times, word in failures("moody")[0].error) == (1, True)


def test_an_answer_that_fails_is_asked_of_the_next(crm, make):
    add(crm, exchange_rate=breaks)
    assert make.deal(potential=Decimal(10), currency="USD").potential_base is None
    assert failures("moody")[0].what == "exchange_rate"


def test_an_accident_inside_a_change_rolls_it_back_and_is_written_down_all_the_same(crm, make):
    kept, gone = make.client(), make.client()
    add(crm, client_merging=breaks)
    with pytest.raises(CRMError, match="nothing was changed"):
        merge_clients(crm, kept, gone)
    assert Client.get_by_id(gone.id).merged_into_id is None
    assert [failure.what for failure in failures("moody")] == ["client_merging"]


def test_a_refusal_inside_a_change_is_no_failure(crm, make):
    def refuses():
        raise InvalidInput("This client owes money.")

    add(crm, client_merging=refuses)
    with pytest.raises(InvalidInput, match="owes money"):
        merge_clients(crm, make.client(), make.client())
    assert failures("moody") == []


def test_after_repeated_failures_announcements_are_paused_and_one_click_resumes(crm, web, make):
    heard = []
    add(crm, record_changed=lambda change: heard.append(change) or breaks())
    for _change in range(health.STRIKES + 2):
        make.client()
    assert len(heard) == health.STRIKES
    assert failures("moody")[0].times == health.STRIKES
    words = "Not running as they should: moody."
    assert words in web.sign_in(make.user("administrator")).text("/")
    assert words not in web.sign_in(make.user("director")).text("/")
    crm.manifests["moody"] = crm.manifests["reports"]
    before = saved_generation()
    resume(crm, "moody")
    assert (health.paused(), saved_generation()) == ({}, before + 1)


def test_failures_that_lie_far_apart_pause_nobody(crm, make):
    add(crm, record_changed=breaks)
    for _change in range(health.STRIKES + 2):
        make.client()
        crm.clock.advance(hours=1)
    assert crm.hooks.paused == {}


def test_a_hook_that_is_slow_again_and_again_stops_its_plugin(crm, web, make, monkeypatch):
    add(crm, client_panels=lambda client: [])
    user = make.user("director")
    client = make.client(owner=user)
    web.sign_in(user)
    monkeypatch.setattr(calls, "SLOW_S", 0)
    before = saved_generation()
    for _view in range(health.STRIKES):
        web.get(f"/clients/{client.id}")
    assert "its client_panels took" in health.stopped()["moody"].reason
    assert saved_generation() > before


def test_a_hook_that_never_comes_back_stops_its_plugin(crm, monkeypatch):
    is_in, let_out = threading.Event(), threading.Event()
    add(crm, exchange_rate=lambda: is_in.set() or let_out.wait())
    stuck = threading.Thread(target=lambda: crm.hooks.ask("exchange_rate", crm=crm, currency="USD", rate_on=None))
    stuck.start()
    is_in.wait()
    assert stop_endless(crm) is False
    monkeypatch.setattr(calls, "ENDLESS_S", 0)
    try:
        assert stop_endless(crm) is True
        assert "exchange_rate did not come back" in health.stopped()["moody"].reason
        health.forgive("moody")
        assert (stop_endless(crm), health.stopped()) == (False, {})  # though the process has not gone yet
    finally:
        let_out.set()
        stuck.join()


def test_a_page_that_hangs_again_and_again_costs_its_plugin_the_pages_until_it_is_resumed(crm, monkeypatch):
    crm.manifests["moody"] = crm.manifests["reports"]
    crm.hooks.calls.begin("moody", "page moody.index", is_page=True)
    monkeypatch.setattr(calls, "HUNG_S", 0)
    for process in range(health.HANGS):
        assert health.without_pages() == {}, process
        counted = set()
        note_hung_pages(crm, counted)
        note_hung_pages(crm, counted)  # a process is lost once, however often somebody looks
    assert "page moody.index" in health.without_pages()["moody"].reason
    assert (failures("moody")[0].times, health.stopped()) == (health.HANGS, {})
    resume(crm, "moody")
    assert health.without_pages() == {}


def test_pages_that_hang_leave_room_for_others(crm, monkeypatch):
    app = Flask("moody")
    blueprint = Blueprint("moody", "moody")
    blueprint.add_url_rule("/moody", "index", lambda: "here")
    app.register_blueprint(blueprint)
    measure(app, crm, "moody", blueprint)
    monkeypatch.setattr(calls, "SLOW_S", 0)
    for _page in range(SLOW_AT_ONCE):
        assert app.view_functions["moody.index"]() == "here"
        crm.hooks.calls.begin("moody", "page moody.index", is_page=True)
    with pytest.raises(Busy, match="“moody” is very slow at the moment"):
        app.view_functions["moody.index"]()


@pytest.mark.parametrize(("is_page", "is_web"), [(False, True), (False, False), (True, True)])
def test_what_hangs_with_the_turn_of_all_writers_is_told_and_costs_its_process(crm, monkeypatch, is_page, is_web):
    monkeypatch.setattr(calls, "HUNG_S" if is_page else "ENDLESS_S", 0)
    crm.hooks.calls.begin("moody", "the bog", is_page=is_page)
    crm.desk.turn_of = threading.get_ident()
    wire, left = Wire(), []
    pause = SimpleNamespace(wait=lambda _seconds: False)
    caretaker._look(crm, wire, is_web, pause, leave=lambda: left.append(True))
    (told,) = wire.hear()
    assert (told.event, told.pid, told.plugin, told.what, told.is_page) == (
        HANGS,
        os.getpid(),
        "moody",
        "the bog",
        is_page,
    )
    assert (left, health.stopped()) == ([True], {})


def test_what_a_lost_process_told_stops_its_plugin_and_counts_its_pages(crm):
    crm.manifests["moody"] = crm.manifests["reports"]
    before = saved_generation()
    for _process in range(health.HANGS):
        charge("moody", "page moody.index", is_page=True, at=crm.clock.now())
    assert ("page moody.index" in health.without_pages()["moody"].reason, health.stopped()) == (True, {})
    charge("moody", "deal_turned", is_page=False, at=crm.clock.now())
    charge("core", "deal_turned", is_page=False, at=crm.clock.now())
    assert (list(health.stopped()), saved_generation()) == (["moody"], before + 2)
    resume(crm, "moody")
    assert (health.stopped(), health.without_pages()) == ({}, {})


def test_a_hook_that_waits_for_the_turn_of_another_is_not_blamed(tmp_path, crm, monkeypatch):
    monkeypatch.setattr(calls, "ENDLESS_S", 0)
    own, other = (WorkDesk(crm.database, tmp_path / "turn.lock") for _desk in range(2))
    own.waiting = crm.hooks.calls.waiting
    with other._turn(other.turn_file):
        waits = threading.Thread(target=lambda: crm.hooks.attempt("moody", "deal_turned", _take_turn, own))
        waits.start()
        until(lambda: crm.hooks.calls._waiting)
        assert list(crm.hooks.calls.endless()) == []
    waits.join(30)
    assert crm.hooks.calls.tallies["moody", "deal_turned"].calls == 1


def test_processes_that_can_not_follow_are_said_to_the_administrator(crm, web, make):
    behind.say_why(behind.WEB)
    behind.say_why(behind.WEB)  # at every try anew
    words = "A web process does not come up anew"
    assert words in web.sign_in(make.user("administrator")).text("/settings/plugins/")
    assert any(words in finding for finding in examine(crm))
    behind.say_why("")
    assert (words in web.text("/settings/plugins/"), behind.why()) == (False, "")


def test_who_waits_for_the_call_of_another_is_not_blamed_for_it(crm, monkeypatch):
    now = [1000.0]
    monkeypatch.setattr(calls, "perf_counter", lambda: now[0])
    outer = crm.hooks.calls.begin("moody", "deal_turned")
    now[0] += 1
    inner = crm.hooks.calls.begin("stuck", "record_changed")
    now[0] += calls.ENDLESS_S
    assert list(crm.hooks.calls.endless()) == []  # the outer is too old, the inner still has a second
    now[0] += 1
    assert list(crm.hooks.calls.endless()) == [inner]
    crm.hooks.calls.end(inner)
    crm.hooks.calls.begin("quick", "record_changed")
    now[0] += 0.1
    assert list(crm.hooks.calls.endless()) == [outer]


def _take_turn(desk):
    with desk._turn(desk.turn_file):
        pass


def test_the_turn_of_writers_is_known_while_it_is_had(tmp_path, crm):
    desk = WorkDesk(crm.database, tmp_path / "turn.lock")
    with desk.work():
        assert desk.turn_of == threading.get_ident()
    assert desk.turn_of is None


def test_a_stopped_plugin_stays_out_until_it_is_switched_on_again(folder):
    write_plugin(folder, "moody")
    crm = boot(config_of(folder))
    enable(crm, "moody")
    health.stop("moody", "it hung.", crm.clock.now())
    again = boot(config_of(folder))
    assert "moody" not in [plugin.name for plugin in again.plugins]
    assert "hinka plugin resume moody" in again.refusals[0].remedy
    enable(again, "moody")
    assert "moody" in [plugin.name for plugin in boot(config_of(folder)).plugins]


def test_the_same_failure_again_only_counts_and_old_ones_go(crm):
    for number in range(health.KEPT_FAILURES + 10):
        health.note_failure("moody", "client_panels", f"error {number}", crm.clock.now())
        health.note_failure("moody", "client_panels", "always the same", crm.clock.now())
        crm.clock.advance(seconds=1)
    assert PluginFailure.select().count() == health.KEPT_FAILURES
    assert PluginFailure.get(error="always the same").times == health.KEPT_FAILURES + 10


@pytest.mark.parametrize(
    ("code", "reason"),
    [
        ("import os\nos._exit(0)", "it ends the process while Hinka starts (import)"),
        ("while True: pass", "it did not come back within 8 s while Hinka starts (import)"),
        (HOOK.format("job_kinds") + "__import__('os').kill(__import__('os').getpid(), 9)", "it ends the process"),
    ],
)
def test_a_plugin_that_ends_or_stops_its_process_is_named_by_the_trial(folder, monkeypatch, code, reason):
    monkeypatch.setattr(trial, "LIMIT_S", 8)
    write_plugin(folder, "moody", code=code)
    boot(config_of(folder))
    shown = try_out(config_of(folder), ["moody"])
    assert (shown.is_passed, shown.fatal.plugin, reason in shown.fatal.reason) == (False, "moody", True)

"""`hinka serve` as a person uses it: one command starts web and worker, Ctrl-C stops both."""

import json
import os
import shutil
import signal
import socket
import urllib.error
import urllib.request
from contextlib import contextmanager, suppress
from pathlib import Path
from threading import Thread

import pytest

from tests.core.hooks.written import write_plugin
from tests.serving import answers, children, hinka, is_alive, serving
from tests.waiting import until


@pytest.fixture(scope="module")
def instance(tmp_path_factory):
    folder = tmp_path_factory.mktemp("served") / "instance"
    made = hinka("--instance", str(folder), "init")
    assert made.returncode == 0, made.stderr
    return folder


@pytest.fixture
def server(instance):
    """Returns a running `hinka serve` and its address."""
    with serving(instance, "--workers", "1") as running:
        yield running


def test_one_command_starts_web_and_worker(server):
    process, url = server
    assert answers(f"{url}/healthz")
    # No plugin listens here, so there is no process for it.
    until(lambda: len(children(process.pid)) == 2)


def test_address_and_sign_in_are_printed(server):
    process, url = server
    lines = [process.stdout.readline() for _line in range(2)]
    assert lines[0].strip() == f"Hinka serves {url}"
    assert lines[1].startswith("Sign in: admin / ")


def test_a_port_that_is_taken_is_refused_with_a_sentence(instance):
    with socket.create_server(("127.0.0.1", 0)) as other:
        refused = hinka("--instance", str(instance), "serve", "--port", str(other.getsockname()[1]))
    assert (refused.returncode, refused.stdout) == (1, "")
    assert "Another program uses port" in refused.stderr


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM])
def test_ctrl_c_stops_both_cleanly(server, number):
    process, _url = server
    started = children(process.pid)
    process.send_signal(number)
    assert process.wait(30) == 0
    assert [pid for pid in started if is_alive(pid)] == []


def test_a_worker_that_dies_is_started_again(server):
    process, url = server
    before = set(children(process.pid))
    worker = next(pid for pid in before if Path(f"/proc/{pid}/comm").read_text() == "hinka-worker\n")
    os.kill(worker, signal.SIGKILL)
    until(lambda: set(children(process.pid)) - before)
    assert answers(f"{url}/healthz")


def test_a_supervisor_that_is_killed_takes_its_children_along(server):
    process, _url = server
    started = children(process.pid)
    process.kill()
    process.wait(30)
    until(lambda: not any(is_alive(pid) for pid in started))


EXITS = "import os\nos._exit(0)\n"


def test_a_plugin_that_ends_the_process_is_named_and_the_rest_is_served(instance):
    place = write_plugin(instance, "landmine", code=EXITS, extra="default_on = true\n")
    try:
        with serving(instance, "--workers", "1") as (process, url):
            assert answers(f"{url}/healthz")
            lines = [process.stdout.readline() for _line in range(3)]
        assert "Plugin landmine is off: it ends the process while Hinka starts (import)." in lines[2]
        assert "hinka plugin disable landmine" in lines[2]
        switched = hinka("--instance", str(instance), "plugin", "disable", "landmine")
        assert (switched.returncode, switched.stdout) == (0, "Off: landmine.\n")
    finally:
        shutil.rmtree(place)


# Its home page and its bog never come; nobody waits for them as long as for real ones here.
SWAMP = """import os
from threading import Event

from flask import Blueprint

from core.api import Routes, hook
from core.hooks import calls, health
from core.web.context import crm, public

calls.ENDLESS_S = calls.HUNG_S = 1.0
health.HANGS = 1
blueprint = Blueprint("swamp", __name__)


@blueprint.get("/swamp")
@public
def index():
    crm().hooks.attempt("swamp", "home_panels", Event().wait)


@blueprint.get("/swamp/bog")
@public
def bog():
    Event().wait()


@blueprint.get("/swamp/edge")
@public
def edge():
    return str(os.getpid())


@hook
def routes():
    return [Routes(blueprint)]
"""


@contextmanager
def waiting_in_vain(url: str):
    """Runs the block while somebody waits for a page that never comes."""

    def wait() -> None:
        with suppress(OSError):
            urllib.request.urlopen(url, timeout=60)

    stuck = Thread(target=wait, daemon=True)
    stuck.start()
    yield


def text_of(url: str) -> str:
    """Returns what a page says, also one that refuses."""
    try:
        with urllib.request.urlopen(url, timeout=30) as answer:
            return answer.read().decode()
    except urllib.error.HTTPError as error:
        return f"{error.code} {error.read().decode()}"


def always(condition) -> bool:
    """Tells whether it is so ten times: while processes are exchanged, the old one still takes some of the requests."""
    return all(condition() for _time in range(10))


def swamp_of(instance) -> tuple[str, str]:
    """Returns state and reason of the plugin swamp, as the command shows them."""
    listed = json.loads(hinka("--instance", str(instance), "plugin", "list", "--json").stdout)["plugins"]
    return next((one["state"], one["reason"]) for one in listed if one["name"] == "swamp")


@contextmanager
def with_swamp(instance):
    """Runs the block with the plugin swamp on, and the server's address."""
    place = write_plugin(instance, "swamp", code=SWAMP)
    try:
        assert hinka("--instance", str(instance), "plugin", "enable", "swamp").returncode == 0
        with serving(instance, "--workers", "1") as (_process, url):
            yield url
    finally:
        hinka("--instance", str(instance), "plugin", "resume", "swamp")
        shutil.rmtree(place)


def test_a_page_that_never_comes_back_costs_its_process_and_its_plugin_the_pages(instance):
    with with_swamp(instance) as url:
        before = text_of(f"{url}/swamp/edge")
        with waiting_in_vain(f"{url}/swamp/bog"):
            paused = "The pages of “swamp” hang and are paused."
            until(lambda: always(lambda: paused in text_of(f"{url}/swamp/edge")), 60)
        assert answers(f"{url}/healthz")
        assert (before.isdigit(), swamp_of(instance)[0]) == (True, "paused")


def test_a_hook_that_never_comes_back_costs_its_plugin_everything(instance):
    with with_swamp(instance) as url:
        with waiting_in_vain(f"{url}/swamp"):
            until(lambda: not answers(f"{url}/swamp/edge"), 60)
        assert answers(f"{url}/healthz")
        assert swamp_of(instance) == ("refused", "its home_panels did not come back within 20 s.")


def test_a_plugin_can_be_left_out_of_a_start(instance):
    write_plugin(instance, "loud", code="raise ValueError('I was imported')", extra="default_on = true\n")
    with serving(instance, "--workers", "1", "--without", "loud") as (process, url):
        assert answers(f"{url}/healthz")
        process.terminate()
        assert "I was imported" not in process.stdout.read()

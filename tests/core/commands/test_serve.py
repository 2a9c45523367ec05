"""`hinka serve` as a person uses it: one command starts web and worker, Ctrl-C stops both."""

import os
import shutil
import signal
import socket
from pathlib import Path

import pytest

from tests.core.hooks.written import write_plugin
from tests.core.serve.swamp import always, swamp_of, text_of, waiting_in_vain, with_swamp
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
    (worker,) = until(lambda: [pid for pid in children(process.pid) if _name(pid) == "hinka-worker"])
    before = set(children(process.pid))
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


def test_a_page_that_never_comes_back_costs_its_process_and_its_plugin_the_pages(instance):
    with with_swamp(instance) as url:
        before = text_of(f"{url}/swamp/edge")
        with waiting_in_vain(f"{url}/swamp/bog"):
            paused = "The pages of “swamp” hang and are paused."
            until(lambda: always(lambda: paused in text_of(f"{url}/swamp/edge")), 60)
        assert answers(f"{url}/healthz")
        assert (before.isdigit(), swamp_of(instance)[0]) == (True, "paused")


def test_a_plugin_can_be_left_out_of_a_start(instance):
    write_plugin(instance, "loud", code="raise ValueError('I was imported')", extra="default_on = true\n")
    with serving(instance, "--workers", "1", "--without", "loud") as (process, url):
        assert answers(f"{url}/healthz")
        process.terminate()
        assert "I was imported" not in process.stdout.read()


def _name(pid):
    try:
        return Path(f"/proc/{pid}/comm").read_text().strip()
    except FileNotFoundError:
        return ""

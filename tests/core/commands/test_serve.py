"""`hinka serve` as a person uses it: one command starts web and worker, Ctrl-C stops both."""

import os
import signal
from pathlib import Path

import pytest

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
    assert len(children(process.pid)) == 2


def test_address_and_sign_in_are_printed(server):
    process, url = server
    lines = [process.stdout.readline() for _line in range(2)]
    assert lines[0].strip() == f"Hinka serves {url}"
    assert lines[1].startswith("Sign in: admin / ")


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

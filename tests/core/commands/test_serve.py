"""`hinka serve` as a person uses it: one command starts web and worker, Ctrl-C stops both."""

import os
import signal
import subprocess
import sys
import urllib.error
import urllib.request
from pathlib import Path

import pytest

from tests.servers import free_port
from tests.waiting import until

ROOT = Path(__file__).resolve().parents[3]
HINKA = [sys.executable, "-m", "app"]


def hinka(*arguments: str, **options) -> subprocess.CompletedProcess[str]:
    return subprocess.run([*HINKA, *arguments], cwd=ROOT, capture_output=True, text=True, timeout=120, **options)


def answers(url: str) -> bool:
    try:
        with urllib.request.urlopen(url, timeout=5) as answer:
            return answer.status == 200
    except (urllib.error.URLError, ConnectionError):
        return False


def children(pid: int) -> list[int]:
    found = subprocess.run(["pgrep", "-P", str(pid)], capture_output=True, text=True, check=False).stdout.split()
    return [int(child) for child in found]


def is_alive(pid: int) -> bool:
    try:
        os.kill(pid, 0)
    except ProcessLookupError:
        return False
    return "Z" not in Path(f"/proc/{pid}/stat").read_text().split(")")[-1].split()[0]


@pytest.fixture(scope="module")
def instance(tmp_path_factory):
    folder = tmp_path_factory.mktemp("served") / "instance"
    made = hinka("--instance", str(folder), "init")
    assert made.returncode == 0, made.stderr
    return folder


@pytest.fixture
def server(instance):
    """Returns a running `hinka serve` and its address."""
    port = free_port()
    process = subprocess.Popen(
        [*HINKA, "--instance", str(instance), "serve", "--port", str(port), "--workers", "1"],
        cwd=ROOT,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
        env={**os.environ, "PYTHONUNBUFFERED": "1"},
    )
    url = f"http://127.0.0.1:{port}"
    try:
        until(lambda: process.poll() is not None or answers(f"{url}/healthz"))
        yield process, url
    finally:
        if process.poll() is None:
            process.terminate()
        process.wait(30)
        process.stdout.close()


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
    worker = next(pid for pid in before if "worker" in Path(f"/proc/{pid}/cmdline").read_text().split("\0"))
    until(lambda: is_alive(worker))
    os.kill(worker, signal.SIGKILL)
    until(lambda: set(children(process.pid)) - before)
    assert answers(f"{url}/healthz")


def test_a_supervisor_that_is_killed_takes_its_children_along(server):
    process, _url = server
    started = children(process.pid)
    process.kill()
    process.wait(30)
    until(lambda: not any(is_alive(pid) for pid in started))

"""Processes that are killed, and a roll that fails half-way: who asks notices nothing, and nobody is left behind."""

import os
import signal
from pathlib import Path

import pytest

from tests.core.hooks.written import write_plugin
from tests.serving import answers, children, hinka, serving
from tests.waiting import until

# It starts everywhere but in a web process.
SULKY = """import os
from pathlib import Path

if Path("/proc/self/comm").read_text() == "hinka-web\\n":
    os._exit(3)
"""


@pytest.fixture(scope="module")
def instance(tmp_path_factory):
    folder = tmp_path_factory.mktemp("rolled") / "instance"
    assert hinka("--instance", str(folder), "init").returncode == 0
    return folder


def web_servers(pid: int) -> list[int]:
    return [child for child in children(pid) if _name(child) == "hinka-web"]


def test_killed_web_processes_are_replaced_and_do_not_disturb_a_roll(instance):
    with serving(instance, "--workers", "1") as (process, url):
        (server,) = web_servers(process.pid)
        (worker,) = children(server)
        os.kill(worker, signal.SIGKILL)
        until(lambda: answers(f"{url}/healthz"))
        assert web_servers(process.pid) == [server]
        os.kill(server, signal.SIGKILL)
        until(lambda: [other for other in web_servers(process.pid) if other != server])
        until(lambda: answers(f"{url}/healthz"))


def test_a_roll_that_fails_leaves_the_old_processes_and_is_said(instance):
    write_plugin(instance, "sulky", code=SULKY)
    with serving(instance, "--workers", "1") as (process, url):
        (server,) = web_servers(process.pid)
        assert hinka("--instance", str(instance), "plugin", "enable", "sulky").returncode == 0
        until(lambda: "web process does not come up" in hinka("--instance", str(instance), "doctor").stdout)
        until(lambda: web_servers(process.pid) == [server])
        assert answers(f"{url}/healthz")
        assert hinka("--instance", str(instance), "plugin", "disable", "sulky").returncode == 0
        until(lambda: server not in web_servers(process.pid))
        until(lambda: "does not come up" not in hinka("--instance", str(instance), "doctor").stdout)


def test_a_second_server_of_an_instance_is_refused_in_a_sentence(instance):
    with serving(instance, "--workers", "1") as (process, _url):
        refused = hinka("--instance", str(instance), "serve", "--port", "0")
        assert (refused.returncode, refused.stdout) == (1, "")
        assert "already: stop that “hinka serve” first." in refused.stderr
        process.kill()
        process.wait(30)
        with serving(instance, "--workers", "1") as (_process, url):  # a killed one leaves nothing in the way
            assert answers(f"{url}/healthz")


def _name(pid: int) -> str:
    try:
        return Path(f"/proc/{pid}/comm").read_text().strip()
    except FileNotFoundError:
        return ""

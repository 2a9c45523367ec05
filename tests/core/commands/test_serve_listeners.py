"""`hinka serve` keeps the process of listeners while a plugin has a line to the outside world."""

import os
import signal
from pathlib import Path

import pytest

from tests.serving import children, hinka, is_alive, serving
from tests.waiting import until


@pytest.fixture(scope="module")
def instance(tmp_path_factory):
    folder = tmp_path_factory.mktemp("listening") / "instance"
    assert hinka("--instance", str(folder), "init").returncode == 0
    return folder


def name(pid):
    """Returns the name of a process, of which the kernel keeps fifteen letters; none of one that has ended."""
    try:
        return Path(f"/proc/{pid}/comm").read_text().strip()
    except (FileNotFoundError, ProcessLookupError):
        return ""


def listeners(process):
    """Returns the pids of the processes of listeners."""
    return [pid for pid in children(process.pid) if name(pid) == "hinka-listeners"]


def test_the_process_of_listeners_follows_plugins_and_comes_again_when_killed(instance):
    with serving(instance, "--workers", "1") as (process, _url):
        until(lambda: listeners(process) == [])
        assert hinka("--instance", str(instance), "plugin", "enable", "sms").returncode == 0
        (first,) = until(lambda: listeners(process))
        os.kill(first, signal.SIGKILL)
        (second,) = until(lambda: [pid for pid in listeners(process) if pid != first])
        process.send_signal(signal.SIGTERM)
        assert process.wait(30) == 0
        assert not is_alive(second)

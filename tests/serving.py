"""`hinka serve` under test: a process of its own, as a person starts it."""

import os
import subprocess
import sys
import urllib.request
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from tests.servers import free_port
from tests.waiting import until

ROOT = Path(__file__).resolve().parents[1]
HINKA = [sys.executable, "-m", "app"]


def hinka(*arguments: str, **options) -> subprocess.CompletedProcess[str]:
    """Runs the command and returns what it said."""
    return subprocess.run([*HINKA, *arguments], cwd=ROOT, capture_output=True, text=True, timeout=120, **options)


def answers(url: str) -> bool:
    """Tells whether a page answers 200."""
    try:
        with urllib.request.urlopen(url, timeout=5) as answer:
            return answer.status == 200
    except OSError:  # refused, or too late
        return False


def children(pid: int) -> list[int]:
    """Returns the pids of the processes that this one started."""
    found = subprocess.run(["pgrep", "-P", str(pid)], capture_output=True, text=True, check=False).stdout.split()
    return [int(child) for child in found]


def is_alive(pid: int) -> bool:
    """Tells whether a process runs."""
    try:
        os.kill(pid, 0)
        return "Z" not in Path(f"/proc/{pid}/stat").read_text().split(")")[-1].split()[0]
    except (ProcessLookupError, FileNotFoundError):
        return False


@contextmanager
def serving(instance: Path, *options: str) -> Iterator[tuple[subprocess.Popen, str]]:
    """Runs the block with a running `hinka serve` and its address."""
    port = free_port()
    process = subprocess.Popen(
        [*HINKA, "--instance", str(instance), "serve", "--port", str(port), *options],
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

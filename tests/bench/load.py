"""One gunicorn worker, and a client that asks it as fast as it answers, over connections that stay open."""

import os
import socket
import subprocess
import sys
import threading
import time
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path

from tests.servers import free_port

ROOT = Path(__file__).resolve().parents[2]
CONNECTIONS = 4
STARTS_WITHIN_S = 30


@contextmanager
def served(application: str, environment: Mapping[str, str]) -> Iterator[tuple[int, int]]:
    """Runs the block while one worker serves `application`; yields its port and the worker's process id."""
    port = free_port()
    command = [
        sys.executable, "-m", "gunicorn", application, "--bind", f"127.0.0.1:{port}", "--workers", "1",
        "--worker-class", "gthread", "--threads", "32", "--keep-alive", "60", "--log-level", "error",
        "--no-control-socket",
    ]  # fmt: skip
    process = subprocess.Popen(command, cwd=ROOT, env={**os.environ, **environment})
    try:
        _wait_for(port)
        yield port, _child_of(process.pid)
    finally:
        process.terminate()
        process.wait(20)


def rate(port: int, pid: int, path: str, headers: Mapping[str, str], seconds: float = 5.0) -> tuple[float, float]:
    """Returns how many answers a second came over four connections, and how many a second of the worker's own time.

    The second figure is what the worker would serve on a core of its own, whatever else the machine does meanwhile.
    Each answer must be a 200.
    """
    lines = "".join(f"{name}: {value}\r\n" for name, value in headers.items())
    request = f"GET {path} HTTP/1.1\r\nHost: 127.0.0.1\r\n{lines}\r\n".encode()
    _ask(port, request, 0.3)  # what is made at the first request is no part of the rate
    counts: list[int] = []
    until = time.monotonic() + seconds
    threads = [
        threading.Thread(target=lambda: counts.append(_ask(port, request, until - time.monotonic())))
        for _ in range(CONNECTIONS)
    ]
    begun, worked = time.monotonic(), _worked_s(pid)
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    return sum(counts) / (time.monotonic() - begun), sum(counts) / (_worked_s(pid) - worked)


def memory_mb(pid: int) -> float:
    """Returns the memory that a process holds, in MB, without the pages of its database file.

    These are the system's cache, counted once for all who read the file, and given back when memory runs short.
    """
    total, is_database = 0, False
    for line in Path(f"/proc/{pid}/smaps").read_text().splitlines():
        words = line.split()
        if not words[0].endswith(":"):
            is_database = words[-1].endswith((".db", ".db-shm"))
        elif words[0] == "Rss:" and not is_database:
            total += int(words[1])
    return total / 1024


def _worked_s(pid: int) -> float:
    words = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()
    return (int(words[11]) + int(words[12])) / os.sysconf("SC_CLK_TCK")


def _ask(port: int, request: bytes, seconds: float) -> int:
    count, until = 0, time.monotonic() + seconds
    with socket.create_connection(("127.0.0.1", port)) as connection:
        connection.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        while time.monotonic() < until:
            connection.sendall(request)
            _read(connection)
            count += 1
    return count


def _read(connection: socket.socket) -> None:
    answer = connection.recv(262_144)
    head, _, body = answer.partition(b"\r\n\r\n")
    assert head.startswith(b"HTTP/1.1 200"), answer[:400]
    length = int(head.lower().split(b"content-length:")[1].split(b"\r\n")[0])
    got = len(body)
    while got < length:
        got += len(connection.recv(262_144))


def _wait_for(port: int) -> None:
    until = time.monotonic() + STARTS_WITHIN_S
    while time.monotonic() < until:
        try:
            _ask(port, b"GET /healthz HTTP/1.1\r\nHost: 127.0.0.1\r\n\r\n", 0.001)
        except (ConnectionError, AssertionError):
            time.sleep(0.05)
        else:
            return
    raise AssertionError("the server did not start")


def _child_of(pid: int) -> int:
    found = subprocess.run(["pgrep", "-P", str(pid)], capture_output=True, text=True, check=True)
    return int(found.stdout.split()[0])

"""Programs of others that stand for the network: started on loopback, spoken to by lines of JSON."""

import json
import os
import queue
import shutil
import subprocess
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

HERE = Path(__file__).parent
PATIENCE_S = 60


class Smsc:
    """An SMPP server that runs; `port` is where, `got` waits for the next thing that it tells."""

    def __init__(self, process: subprocess.Popen) -> None:
        self.process = process
        self._told: queue.Queue[dict[str, Any]] = queue.Queue()
        threading.Thread(target=self._listen, daemon=True).start()
        self.port = self.got("port")["port"]

    @property
    def address(self) -> str:
        """Where it listens."""
        return f"127.0.0.1:{self.port}"

    def got(self, key: str = "to") -> dict[str, Any]:
        """Returns the next thing it tells that has this key; others before it are passed over."""
        while True:
            told = self._told.get(timeout=PATIENCE_S)
            if key in told:
                return told

    def all_so_far(self) -> list[dict[str, Any]]:
        """Returns all that it has told and nobody asked for."""
        found = []
        while not self._told.empty():
            found.append(self._told.get())
        return found

    def deliver(self, **message: Any) -> None:
        """Lets it deliver a message to those who listen."""
        self.process.stdin.write(json.dumps(message) + "\n")
        self.process.stdin.flush()

    def _listen(self) -> None:
        for line in self.process.stdout:
            self._told.put(json.loads(line))


@contextmanager
def smsc(port: int = 0, **environment: str) -> Iterator[Smsc]:
    """Runs the block beside a scripted SMPP server."""
    program = shutil.which("node") or str(Path(__file__).parents[3] / ".venv" / "bin" / "node")
    with _running(program, "smsc.cjs", PORT=str(port), **environment) as server:
        yield server


@contextmanager
def debian_smsc() -> Iterator[Smsc]:
    """Runs the block beside `smsc.pl` of Debian's libnet-smpp-perl, to which receipts are added."""
    with _running("perl", "smsc.pl") as server:
        yield server


@contextmanager
def _running(program: str, script: str, **environment: str) -> Iterator[Smsc]:
    process = subprocess.Popen(
        [program, str(HERE / script)], env={**os.environ, **environment}, text=True, stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
    )  # fmt: skip
    try:
        yield Smsc(process)
    finally:
        process.terminate()
        process.stdin.close()
        process.wait(PATIENCE_S)
        process.stdout.close()

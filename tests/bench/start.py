"""How long an instance with all plugins takes to start, as a program of its own, and to answer its first request."""

import os
import subprocess
import sys
import time

from tests.bench.bases import Bases
from tests.bench.figures import Figure
from tests.bench.load import ROOT, memory_mb, served

ROUNDS = 5
MOST_S, MOST_MEMORY_MB = 1.0, 150
PROGRAM = """
import time
begun, worked = time.perf_counter(), time.process_time()
from app import create_app
app = create_app()
crm = app.extensions["hinka"]
assert not crm.refusals, crm.refusals
print(time.perf_counter() - begun, time.process_time() - worked, len(crm.plugins))
"""


def run(bases: Bases, database: str) -> list[Figure]:
    """Measures an empty instance; the best of several starts, since the first reads files from the disk."""
    base = bases.base(database, 0, 0)
    environment = {"HINKA_INSTANCE": str(base.folder)}
    taken, work, plugins = min(start(environment) for _ in range(ROUNDS))
    begun = time.perf_counter()
    with served("app:create_app()", environment) as (_port, pid):
        answered = time.perf_counter() - begun
        memory = memory_mb(pid)
    return [
        Figure(f"start with all {plugins:.0f} plugins", taken, "s", MOST_S),
        Figure("its work of the processor alone, whatever runs beside it", work, "s"),
        Figure("gunicorn from nothing to the first answer", answered, "s"),
        Figure("memory of a web worker after its first answer", memory, "MB", MOST_MEMORY_MB),
    ]


def start(environment: dict[str, str]) -> tuple[float, ...]:
    done = subprocess.run(
        [sys.executable, "-c", PROGRAM],
        cwd=ROOT,
        # Compiled code is kept from start to start, as on a customer's machine.
        env={name: value for name, value in os.environ.items() if name != "PYTHONDONTWRITEBYTECODE"} | environment,
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stderr
    return tuple(float(figure) for figure in done.stdout.split())

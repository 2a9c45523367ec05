"""A kill in the middle leaves whole chunks; the import goes on behind them, and what came in can be undone."""

import os
import signal
import subprocess
import sys
import time

import pytest

from core.clients.models import Client, ContactPoint
from plugins.importers import services
from plugins.importers.models import Batch
from plugins.importers.options import Options
from plugins.importers.services import get_kind, prepare, run
from plugins.importers.undo.batch import undo_batch

ROWS = 4500


class Killed(BaseException):
    """What no code of ours catches, like the end of the process."""


@pytest.fixture
def batch(crm, write):
    """Returns a prepared import of several chunks."""
    text = "name,email\n" + "".join(f"Firm {number} of {number * 7919},f{number}@x.al\n" for number in range(ROWS))
    return prepare(crm, get_kind("clients"), write(text), "table.csv", Options())


def run_until_killed(crm, batch, chunks):
    seen = []

    def tell(now):
        seen.append(now.rows)
        if len(seen) == chunks:
            raise Killed

    with pytest.raises(Killed):
        run(crm, batch, tell=tell)


def test_killed_import_goes_on_behind_its_last_chunk(crm, batch):
    run_until_killed(crm, batch, 2)
    assert Client.select().count() == 2000
    again = Batch.get_by_id(batch.id)
    assert (again.state, again.created) == ("running", 2000)
    run(crm, again)
    assert (again.state, again.rows, again.created, Client.select().count()) == ("done", ROWS, ROWS, ROWS)


def test_half_import_can_be_undone(crm, batch):
    run_until_killed(crm, batch, 2)
    undo_batch(crm, Batch.get_by_id(batch.id))
    assert (Client.select().count(), ContactPoint.select().count()) == (0, 0)


def test_failure_within_a_chunk_leaves_nothing_of_it(crm, batch, monkeypatch):
    count = services._count

    def fail(writing, chunk, outcome):
        count(writing, chunk, outcome)
        if writing.batch.rows > 1000:
            raise Killed

    monkeypatch.setattr(services, "_count", fail)
    with pytest.raises(Killed):
        run(crm, batch)
    assert Client.select().count() == 1000
    assert Batch.get_by_id(batch.id).created == 1000


def test_killed_process_leaves_whole_chunks(crm, batch):
    """A real kill -9 of a process that imports; SQLite and PostgreSQL roll back what was not committed."""
    code = (
        "import sys\n"
        "from pathlib import Path\n"
        "from core.boot import boot\n"
        "from core.config import Config, read_config\n"
        "from plugins.importers.services import get_batch, run\n"
        "config = read_config(Path(sys.argv[1]))\n"
        "crm = boot(Config(**{**config.__dict__, 'plugins': ('importers',)}))\n"
        "run(crm, get_batch(int(sys.argv[2])), tell=lambda batch: print(batch.rows, flush=True))\n"
    )
    process = subprocess.Popen(
        [sys.executable, "-c", code, str(crm.config.folder), str(batch.id)],
        stdout=subprocess.PIPE,
        env={**os.environ, "PYTHONPATH": os.pathsep.join(filter(None, sys.path))},
        text=True,
    )
    assert process.stdout.readline() == "1000\n"
    process.send_signal(signal.SIGKILL)
    process.wait()
    process.stdout.close()
    came_in = Client.select().count()
    assert came_in % 1000 == 0 or came_in == ROWS
    again = Batch.get_by_id(batch.id)
    assert again.created == came_in
    if again.state == "running":
        run(crm, again)
    assert Client.select().count() == ROWS


def test_second_process_ends_with_its_import(crm, batch, workbook, tmp_path):
    rows = [["name"], *[[f"Firm {number} {number * 7919}"] for number in range(3000)]]
    own = prepare(crm, get_kind("clients"), workbook(rows), "table.xlsx", Options())
    began = time.monotonic()
    run_until_killed(crm, own, 1)
    assert time.monotonic() - began < 30
    children = subprocess.run(["ps", "-o", "args=", "--ppid", str(os.getpid())], capture_output=True, text=True).stdout
    assert "importers.child" not in children

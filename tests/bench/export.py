"""A list of 1,000,000 deals as csv and as xlsx: the time, and how much more memory the process held at its peak."""

import threading
import time
from collections.abc import Iterator
from concurrent.futures import ProcessPoolExecutor
from contextlib import contextmanager
from multiprocessing import get_context
from pathlib import Path

from core.jobs import Job
from core.runtime import CRM
from core.testing import PASSWORD
from core.users.services import create_user
from core.web.factory import create_web
from core.web.lists.jobs import EXPORT
from core.web.lists.long_exports import path_of
from tests.bench.bases import Bases, opened
from tests.bench.browser import signed_in
from tests.bench.figures import Figure
from tests.bench.map import memory_mb
from tests.bench.million import DEALS, fill_history

# Of these up to 64 are the cache that any long walk fills on SQLite (`core/store/database.py`), and 8 the ids.
MOST_MEMORY_MB = 96
LOOKED_EVERY_S = 0.02


def run(bases: Bases, database: str, deals: int = DEALS) -> list[Figure]:
    """Returns time and memory of both files."""
    with bases.filled(database, fill_history, deals) as crm:
        folder = crm.config.folder
    # Each in a new process: in one that has filled the base, memory would come out of what it has left.
    with ProcessPoolExecutor(mp_context=get_context("spawn"), max_tasks_per_child=1) as others:
        return [figure for form in ("csv", "xlsx") for figure in others.submit(exported, folder, form, deals).result()]


def exported(folder: Path, form: str, deals: int) -> list[Figure]:
    """Returns the figures of one file of an instance, which this process opens for it."""
    with opened(folder) as crm:
        boss = create_user(crm, f"boss-{form}", "Boss", role="director", password=PASSWORD)
        asked = signed_in(create_web(crm), boss)
        asked.get("/deals/")
        if form == "xlsx":
            asked.get("/deals/?part=export&format=xlsx")
        begun = time.perf_counter()
        with _most_memory() as held:
            size = _written(crm) if form == "xlsx" else _streamed(asked)
        took = time.perf_counter() - begun
    return [
        Figure(f"{deals:,} deals as {form}", took, "s"),
        Figure(f"{deals:,} deals as {form}: size", size / 1_000_000, "MB"),
        Figure(f"{deals:,} deals as {form}: memory more than before", held[-1] - held[0], "MB", MOST_MEMORY_MB),
    ]


@contextmanager
def _most_memory() -> Iterator[list[float]]:
    """Runs the block; the list that it yields then ends with the most memory held meanwhile, and begins with the first.

    Without the pages of files: those are the system's cache, given back when memory runs short, and the system's own
    peak (VmHWM) counts them.
    """
    held, ended = [memory_mb("RssAnon")], threading.Event()

    def look() -> None:
        most = held[0]
        while not ended.wait(LOOKED_EVERY_S):
            most = max(most, memory_mb("RssAnon"))
        held.append(most)

    looking = threading.Thread(target=look)
    looking.start()
    try:
        yield held
    finally:
        ended.set()
        looking.join()


def _streamed(asked: object) -> int:
    answer = asked.get("/deals/?part=export&format=csv", buffered=False)
    size = sum(len(piece) for piece in answer.response)
    answer.close()
    return size


def _written(crm: CRM) -> int:
    """Does the worker's part: an xlsx of so many rows is a job."""
    job = Job.get(Job.kind == EXPORT, Job.state == "waiting")
    crm.jobs.run_waiting()
    return path_of(crm, job).stat().st_size

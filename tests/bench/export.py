"""A list of 1,000,000 deals as csv and as xlsx: the time, and how much more memory the process held at its peak."""

import time

from core.jobs import Job
from core.runtime import CRM
from core.testing import PASSWORD
from core.users.services import create_user
from core.web.factory import create_web
from core.web.lists.jobs import EXPORT
from core.web.lists.long_exports import path_of
from tests.bench.bases import Bases
from tests.bench.browser import signed_in
from tests.bench.figures import Figure
from tests.bench.map import forget_peak, memory_mb
from tests.bench.million import DEALS, fill_history

# Of these 64 are the cache that any long walk fills on SQLite (`core/store/database.py`).
MOST_MEMORY_MB = 96


def run(bases: Bases, database: str, deals: int = DEALS) -> list[Figure]:
    """Returns time and memory of both files."""
    with bases.filled(database, fill_history, deals) as crm:
        return [figure for form in ("csv", "xlsx") for figure in _exported(crm, form, deals)]


def _exported(crm: CRM, form: str, deals: int) -> list[Figure]:
    boss = create_user(crm, f"boss-{form}", "Boss", role="director", password=PASSWORD)
    asked = signed_in(create_web(crm), boss)
    asked.get("/deals/")
    if form == "xlsx":
        asked.get("/deals/?part=export&format=xlsx")
    # Pages of the database's file are the system's cache, given back when memory runs short.
    before, pages, begun = memory_mb("VmRSS"), memory_mb("RssFile"), time.perf_counter()
    forget_peak()
    size = _written(crm) if form == "xlsx" else _streamed(asked)
    took, peak = time.perf_counter() - begun, memory_mb("VmHWM") - (memory_mb("RssFile") - pages)
    return [
        Figure(f"{deals:,} deals as {form}", took, "s"),
        Figure(f"{deals:,} deals as {form}: size", size / 1_000_000, "MB"),
        Figure(f"{deals:,} deals as {form}: memory more than before", max(peak - before, 0), "MB", MOST_MEMORY_MB),
    ]


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

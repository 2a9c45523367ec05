"""What thirteen plugins cost: a start, a list page beside the same without any plugin, a hook that all answer."""

import time
from collections.abc import Callable
from dataclasses import replace

from core.boot import boot
from core.config import read_config
from core.hooks.contributions import RecordChange
from core.runtime import CRM
from core.web.factory import create_web
from tests.bench.bases import Bases, bench_user
from tests.bench.browser import signed_in
from tests.bench.figures import Figure
from tests.bench.heavy import write_heavy
from tests.bench.start import ROUNDS, start

PLUGINS = 13
CLIENTS = 10_000
TURNS, REQUESTS, CALLS = 4, 40, 2_000
MOST_START_S, MOST_SLOWER, MOST_DISPATCH_US = 1.0, 1.2, 50


def run(bases: Bases, database: str) -> list[Figure]:
    """Measures without plugins, and with those of the house and as many heavy ones as make up the number.

    The two take turns, since what else the machine does changes from minute to minute.
    """
    base = bases.base(database, CLIENTS, 1_000)
    house = _with(base.folder, None, lambda crm: len(crm.plugins))
    for number in range(PLUGINS - house):
        write_heavy(base.folder, f"heavy{number:02}")
    turns = [(_with(base.folder, (), _list_ms), _with(base.folder, None, _list_ms)) for _turn in range(TURNS)]
    bare_ms, full_ms = (min(taken) for taken in zip(*turns, strict=True))
    dispatch, floor = _with(base.folder, None, _dispatch_us)
    taken, work, plugins = min(start({"HINKA_INSTANCE": str(base.folder)}) for _ in range(ROUNDS))
    return [
        Figure(f"start with {plugins:.0f} plugins", taken, "s", MOST_START_S),
        Figure("its work of the processor alone, whatever runs beside it", work, "s"),
        Figure("list of clients without plugins, work of a request", bare_ms, "ms"),
        Figure(f"the same with {PLUGINS} plugins", full_ms, "ms"),
        Figure("the same, times that without", full_ms / bare_ms, "×", MOST_SLOWER),
        Figure(f"a hook with {PLUGINS} implementations", dispatch, "µs"),
        Figure("pluggy's own call of them", floor, "µs"),
        Figure("ours beside pluggy's", dispatch - floor, "µs", MOST_DISPATCH_US),
    ]


def _with(folder, plugins: tuple[str, ...] | None, measure: Callable[[CRM], object]):
    crm = boot(replace(read_config(folder, environment={}), plugins=plugins))
    assert not crm.refusals, crm.refusals
    try:
        return measure(crm)
    finally:
        crm.database.close()
        crm.database.close_all()


def _list_ms(crm: CRM) -> float:
    """Returns the work of one request for the default view: the least of many, so that neighbours don't count."""
    browser = signed_in(create_web(crm), bench_user())
    crm.database.close()
    taken = []
    for _ in range(REQUESTS):
        begun = time.process_time()
        assert browser.get("/clients/").status_code == 200
        taken.append(time.process_time() - begun)
    return min(taken) * 1000


def _dispatch_us(crm: CRM) -> tuple[float, float]:
    change = RecordChange("client", 1, "changed", None, "bench")
    own = crm.hooks.manager.hook.record_changed
    ours = _each_us(lambda: crm.hooks.announce("record_changed", crm=crm, change=change))
    return ours, _each_us(lambda: own(crm=crm, change=change))


def _each_us(call: Callable[[], object]) -> float:
    """Returns how long one call takes: the best of ten series."""
    taken = []
    for _series in range(10):
        begun = time.perf_counter()
        for _ in range(CALLS // 10):
            call()
        taken.append((time.perf_counter() - begun) / (CALLS // 10))
    return min(taken) * 1e6

"""Live route map of 1,000,000 deals, usual stays of 5,000,000 visits, hanging deals among 20,000 open ones."""

import time
from collections.abc import Callable
from datetime import date
from functools import partial
from pathlib import Path

from core.process.hanging import hanging, marks_of
from core.process.typemap import type_map
from core.process.usual import learn_usual_stays
from core.runtime import CRM
from core.stages.types import get_type
from core.testing import PASSWORD
from core.users.models import Team, User
from core.users.services import create_user
from core.web.factory import create_web
from tests.bench.bases import Bases, fresh, settle
from tests.bench.browser import signed_in
from tests.bench.figures import Figure, percentile
from tests.bench.million import DEALS, STAGES, VISITS, fill

# One in ten of the deals is open.
OPEN_DEALS = 20_000
QUARTER, ALL_TIME = (date(2025, 1, 1), date(2025, 4, 1)), (date(2023, 1, 1), date(2026, 1, 1))
ROUNDS = 9
MOST_MAP_MS, MOST_PAGE_MS, MOST_MEMORY_MB = 500, 300, 200
HOUR = 3_600_000_000
DAY = 24 * HOUR


def _rest(value: str, of: int) -> str:
    """Returns the SQL of what a division leaves: the sign for it begins a parameter on PostgreSQL."""
    return f"({value} - ({value}) / {of} * {of})"


# Five stages one after another, with stays from an hour to some weeks.
WALKED = f"""
    INSERT INTO core_stage_visit (deal_id, stage_id, place, entered_at, left_at, outcome, potential_base)
    SELECT d.id, 1 + {_rest("d.id + n.number", STAGES)}, n.number, d.opened_at + n.number * {DAY * 20},
        d.opened_at + n.number * {DAY * 20} + {HOUR} + {_rest("d.id * 7919 + n.number * 104729", 19 * 24)} * {HOUR},
        'passed', d.potential_base
    FROM core_deal d CROSS JOIN ({" UNION ALL ".join(f"SELECT {n} AS number" for n in range(VISITS))}) n
"""
# Half of what is open is over its limit.
STANDING = f"""
    UPDATE core_deal SET entered_at = opened_at, late_at = opened_at + {_rest("id", 2)} * {DAY * 4_000}
    WHERE state = 'open'
"""


def run(bases: Bases, database: str, deals: int = DEALS, open_deals: int = OPEN_DEALS) -> list[Figure]:
    """Returns the times of maps, of the nightly learning with its memory, and of the page of hanging deals."""
    with fresh(bases.new_folder(), database) as crm:
        type_id = _fill(crm, deals)
        found = [*_learning(crm), *_maps(crm, type_id)]
    with fresh(bases.new_folder(), database) as crm:
        _fill(crm, open_deals * 10)
        return [*found, *_hanging(crm)]


def _fill(crm: CRM, deals: int) -> int:
    type_id = fill(crm, deals, visits=WALKED)[0]
    with crm.work():
        crm.database.execute_sql(STANDING)
    settle(crm)
    return type_id


def _learning(crm: CRM) -> list[Figure]:
    before, begun = memory_mb("VmRSS"), time.perf_counter()
    forget_peak()
    learn_usual_stays(crm)
    took, peak = time.perf_counter() - begun, memory_mb("VmHWM")
    return [
        Figure("usual stays learned in the night", took, "s"),
        Figure("usual stays: memory at its peak more than before", max(peak - before, 0), "MB", MOST_MEMORY_MB),
    ]


def _maps(crm: CRM, type_id: int) -> list[Figure]:
    deal_type, boss, head = get_type(type_id), *_people(crm)
    looks = {
        "a type, a quarter": (boss, QUARTER),
        "a type, all three years": (boss, ALL_TIME),
        "a type, a quarter, head of a team of ten": (head, QUARTER),
    }
    return [
        Figure(f"live route map: {name}", _median_ms(partial(type_map, crm, user, deal_type, days)), "ms", MOST_MAP_MS)
        for name, (user, days) in looks.items()
    ]


def _hanging(crm: CRM) -> list[Figure]:
    learn_usual_stays(crm)
    boss, _head = _people(crm)
    found = hanging(crm, boss).found
    ids = [one.deal_id for one in found[:100]]
    asked = signed_in(create_web(crm), boss)
    return [
        Figure("deals that hang", len(found), ""),
        Figure("marks of 100 cards", _median_ms(lambda: marks_of(crm, ids)), "ms"),
        Figure("hanging deals, found", _median_ms(lambda: hanging(crm, boss)), "ms"),
        Figure("hanging deals, the page", _median_ms(lambda: asked.get("/deals/hanging")), "ms", MOST_PAGE_MS),
    ]


def _people(crm: CRM) -> tuple[User, User]:
    """Returns a director, and the head of a team of ten managers."""
    boss = create_user(crm, "boss", "Boss", role="director", password=PASSWORD)
    head = create_user(crm, "head", "Head", role="head", password=PASSWORD)
    team = Team.create(name="Ten", head=head)
    User.update(team=team).where(User.id.between(1001, 1010)).execute()
    return boss, User.get_by_id(head.id)


def _median_ms(work: Callable[[], object]) -> float:
    times = []
    for _round in range(ROUNDS):
        begun = time.perf_counter()
        work()
        times.append(time.perf_counter() - begun)
    return 1000 * percentile(times, 0.5)


def memory_mb(name: str) -> float:
    """Returns a figure of this process's memory by its name under /proc: VmRSS is now, VmHWM the peak."""
    lines = dict(line.split(":", 1) for line in Path("/proc/self/status").read_text().splitlines())
    return int(lines[name].split()[0]) / 1024


def forget_peak() -> None:
    """Begins the peak of this process's memory anew."""
    Path("/proc/self/clear_refs").write_text("5")

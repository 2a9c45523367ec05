"""The forecast of 20,000 open deals by 10,000 simulations, and its check over 24 months and 200,000 deals."""

import random
import resource
import time
from collections.abc import Iterator

from core.api import bulk
from core.runtime import CRM
from plugins.reports.forecast import kept
from plugins.reports.forecast.learning import start_check
from plugins.reports.registry import make_report
from tests.bench.bases import Bases, fresh, settle
from tests.bench.figures import Figure, percentile
from tests.bench.million import DEAL_COLUMNS, prepare_company

DEALS = 200_000
OPEN = 20_000
DAYS = 3 * 365
STAY = 44.0
PASSES = (0.75, 0.8, 0.6, 0.85, 0.9)
DAY = 86_400_000_000
ROUNDS = 9
VISIT_COLUMNS = "deal_id stage_id place entered_at left_at outcome potential_base".split()
PERIOD_COLUMNS = "deal_id from_at to_at stage_id place owner_id potential_base is_on_hold".split()


def run(bases: Bases, database: str, deals: int = DEALS) -> list[Figure]:
    """Returns the times of the forecast and of the check, with the memory that they leave behind."""
    with fresh(bases.new_folder(), database) as crm:
        open_deals = fill(crm, deals)
        check = _seconds(lambda: _check(crm))
        card = kept.find_kept(crm, kept.CARD).body
        before = _megabytes()
        times = [
            _seconds(lambda: make_report(crm, None, "forecast", [("period", "next_month")])) for _ in range(ROUNDS)
        ]
        return [
            Figure("open deals", open_deals, "deals", OPEN * 0.9, is_least=True),
            Figure("forecast, 10,000 simulations of all open deals, p95", percentile(times, 0.95), "s", 2),
            Figure("memory that the process keeps of it", _megabytes() - before, "MB", 20),
            Figure("months checked", len(card["months"]), "months", 24, is_least=True),
            Figure("check of 24 months, as a job", check, "s", 60),
        ]


def fill(crm: CRM, deals: int = DEALS) -> int:
    """Fills an empty instance with deals that walked through five stages, and returns how many are open."""
    rnd = random.Random(4)
    with crm.work():
        types = prepare_company(crm)
        stages = [row[0] for row in crm.database.execute_sql("SELECT id FROM core_stage ORDER BY id")]
        for first in range(0, deals, 20_000):
            rows, visits, periods = zip(
                *_walks(crm, rnd, types, stages, range(first, min(first + 20_000, deals))), strict=True
            )
            bulk.insert_rows(crm.database, "core_deal", ["id", *DEAL_COLUMNS], rows)
            bulk.insert_rows(crm.database, "core_stage_visit", VISIT_COLUMNS, [one for part in visits for one in part])
            bulk.insert_rows(
                crm.database, "core_deal_period", PERIOD_COLUMNS, [one for part in periods for one in part]
            )
    settle(crm)
    return crm.database.execute_sql("SELECT count(*) FROM core_deal WHERE state = 'open'").fetchone()[0]


def _walks(crm: CRM, rnd: random.Random, types: list, stages: list[int], numbers: range) -> Iterator[tuple]:
    now = bulk.to_microseconds(crm.clock.now())
    begin = now - DAYS * DAY
    for number in numbers:
        deal_id, owner = number + 1, rnd.randint(1001, 1050)
        type_id, version = types[rnd.randrange(3)]
        potential = rnd.randint(100, 50_000) * 10_000
        opened = moment = begin + rnd.randrange(DAYS * DAY)
        visits, state, place = [], "open", 0
        while state == "open":
            until = moment + int(rnd.expovariate(1 / STAY) * DAY)
            passed = rnd.random() < PASSES[place]
            outcome = "lost" if not passed else "won" if place == len(PASSES) - 1 else "passed"
            if until > now:
                visits.append((place, moment, None, ""))
                break
            visits.append((place, moment, until, outcome))
            moment = until
            if outcome == "passed":
                place += 1
            else:
                state = outcome
        amount = potential if state == "won" else None
        closed = None if state == "open" else moment
        row = (
            deal_id, f"B-{number}", f"Deal {number}", rnd.randint(1, 100_000), type_id, version, state, stages[place],
            place, place, (1 << place + 1) - 1, owner, "EUR", potential, amount, potential, amount, "", "", "{}",
            opened, closed, opened, opened,
        )  # fmt: skip
        yield (
            row,
            [(deal_id, stages[at], at, come, gone, how, potential) for at, come, gone, how in visits],
            [(deal_id, come, gone, stages[at], at, owner, potential, False) for at, come, gone, _how in visits],
        )


def _check(crm: CRM) -> None:
    job = start_check(crm)
    crm.jobs.run_waiting()
    assert crm.jobs.get(job.id).state == "done", crm.jobs.get(job.id).last_error


def _seconds(work) -> float:
    begun = time.perf_counter()
    work()
    return time.perf_counter() - begun


def _megabytes() -> float:
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024

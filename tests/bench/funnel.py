"""The closed funnel over 1,000,000 deals with 5 visits each, against the best SQL written by hand on the same base."""

import random
import statistics
import time
from collections.abc import Callable, Iterator
from datetime import UTC, datetime

from core.api import insert_rows, to_microseconds
from core.runtime import CRM
from plugins.reports.registry import make_report
from tests.bench.bases import Bases, fresh, settle
from tests.bench.figures import Figure

DEALS = 1_000_000
CLIENTS, MANAGERS, STAGES, VISITS = 100_000, 50, 9, 5
START, DAYS = datetime(2023, 1, 1, tzinfo=UTC), 3 * 365
MONTH = {"from": "2025-03-01", "to": "2025-04-01"}
ROUNDS = 7
MOST = 1.5

# The best SQL by hand: what a funnel is drawn from, and how many clients there are, each along a covering index.
COUNTS = "count(*), count(potential_base), sum(potential_base), sum(amount_base)"
CLOSED = "closed_at IS NOT NULL AND deleted_at IS NULL"
BY_MONTH = f"""
    SELECT version_id, state, place, stood_at, {COUNTS} FROM core_deal
    WHERE deal_type_id = {{type}} AND closed_at >= {{first}} AND closed_at < {{until}} AND deleted_at IS NULL
    GROUP BY 1, 2, 3, 4
"""
OF_MONTH = "FROM core_deal WHERE deal_type_id = {type} AND closed_at >= {first} AND closed_at < {until}"
CLIENTS_OF_MONTH = {
    "sqlite": f"SELECT count(*) FROM (SELECT 1 {OF_MONTH} AND deleted_at IS NULL GROUP BY client_id) AS c",
    "postgres": f"SELECT count(DISTINCT client_id) {OF_MONTH} AND deleted_at IS NULL",
}
BY_MANAGER = f"""
    SELECT version_id, owner_id, place, state, stood_at, {COUNTS} FROM core_deal
    WHERE {CLOSED} GROUP BY 1, 2, 3, 4, 5
"""
ALL_CLIENTS = f"SELECT count(*) FROM (SELECT 1 FROM core_deal WHERE {CLOSED} GROUP BY client_id) AS c"


def run(bases: Bases, database: str, deals: int = DEALS) -> list[Figure]:
    """Returns the times of the month of a type and of the matrix over all, and their ratios to the SQL by hand."""
    with fresh(bases.new_folder(), database) as crm:
        types = fill(crm, deals)
        first, until = (to_microseconds(crm.day_start(datetime.fromisoformat(day).date())) for day in MONTH.values())
        month = {"type": types[0], "first": first, "until": until}
        type_name = crm.database.execute_sql(f"SELECT name FROM core_deal_type WHERE id = {types[0]}").fetchone()[0]
        pairs = [("type", type_name), *MONTH.items()]
        return [
            *compared(
                crm,
                "closed funnel of a type and a month",
                lambda: make_report(crm, None, "funnel-closed", pairs),
                [BY_MONTH.format(**month), CLIENTS_OF_MONTH[database].format(**month)],
            ),
            *compared(
                crm,
                "managers × stages over all",
                lambda: make_report(crm, None, "funnel-closed", [("columns", "owner")]),
                [BY_MANAGER, ALL_CLIENTS],
            ),
            *compared(
                crm,
                "closed funnel over all",
                lambda: make_report(crm, None, "funnel-closed", []),
                [BY_MANAGER, ALL_CLIENTS],
            ),
        ]


def fill(crm: CRM, deals: int = DEALS, *, visits: str = "") -> list[int]:
    """Fills an empty instance with deals and their visits, and returns the ids of its three types.

    `visits` is the SQL that makes visits out of the deals, in place of this bench's own.
    """
    rnd = random.Random(1)
    with crm.work():
        types = _prepare(crm)
        insert_rows(crm.database, "core_deal", DEAL_COLUMNS, _deals(rnd, types, deals))
        # Each deal's visits, one a place it stood at and then again its last, to make five of them.
        crm.database.execute_sql(visits or VISIT_ROWS)
    settle(crm)
    return [type_id for type_id, _version in types]


DEAL_COLUMNS = (
    "number title client_id deal_type_id version_id state stage_id place furthest stood_at owner_id currency potential"
    " amount potential_base amount_base loss_note note properties opened_at closed_at created_at changed_at"
).split()
VISIT_ROWS = f"""
    INSERT INTO core_stage_visit (deal_id, stage_id, place, entered_at, left_at, outcome, potential_base)
    SELECT d.id, d.stage_id, n.number, d.opened_at + n.number, d.opened_at + n.number + 1, 'passed', d.potential_base
    FROM core_deal d CROSS JOIN ({" UNION ALL ".join(f"SELECT {n} AS number" for n in range(VISITS))}) n
"""


def _prepare(crm: CRM) -> list[tuple[int, int]]:
    now = to_microseconds(START)
    role = crm.database.execute_sql("SELECT id FROM core_role WHERE key = 'seller'").fetchone()[0]
    people = [(n, f"m{n}", f"Manager {n}", role, True, now) for n in range(1001, 1001 + MANAGERS)]
    insert_rows(crm.database, "core_user", "id login name role_id is_active created_at".split(), people)
    clients = [(n, "company", f"C{n}", f"c{n}", "active", "{}", now, now) for n in range(1, CLIENTS + 1)]
    columns = "id kind name name_key status properties created_at changed_at".split()
    insert_rows(crm.database, "core_client", columns, clients)
    stages = [row[0] for row in crm.database.execute_sql("SELECT id FROM core_stage ORDER BY id")][:STAGES]
    types = [(1001 + n, 2001 + n) for n in range(3)]
    rows = [(type_id, f"Type {type_id}", "manual", True, False, version, now) for type_id, version in types]
    columns = "id name mode is_used registers_demand published_version_id created_at".split()
    insert_rows(crm.database, "core_deal_type", columns, rows)
    rows = [(version, type_id, 1, now) for type_id, version in types]
    insert_rows(crm.database, "core_deal_type_version", "id deal_type_id number published_at".split(), rows)
    rows = [(version, stage, place, 70) for _type, version in types for place, stage in enumerate(stages)]
    insert_rows(crm.database, "core_type_stage", "version_id stage_id place probability".split(), rows)
    return types


def _deals(rnd: random.Random, types: list[tuple[int, int]], count: int) -> Iterator[tuple]:
    opened, span = to_microseconds(START), DAYS * 86_400_000_000
    for number in range(count):
        type_id, version = types[rnd.randrange(3)]
        place = furthest = 0
        mask = 1
        for _visit in range(VISITS - 1):
            place = min(max(place + rnd.choice((1, 1, 1, 1, 2, -1)), 0), STAGES - 1)
            mask |= 1 << place
            furthest = max(furthest, place)
        roll = rnd.random()
        state = "open" if roll < 0.1 else "won" if roll < 0.45 else "lost"
        closed = None if state == "open" else opened + rnd.randrange(span)
        potential = None if rnd.random() < 0.02 else rnd.randint(100, 50_000) * 10_000
        amount = potential if state == "won" else None
        yield (
            f"B-{number}", f"Deal {number}", rnd.randint(1, CLIENTS), type_id, version, state, 1 + place, place,
            furthest, mask, rnd.randint(1001, 1000 + MANAGERS), "EUR", potential, amount, potential, amount, "", "",
            "{}", opened, closed, opened, opened,
        )  # fmt: skip


def compared(crm: CRM, name: str, ours: Callable[[], object], by_hand: list[str]) -> list[Figure]:
    """Returns our time, that of the SQL by hand, and their ratio; the two take turns, so that noise hits both."""

    def hand() -> None:
        for statement in by_hand:
            crm.database.execute_sql(statement).fetchall()

    times: tuple[list[float], list[float]] = ([], [])
    for _round in range(ROUNDS):
        for kept, work in zip(times, (ours, hand), strict=True):
            begun = time.perf_counter()
            work()
            kept.append(time.perf_counter() - begun)
    mine, theirs = (statistics.median(kept) * 1000 for kept in times)
    return [
        Figure(name, mine, "ms"),
        Figure(f"{name}: SQL by hand", theirs, "ms"),
        Figure(f"{name}: ratio", mine / theirs, "×", bound=MOST),
    ]

"""The base under most benches of reports: 1,000,000 deals of 100,000 clients and 50 managers, with their history."""

import random
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta

from core.api import bulk
from core.runtime import CRM
from tests.bench.bases import settle

DEALS = 1_000_000
CLIENTS, MANAGERS, STAGES, VISITS = 100_000, 50, 9, 5
START, DAYS = datetime(2023, 1, 1, tzinfo=UTC), 3 * 365
END = START + timedelta(days=DAYS)
LONGEST = 120  # days a deal is open at most
DEAL_COLUMNS = (
    "number title client_id deal_type_id version_id state stage_id place furthest stood_at owner_id currency potential"
    " amount potential_base amount_base loss_note note properties opened_at closed_at created_at changed_at"
).split()
VISIT_ROWS = f"""
    INSERT INTO core_stage_visit (deal_id, stage_id, place, entered_at, left_at, outcome, potential_base)
    SELECT d.id, d.stage_id, n.number, d.opened_at + n.number, d.opened_at + n.number + 1, 'passed', d.potential_base
    FROM core_deal d CROSS JOIN ({" UNION ALL ".join(f"SELECT {n} AS number" for n in range(VISITS))}) n
"""
# Five stays a deal, each a fifth of the time for which it was open; an open deal stands at the last.
STAYS = " UNION ALL ".join(f"SELECT {number} AS number" for number in range(5))
SPAN = "(COALESCE(d.closed_at, {end}) - d.opened_at)"
TIMES = f"d.opened_at + {SPAN} / 5 * n.number, CASE WHEN n.number < 4 THEN d.opened_at + {SPAN} / 5 * (n.number + 1)"
TIMES += " ELSE d.closed_at END"
# Every tenth deal goes back after its third stay: 0, 1, 2, 1, 2.
GOES_BACK = "d.id / 10 * 10 = d.id"
PLACE = f"CASE WHEN {GOES_BACK} AND n.number > 2 THEN n.number - 2 ELSE n.number END"
ENDED = "CASE d.state WHEN 'open' THEN '' ELSE d.state END"
STAYED = f"""
    INSERT INTO core_stage_visit (deal_id, stage_id, place, entered_at, left_at, outcome, responsible_id,
        potential_base, version_id, deal_state, onto_place, is_again)
    SELECT d.id, 1 + {PLACE}, {PLACE}, {TIMES},
        CASE WHEN n.number = 4 THEN {ENDED} WHEN {GOES_BACK} AND n.number = 2 THEN 'returned' ELSE 'passed' END,
        d.owner_id, d.potential_base, d.version_id, d.state,
        CASE WHEN n.number = 4 THEN NULL WHEN {GOES_BACK} AND n.number > 1 THEN n.number - 1 ELSE n.number + 1 END,
        {GOES_BACK} AND n.number = 3
    FROM core_deal d CROSS JOIN ({STAYS}) n
"""
PERIODS = f"""
    INSERT INTO core_deal_period (deal_id, from_at, to_at, stage_id, place, owner_id, potential_base, is_on_hold)
    SELECT d.id, {TIMES}, d.stage_id, d.place, d.owner_id, d.potential_base, {{no}}
    FROM core_deal d CROSS JOIN ({STAYS}) n
"""
CLOSINGS = """
    INSERT INTO core_closing (deal_id, state, closed_at, stage_id, place, owner_id, currency, potential_base,
        amount_base)
    SELECT id, state, closed_at, stage_id, place, owner_id, currency, potential_base, amount_base
    FROM core_deal WHERE state <> 'open'
"""
OPENED = "UPDATE core_deal SET opened_at = COALESCE(closed_at, {end}) - (1 + id - id / {days} * {days}) * 86400000000"


def fill_history(crm: CRM, deals: int) -> None:
    """Fills an empty instance with deals, five visits and periods for each, and their closings."""
    end = bulk.to_microseconds(END)
    fill(crm, deals, visits="SELECT 1")
    with crm.work():
        for statement in (OPENED, STAYED, PERIODS, CLOSINGS):
            crm.database.execute_sql(statement.format(end=end, days=LONGEST, no="false"))
    settle(crm)


def fill(crm: CRM, deals: int = DEALS, *, visits: str = "") -> list[int]:
    """Fills an empty instance with deals and their visits, and returns the ids of its three types.

    `visits` is the SQL that makes visits out of the deals, in place of this bench's own.
    """
    rnd = random.Random(1)
    with crm.work():
        types = prepare_company(crm)
        bulk.insert_rows(crm.database, "core_deal", DEAL_COLUMNS, _deals(rnd, types, deals))
        # Each deal's visits, one a place it stood at and then again its last, to make five of them.
        crm.database.execute_sql(visits or VISIT_ROWS)
    settle(crm)
    return [type_id for type_id, _version in types]


def prepare_company(crm: CRM) -> list[tuple[int, int]]:
    now = bulk.to_microseconds(START)
    role = crm.database.execute_sql("SELECT id FROM core_role WHERE key = 'seller'").fetchone()[0]
    people = [(n, f"m{n}", f"Manager {n}", role, True, now) for n in range(1001, 1001 + MANAGERS)]
    bulk.insert_rows(crm.database, "core_user", "id login name role_id is_active created_at".split(), people)
    clients = [(n, "company", f"C{n}", f"c{n}", "active", "{}", now, now) for n in range(1, CLIENTS + 1)]
    columns = "id kind name name_key status properties created_at changed_at".split()
    bulk.insert_rows(crm.database, "core_client", columns, clients)
    stages = [row[0] for row in crm.database.execute_sql("SELECT id FROM core_stage ORDER BY id")][:STAGES]
    types = [(1001 + n, 2001 + n) for n in range(3)]
    rows = [(type_id, f"Type {type_id}", "manual", True, False, version, now) for type_id, version in types]
    columns = "id name mode is_used registers_demand published_version_id created_at".split()
    bulk.insert_rows(crm.database, "core_deal_type", columns, rows)
    rows = [(version, type_id, 1, now) for type_id, version in types]
    bulk.insert_rows(crm.database, "core_deal_type_version", "id deal_type_id number published_at".split(), rows)
    rows = [(version, stage, place, 70) for _type, version in types for place, stage in enumerate(stages)]
    bulk.insert_rows(crm.database, "core_type_stage", "version_id stage_id place probability".split(), rows)
    return types


def _deals(rnd: random.Random, types: list[tuple[int, int]], count: int) -> Iterator[tuple]:
    opened, span = bulk.to_microseconds(START), DAYS * 86_400_000_000
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

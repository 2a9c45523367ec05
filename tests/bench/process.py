"""A transition of a deal among 1,000,000 deals: the task of its stage is done with its result, and the deal moves.

Its floor is the bare SQL of the same writes on the same database, in one transaction, by hand; the two take turns.
"""

import json
import time
from collections.abc import Callable
from datetime import date
from decimal import Decimal
from statistics import median

from core.clients.services import create_client
from core.deals.models import Deal
from core.deals.services import open_deal
from core.process.services import complete, stage_task_of
from core.runtime import CRM
from core.stages.models import DealType
from core.stages.results import ResultField
from core.stages.services import Step, create_deal_type, create_stage
from core.store.database import is_postgres
from core.store.fields import to_microseconds
from core.tasks.models import Task
from core.users.models import User
from core.users.services import create_user
from tests.bench.bases import Bases, fresh
from tests.bench.figures import Figure, percentile
from tests.bench.million import DEALS, fill

TIMES = 150
RESULT = {"who": "E. Kola", "when": date(2027, 1, 15)}
TICKS = (0, 1)


def run(bases: Bases, database: str, deals: int = DEALS) -> list[Figure]:
    """Returns the figures of a transition on one database."""
    with fresh(bases.new_folder(), database) as crm, crm.acting(None, "web"):
        fill(crm, deals)
        _free_ids(crm)
        user, kind = create_user(crm, "bench", "Bench", role="administrator"), _type(crm)
        ours, floor = [], []
        for _time in range(TIMES):
            ours.append(_timed(_transition(crm, user, _deal(crm, user, kind))))
            floor.append(_timed(_bare(crm, user, _deal(crm, user, kind))))
    middle, bare = median(ours), median(floor)
    # On PostgreSQL each statement is a journey to the server and back, and ours asks before it writes.
    most_ms, most_times = (15, 3) if database == "sqlite" else (None, None)
    return [
        Figure("a transition, median", middle, "ms", most_ms),
        Figure("a transition, p95", percentile(ours, 0.95), "ms"),
        Figure("the bare SQL of its writes, median", bare, "ms"),
        Figure("a transition ÷ the bare SQL", middle / bare, "×", most_times),
    ]


def _free_ids(crm: CRM) -> None:
    """Lets PostgreSQL number new rows after those that were filled in with ids of their own."""
    if is_postgres(crm.database):
        for table in ("core_client", "core_user"):
            crm.database.execute_sql(f"SELECT setval('{table}_id_seq', (SELECT max(id) FROM {table}))")


def _type(crm: CRM) -> DealType:
    asks = (ResultField("who", "Who decides"), ResultField("when", "Next meeting", "date"))
    stages = [create_stage(crm, f"Bench {number}") for number in range(4)]
    steps = [Step(stage, limit_days=3, result=asks, checklist=("Called", "Written")) for stage in stages]
    return create_deal_type(crm, "Bench of the process", mode="process", stages=steps)


def _deal(crm: CRM, user: User, kind: DealType) -> Deal:
    client = create_client(crm, name="Bench client", kind="company", owner=user)
    return open_deal(crm, title="Bench", client=client, deal_type=kind, owner=user, potential=Decimal(900))


def _transition(crm: CRM, user: User, deal: Deal) -> Callable[[], object]:
    task = stage_task_of(deal)
    return lambda: complete(crm, user, task, RESULT, checklist=TICKS)


def _bare(crm: CRM, user: User, deal: Deal) -> Callable[[], None]:
    """Returns the writes of a transition as plain statements: task, visits, periods, deal, the next task, history."""
    task: Task = stage_task_of(deal)
    now, deal_id, mark = to_microseconds(crm.clock.now()), deal.id, crm.database.param
    checks, result = json.dumps(task.checklist), json.dumps({"who": "E. Kola", "when": "2027-01-15"})
    history = (
        "INSERT INTO core_audit (at, user_id, source, entity, entity_id, action, changes) VALUES (?, ?, ?, ?, ?, ?, ?)"
    )
    periods = "INSERT INTO core_deal_period (deal_id, from_at, stage_id, place, owner_id, potential_base, is_on_hold)"
    statements = [
        (
            "UPDATE core_task SET state = 'done', done_at = ?, done_by_id = ?, result = ?, checklist = ?,"
            " changed_at = ?, version = version + 1 WHERE id = ?",
            (now, user.id, result, checks, now, task.id),
        ),
        (history, (now, user.id, "web", "task", task.id, "done", checks)),
        (
            "UPDATE core_stage_visit SET left_at = ?, outcome = 'passed', responsible_id = ?, potential = ?,"
            " potential_base = ?, user_id = ?, onto_place = 1, is_again = ? WHERE deal_id = ? AND left_at IS NULL",
            (now, user.id, 9_000_000, 9_000_000, user.id, False, deal_id),
        ),
        (
            "INSERT INTO core_stage_visit (deal_id, stage_id, place, entered_at, outcome, responsible_id, potential,"
            " potential_base, version_id, deal_state) VALUES (?, ?, 1, ?, '', ?, ?, ?, ?, 'open')",
            (deal_id, deal.stage_id, now, user.id, 9_000_000, 9_000_000, deal.version_id),
        ),
        ("UPDATE core_deal_period SET to_at = ? WHERE deal_id = ? AND to_at IS NULL", (now, deal_id)),
        (f"{periods} VALUES (?, ?, ?, 1, ?, ?, ?)", (deal_id, now, deal.stage_id, user.id, 9_000_000, False)),
        (history, (now, user.id, "web", "deal", deal_id, "moved", checks)),
        (
            "UPDATE core_deal SET place = 1, furthest = 1, stood_at = 3, entered_at = ?, changed_at = ?,"
            " version = version + 1 WHERE id = ?",
            (now, now, deal_id),
        ),
        (
            "INSERT INTO core_task (kind, title, instructions, client_id, deal_id, step_id, visit_id, user_id,"
            " checklist, result, due_at, state, created_at, changed_at, version, is_controlled)"
            " VALUES ('stage', 'Bench 1', '', ?, ?, ?, ?, ?, ?, '{}', ?, 'open', ?, ?, 1, ?)",
            (deal.client_id, deal_id, task.step_id, task.visit_id, user.id, checks, now, now, now, False),
        ),
        (history, (now, user.id, "web", "task", task.id, "created", checks)),
    ]
    ready = [(statement.replace("?", mark), values) for statement, values in statements]

    def write() -> None:
        with crm.work():
            cursor = crm.database.cursor()
            for statement, values in ready:
                cursor.execute(statement, values)

    return write


def _timed(action: Callable[[], object]) -> float:
    """Returns how long an action takes, in milliseconds."""
    begun = time.perf_counter()
    action()
    return (time.perf_counter() - begun) * 1000

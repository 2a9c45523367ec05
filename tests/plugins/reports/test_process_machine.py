"""Whatever people do to deals of a process, by hand or without stages: tasks, visits and both funnels stay true.

After any sequence of operations an open process deal has exactly one open visit and one task of its stage, a closed
one has none, and the funnels equal a recount, deal by deal, from the raw history.
"""

from collections import defaultdict
from dataclasses import dataclass
from datetime import timedelta
from decimal import Decimal
from typing import Any

import pytest
from hypothesis import HealthCheck, settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, rule, run_state_machine_as_test

from core.deals import services
from core.deals.inspection import find_wrong_deals
from core.deals.models import Closing, Deal, DealPeriod, StageVisit
from core.errors import CRMError, InvalidInput
from core.process.inspection import find_deals_out_of_step
from core.process.services import complete, send_back, stage_task_of
from core.process.version_moves import move_to_version
from core.stages.models import DealType, Stage
from core.stages.results import ResultField
from core.stages.services import Step, create_deal_type, create_stage, ladders, publish, usable_reasons
from core.store.audit import Audit
from core.tasks.models import Task
from plugins.reports.funnel.summing import sum_marked
from tests.plugins.reports.history.test_bridge import assert_adds_up
from tests.plugins.reports.recount import closed_rows, closed_totals
from tests.plugins.reports.test_closed_recount import assert_same

STEPS, EXAMPLES = 22, 8
NAMES = ("Talk", "Sketch", "Sign", "Deposit")


@dataclass
class Told:
    """A deal as its raw history tells it, in the shape that the recount takes."""

    type: str
    client: int
    ladder: list[str]
    visits: list[str]
    state: str
    worth: Decimal | None
    brought: Decimal | None


@pytest.fixture
def world(crm, make):
    """Returns what the machine works with: people, a client, a type of each mode."""
    stages = [create_stage(crm, name) for name in NAMES]
    asks = (ResultField("who", "Who decides"),)
    first = Step(stages[0], result=asks, checklist=("Called",), limit_hours=4)
    process = create_deal_type(crm, "Process", mode="process", stages=[first, *map(Step, stages[1:])])
    manual = create_deal_type(crm, "Manual", mode="manual", stages=stages[:3])
    owners = [make.user(), make.user()]
    kinds = [process, process, manual, create_deal_type(crm, "Errand", mode="none")]
    return {"crm": crm, "owners": owners, "kinds": kinds, "client": make.client(owner=owners[0])}


def machine_of(crm, owners, kinds, client, report):
    """Returns a machine that does random things to a few deals of all modes."""
    boss, reason = owners[0], usable_reasons()[0]
    picks, amounts = st.integers(0, 3), st.none() | st.integers(0, 999).map(Decimal)

    class Process(RuleBasedStateMachine):
        def deal(self, pick: int) -> Deal:
            return Deal.get_by_id(self.ids[pick % len(self.ids)])

        def allowed(self, action, *expected) -> None:
            """Does the action; a refusal must leave everything as it was."""
            before = [list(model.select().order_by(model.id).tuples()) for model in (Deal, Task, StageVisit)]
            try:
                action()
            except CRMError:
                after = [list(model.select().order_by(model.id).tuples()) for model in (Deal, Task, StageVisit)]
                assert after == before

        @initialize()
        def begin(self):
            self.ids, self.versions = [], 0
            self.open(kinds[0], Decimal(100))

        @rule(kind=st.sampled_from(kinds), potential=amounts)
        def open(self, kind, potential):
            if len(self.ids) < 4:
                kind = DealType.get_by_id(kind.id)
                made = services.open_deal(
                    crm, title="Sale", client=client, deal_type=kind, potential=potential, owner=owners[0]
                )
                self.ids.append(made.id)

        @rule(step=st.integers(1, 30))
        def wait(self, step):
            crm.clock.advance(hours=step)

        @rule(pick=picks, amount=amounts)
        def complete(self, pick, amount):
            deal = self.deal(pick)
            task = stage_task_of(deal)
            if task is None:
                return
            is_last = deal.place == len(ladders([deal.version_id])[deal.version_id]) - 1
            result = {"who": "Ann"} if task.step.result else {}
            ticks = range(len(task.checklist))
            complete(crm, owners[1] if deal.owner_id == owners[1].id else boss, task, result, checklist=ticks,
                     amount=amount if is_last else None)  # fmt: skip
            assert (self.deal(pick).state == "won") == is_last

        @rule(pick=picks)
        def complete_without_result(self, pick):
            task = stage_task_of(self.deal(pick))
            if task is not None and task.checklist:
                with pytest.raises(InvalidInput):
                    complete(crm, task.user, task, {"who": "Ann"}, checklist=())

        @rule(pick=picks, place=st.integers(0, 3))
        def move(self, pick, place):
            deal = self.deal(pick)
            steps = ladders([deal.version_id])[deal.version_id]
            if steps:
                self.allowed(lambda: services.move(crm, deal, steps[place % len(steps)].stage))

        @rule(pick=picks, place=st.integers(0, 2))
        def send_back(self, pick, place):
            deal = self.deal(pick)
            steps = ladders([deal.version_id])[deal.version_id]
            if steps:
                owner = next(one for one in owners if one.id == deal.owner_id)
                self.allowed(lambda: send_back(crm, owner, deal, steps[place % len(steps)].stage, "Not yet"))

        @rule(pick=picks, days=st.integers(0, 3))
        def hold(self, pick, days):
            self.allowed(lambda: services.hold(crm, self.deal(pick), crm.today() + timedelta(days=days)))

        @rule(pick=picks)
        def resume(self, pick):
            self.allowed(lambda: services.resume(crm, self.deal(pick)))

        @rule()
        def resume_due(self):
            services.resume_due(crm)

        @rule(pick=picks, owner=st.sampled_from(owners))
        def hand_over(self, pick, owner):
            self.allowed(lambda: services.hand_over(crm, self.deal(pick), owner))

        @rule(pick=picks, potential=amounts)
        def value(self, pick, potential):
            self.allowed(lambda: services.change_deal(crm, self.deal(pick), {"potential": potential}))

        @rule(pick=picks)
        def lose(self, pick):
            self.allowed(lambda: services.lose(crm, self.deal(pick), reason, "A note"))

        @rule(pick=picks)
        def win(self, pick):
            self.allowed(lambda: services.win(crm, self.deal(pick)))

        @rule(pick=picks)
        def reopen(self, pick):
            self.allowed(lambda: services.reopen(crm, self.deal(pick)))

        @rule(pick=picks)
        def delete(self, pick):
            self.allowed(lambda: services.delete_deal(crm, self.deal(pick)))

        @rule(pick=picks)
        def restore(self, pick):
            services.restore_deal(crm, self.deal(pick))

        @rule()
        def sum_what_is_closed(self):
            sum_marked(crm)

        @rule(count=st.integers(2, 4))
        def publish(self, count):
            chosen = [Stage.get(Stage.name == name) for name in NAMES[:count]]
            publish(crm, DealType.get_by_id(kinds[0].id), [Step(stage, task_title="Do") for stage in chosen])

        @rule()
        def move_to_the_new_version(self):
            moved = move_to_version(crm, DealType.get_by_id(kinds[0].id), {})
            assert moved.refused == 0 or moved.refusal

        @invariant()
        def history_and_tasks_are_in_step(self):
            assert find_wrong_deals(crm) == []
            assert find_deals_out_of_step(crm) == []

        @invariant()
        def what_is_open_is_open_once(self):
            for deal in Deal.select().where(Deal.id.in_(getattr(self, "ids", ()))):
                visits = StageVisit.select().where(StageVisit.deal == deal, StageVisit.left_at.is_null()).count()
                tasks = [
                    task.state
                    for task in Task.select().where(Task.deal == deal, Task.kind == "stage")
                    if task.state in ("open", "held")
                ]
                is_led = deal.is_open and deal.deleted_at is None and deal.deal_type.mode == "process"
                assert visits == int(deal.is_open and deal.place is not None)
                assert tasks == ([["open"], ["held"]][deal.is_on_hold] if is_led else [])

        def teardown(self):
            funnels_equal_the_history(crm, report)
            for model in (Task, StageVisit, DealPeriod, Closing, Audit, Deal):
                model.delete().execute()

    return Process


def funnels_equal_the_history(crm, report) -> None:
    told = [told_by_history(deal) for deal in Deal.select().where(Deal.deleted_at.is_null())]
    closed = [deal for deal in told if deal.state != "open"]
    data = report("funnel-closed").data
    assert_same([row for row in data["rows"] if row["reached"]], closed_rows(closed))
    assert data["totals"] == pytest.approx(closed_totals(closed))
    assert standing_in_report(report) == standing_in_history()
    bridge_leads_from_one_day_to_the_other(crm, report)


def bridge_leads_from_one_day_to_the_other(crm, report) -> None:
    """Whatever was done: opening + parts = closing, and both ends are the funnels as of these moments."""
    for days in (1, 3):
        data = report("bridge", from_=str(crm.today() - timedelta(days=days))).data
        for row in (*data["rows"], data["totals"]):
            assert_adds_up(row)
        for part, moment in (("opening", data["totals"]["since"]), ("closing", data["totals"]["until"])):
            found = {(row["type"], row["stage"]): (row[part], row[f"{part}_potential"]) for row in data["rows"]}
            stood = standing_in_report(report, as_of=moment)
            assert {key: cell for key, cell in found.items() if cell[0]} == stood
    assert standing_in_report(report) == standing_in_report(report, as_of=crm.clock.now().isoformat())


def told_by_history(deal: Deal) -> Told:
    visits = StageVisit.select().where(StageVisit.deal == deal).order_by(StageVisit.entered_at, StageVisit.id)
    ending = Closing.get_or_none(Closing.deal == deal, Closing.reopened_at.is_null())
    return Told(
        deal.deal_type.name,
        deal.client_id,
        [step.stage.name for step in ladders([deal.version_id])[deal.version_id]],
        [visit.stage.name for visit in visits],
        ending.state if ending else "open",
        ending.potential_base if ending else deal.potential_base,
        ending.amount_base if ending else None,
    )


def standing_in_history() -> dict[tuple, tuple]:
    """Returns (count, potential) of the deals that stand open, not on hold, by type and stage, from their periods."""
    found: dict[tuple, list] = defaultdict(lambda: [0, Decimal(0)])
    query = DealPeriod.select().join(Deal).where(DealPeriod.to_at.is_null(), Deal.deleted_at.is_null())
    for period in query:
        if not period.is_on_hold:
            stage = Stage.get_by_id(period.stage_id).name if period.stage_id else None
            cell = found[period.deal.deal_type.name, stage]
            cell[0] += 1
            cell[1] += period.potential_base or 0
    return {key: tuple(cell) for key, cell in found.items()}


def standing_in_report(report, **params) -> dict[tuple, Any]:
    rows = report("funnel-open", **params).data["rows"]
    return {(row["type"], row["stage"]): (row["count"], row["potential"]) for row in rows if row["count"]}


def test_process_stays_true_after_anything(world, report):
    checks = [HealthCheck.function_scoped_fixture, HealthCheck.too_slow, HealthCheck.filter_too_much]
    run_state_machine_as_test(
        machine_of(**world, report=report),
        settings=settings(
            max_examples=EXAMPLES, stateful_step_count=STEPS, deadline=None, suppress_health_check=checks
        ),
    )

"""Whatever people do to a deal, its row says what a recount of its raw history says, on both databases."""

from datetime import timedelta
from decimal import Decimal

from hypothesis import HealthCheck, settings
from hypothesis import strategies as st
from hypothesis.stateful import (
    RuleBasedStateMachine,
    initialize,
    invariant,
    precondition,
    rule,
    run_state_machine_as_test,
)

from core.deals import services
from core.deals.inspection import find_wrong_deals
from core.deals.models import Closing, Deal, DealPeriod, StageVisit
from core.deals.rates import set_rate
from core.errors import InvalidInput
from core.stages.services import ladders, usable_reasons
from core.tasks.models import Task

MOMENTS = st.integers(0, 3).map(lambda hours: {"hours": hours})


def machine_of(crm, make):
    """Returns a machine that does random things to a few deals of each mode."""
    set_rate(crm, "USD", crm.today(), Decimal("0.9"))
    owners = [make.user(), make.user()]
    client = make.client(owner=owners[0])
    types = [make.deal_type(mode="manual"), make.deal_type(mode="process"), make.deal_type(mode="none")]
    reason = usable_reasons()[0]

    class History(RuleBasedStateMachine):
        @initialize(kind=st.sampled_from(types), potential=st.none() | st.integers(0, 999).map(Decimal))
        def open(self, kind, potential):
            self.deal = services.open_deal(
                crm, title="Sale", client=client, deal_type=kind, potential=potential, owner=owners[0], currency="USD"
            )

        @rule(step=MOMENTS)
        def wait(self, step):
            crm.clock.advance(**step)

        @rule(place=st.integers(0, 2))
        def move(self, place):
            steps = ladders([self.deal.version_id])[self.deal.version_id]
            before = self.deal.place
            try:
                services.move(crm, self.deal, steps[place].stage if steps else 1, is_task_done=True)
            except InvalidInput:
                is_skip = steps and self.deal.deal_type.mode == "process" and place > before + 1
                assert not steps or not self.deal.is_open or is_skip
            else:
                assert self.deal.place == place

        @precondition(lambda self: self.deal.is_open)
        @rule(until=st.integers(1, 9))
        def hold(self, until):
            services.hold(crm, self.deal, crm.today() + timedelta(days=until))

        @precondition(lambda self: self.deal.is_open)
        @rule()
        def resume(self):
            services.resume(crm, self.deal)

        @precondition(lambda self: self.deal.is_open)
        @rule(owner=st.sampled_from(owners))
        def hand_over(self, owner):
            services.hand_over(crm, self.deal, owner)

        @precondition(lambda self: self.deal.is_open)
        @rule(potential=st.none() | st.integers(0, 999).map(Decimal))
        def value(self, potential):
            services.change_deal(crm, self.deal, {"potential": potential})

        @precondition(lambda self: self.deal.is_open)
        @rule()
        def lose(self):
            services.lose(crm, self.deal, reason)
            assert self.deal.state == "lost"

        @precondition(lambda self: self.deal.is_open)
        @rule()
        def win(self):
            is_early = self.deal.deal_type.mode == "process" and self.deal.place < 2
            try:
                services.win(crm, self.deal, is_task_done=True)
            except InvalidInput:
                assert is_early
            else:
                assert not is_early

        @precondition(lambda self: not self.deal.is_open)
        @rule()
        def reopen(self):
            services.reopen(crm, self.deal)

        @invariant()
        def row_equals_recount(self):
            assert find_wrong_deals(crm) == []

        @invariant()
        def record_equals_row(self):
            if hasattr(self, "deal"):
                assert self.deal.__data__ == Deal.get_by_id(self.deal.id).__data__

        @invariant()
        def what_is_open_is_open_once(self):
            if hasattr(self, "deal"):
                has_stages = self.deal.place is not None
                assert open_rows(StageVisit, self.deal) == int(self.deal.is_open and has_stages)
                assert open_rows(DealPeriod, self.deal) == int(self.deal.is_open)
                holding = Closing.select().where(Closing.deal == self.deal, Closing.reopened_at.is_null()).count()
                assert holding == int(not self.deal.is_open)

        @invariant()
        def period_says_what_the_row_says(self):
            period = DealPeriod.get_or_none(DealPeriod.deal == getattr(self, "deal", None), DealPeriod.to_at.is_null())
            if period:
                row = self.deal
                assert (period.owner_id, period.potential_base, period.is_on_hold) == (
                    row.owner_id,
                    row.potential_base,
                    row.is_on_hold,
                )

        def teardown(self):
            for model in (Task, StageVisit, DealPeriod, Closing, Deal):
                model.delete().execute()

    return History


def open_rows(model, deal):
    end = model.left_at if model is StageVisit else model.to_at
    return model.select().where(model.deal == deal, end.is_null()).count()


def test_row_equals_recount_after_anything(crm, make):
    checks = [HealthCheck.function_scoped_fixture, HealthCheck.too_slow]
    run_state_machine_as_test(
        machine_of(crm, make),
        settings=settings(max_examples=25, stateful_step_count=20, deadline=None, suppress_health_check=checks),
    )

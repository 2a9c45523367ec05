"""A card's drop: manual deals go where they are dropped, deals of a process ask for what the step needs first."""

from decimal import Decimal

import pytest

from core.deals.demand import Wish
from core.deals.models import Deal
from core.deals.services import lose
from core.errors import Conflict, InvalidInput
from core.process import dropping
from core.process.dropping import drop_on_stage, drop_on_won
from core.process.services import complete, stage_task_of
from core.stages.models import LossReason
from core.stages.types import ladders

STAGES = ("Interest", "Offer", "Payment")


@pytest.fixture
def boss(make):
    return make.user("administrator")


@pytest.fixture
def led(make):
    """Returns a deal of a process, at its first stage."""
    return make.deal(deal_type=make.deal_type(mode="process", stages=STAGES))


def stage_at(deal, place):
    return ladders([deal.version_id])[deal.version_id][place].stage_id


def test_manual_deal_goes_where_it_is_dropped(crm, make):
    deal = make.deal(deal_type=make.deal_type(stages=STAGES))
    assert drop_on_stage(crm, deal, stage_at(deal, 2), version=1) is None
    assert Deal.get().place == 2
    assert drop_on_stage(crm, deal, stage_at(deal, 0), version=2) is None
    assert drop_on_won(crm, deal, version=3) is None
    assert Deal.get().state == "won"


def test_next_stage_of_a_process_asks_for_the_result_of_the_task(crm, led):
    question = drop_on_stage(crm, led, stage_at(led, 1), version=led.version)
    assert (question.kind, question.task) == (dropping.TASK, stage_task_of(led))
    assert Deal.get().place == 0


def test_stage_further_on_is_refused_with_the_next_one_named(crm, led):
    with pytest.raises(InvalidInput, match="Offer"):
        drop_on_stage(crm, led, stage_at(led, 2), version=led.version)
    with pytest.raises(InvalidInput):
        drop_on_won(crm, led, version=led.version)


def test_earlier_stage_asks_for_a_note(crm, led, boss):
    complete(crm, boss, stage_task_of(led))
    led = Deal.get()
    assert drop_on_stage(crm, led, stage_at(led, 0), version=led.version).kind == dropping.SEND_BACK
    assert Deal.get().place == 1


def test_won_at_the_last_stage_asks_for_its_result(crm, led, boss):
    for _stage in STAGES[1:]:
        complete(crm, boss, stage_task_of(led))
    led = Deal.get()
    assert drop_on_won(crm, led, version=led.version).task == stage_task_of(led)


def test_won_with_a_demand_asks_how_it_was_satisfied(crm, make):
    deal = make.deal(deal_type=make.deal_type(stages=STAGES), wishes=[Wish("Oven", Decimal(1))])
    assert drop_on_won(crm, deal, version=1).kind == dropping.WIN
    assert Deal.get().is_open


def test_closed_deal_and_stale_tab_are_told(crm, make, led):
    with pytest.raises(Conflict):
        drop_on_stage(crm, led, stage_at(led, 1), version=led.version - 1)
    lose(crm, led, LossReason.get(needs_note=False))
    for drop in (
        lambda: drop_on_won(crm, led, version=led.version),
        lambda: drop_on_stage(crm, led, stage_at(led, 1), version=led.version),
    ):
        with pytest.raises(InvalidInput, match="already"):
            drop()


def test_mandatory_stage_of_a_manual_type_is_not_skipped(crm, make):
    deal = make.deal(deal_type=make.deal_type(stages=STAGES))
    step = ladders([deal.version_id])[deal.version_id][1]
    step.is_mandatory = True
    step.save()
    with pytest.raises(InvalidInput, match="Offer"):
        drop_on_stage(crm, deal, stage_at(deal, 2), version=1)

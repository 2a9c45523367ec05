"""Doing the task of a stage: its result is checked, the deal moves or is won, and only who may does it."""

from decimal import Decimal

import pytest

from core.deals import services as deals
from core.deals.models import Deal
from core.errors import Conflict, InvalidInput, NotAllowed
from core.process.services import complete, result_schema, send_back, stage_task_of, take
from core.stages.results import ResultField
from core.stages.services import Step, create_deal_type, create_stage, steps_of
from core.stages.types import MANUAL
from core.tasks.models import Task
from core.users.models import Role

FIELDS = (
    ResultField("who", "Who decides", "contact"),
    ResultField("when", "Date of the meeting", "date"),
    ResultField("budget", "Budget", "money", is_required=False),
    ResultField("agreed", "Agreed", "bool"),
    ResultField("way", "Way", "choice", is_required=False, choices=("Post", "Shop")),
)


@pytest.fixture
def owner(make):
    return make.user("seller", name="Olta")


@pytest.fixture
def deal(crm, make, owner):
    """Returns a deal that stands at a stage with a result and a checklist."""
    first, last = create_stage(crm, "Meeting"), create_stage(crm, "Deposit")
    steps = [Step(first, result=FIELDS, checklist=("Called", "Wrote")), Step(last)]
    kind = create_deal_type(crm, "Big sale", mode="process", stages=steps)
    return make.deal(deal_type=kind, owner=owner, client=make.client(owner=owner), potential=Decimal(500))


@pytest.fixture
def result(crm, make, deal):
    from core.clients.contacts import create_contact

    return {"who": create_contact(crm, deal.client, name="Arta"), "when": "2026-07-01", "agreed": True}


def test_task_with_its_result_moves_the_deal(crm, owner, deal, result):
    task = complete(crm, owner, stage_task_of(deal), result, checklist=(0, 1))
    moved = Deal.get_by_id(deal.id)
    assert (moved.stage.name, stage_task_of(moved).title) == ("Deposit", "Deposit")
    assert (task.state, task.done_by_id, task.result["when"]) == ("done", owner.id, "2026-07-01")
    assert all(one["is_done"] for one in task.checklist)


def test_last_task_wins_the_deal(crm, owner, deal, result):
    complete(crm, owner, stage_task_of(deal), result, checklist=(0, 1))
    complete(crm, owner, stage_task_of(deal), amount=Decimal(480))
    won = Deal.get_by_id(deal.id)
    assert (won.state, won.amount, stage_task_of(won)) == ("won", Decimal(480), None)


def test_without_an_amount_the_potential_counts(crm, owner, deal, result):
    complete(crm, owner, stage_task_of(deal), result, checklist=(0, 1))
    complete(crm, owner, stage_task_of(deal))
    assert Deal.get_by_id(deal.id).amount == Decimal(500)


@pytest.mark.parametrize(
    ("change", "field"),
    [
        ({"when": "soon"}, "when"),
        ({"when": None}, "when"),
        ({"who": 999}, "who"),
        ({"agreed": False}, "agreed"),
        ({"budget": "a lot"}, "budget"),
        ({"way": "Pigeon"}, "way"),
        ({"colour": "red"}, "colour"),
    ],
)
def test_wrong_result_is_refused_by_field_and_nothing_is_done(crm, owner, deal, result, change, field):
    with pytest.raises(InvalidInput) as refused:
        complete(crm, owner, stage_task_of(deal), {**result, **change}, checklist=(0, 1))
    assert list(refused.value.fields) == [field]
    assert Deal.get_by_id(deal.id).place == 0


def test_checklist_must_be_ticked(crm, owner, deal, result):
    with pytest.raises(InvalidInput, match="Wrote"):
        complete(crm, owner, stage_task_of(deal), result, checklist=(0,))


def test_amount_is_asked_at_the_last_stage_only(crm, owner, deal, result):
    with pytest.raises(InvalidInput, match="last stage"):
        complete(crm, owner, stage_task_of(deal), result, checklist=(0, 1), amount=Decimal(1))


def test_second_who_completes_is_told_who_was_first(crm, owner, deal, result):
    seen = stage_task_of(deal)
    complete(crm, owner, stage_task_of(deal), result, checklist=(0, 1))
    with pytest.raises(Conflict, match="Olta has done this task already"):
        complete(crm, owner, seen, result, checklist=(0, 1))


def test_changed_task_is_looked_at_again(crm, owner, deal, result):
    with pytest.raises(Conflict, match="changed this task"):
        complete(crm, owner, stage_task_of(deal), result, checklist=(0, 1), version=7)


@pytest.mark.parametrize("role", ["seller", "agent", "reader"])
def test_stranger_may_not_do_the_task(crm, make, deal, result, role):
    with pytest.raises(NotAllowed):
        complete(crm, make.user(role), stage_task_of(deal), result, checklist=(0, 1))
    with pytest.raises(NotAllowed):
        send_back(crm, make.user(role), deal, "Meeting", "No")


def test_director_may_do_the_task(crm, make, deal, result):
    complete(crm, make.user("director"), stage_task_of(deal), result, checklist=(0, 1))
    assert Deal.get_by_id(deal.id).place == 1


def test_task_made_by_hand_is_done_without_a_result(crm, make, owner):
    task = Task.create(title="Ask", user=owner, created_at=crm.clock.now(), changed_at=crm.clock.now())
    assert complete(crm, owner, task).state == "done"


def test_holder_of_the_role_takes_the_task(crm, make, owner):
    agents = [make.user("agent", name=name) for name in ("Ana", "Ben")]
    steps = [Step(create_stage(crm, "Call centre"), responsible="role", role=Role.get(Role.key == "agent"))]
    kind = create_deal_type(crm, "Calls", mode="process", stages=steps)
    task = stage_task_of(make.deal(deal_type=kind, owner=owner))
    seen = Task.get_by_id(task.id)
    assert take(crm, agents[0], task).user_id == agents[0].id
    with pytest.raises(Conflict, match="Ana has taken"):
        take(crm, agents[1], seen)
    with pytest.raises(NotAllowed):
        take(crm, owner, seen)


def test_deal_is_sent_back_with_a_note_that_the_next_one_reads(crm, owner, deal, result):
    complete(crm, owner, stage_task_of(deal), result, checklist=(0, 1))
    back = send_back(crm, owner, Deal.get_by_id(deal.id), "Meeting", "Wrong person")
    assert (back.place, stage_task_of(back).instructions) == (0, "Wrong person")


@pytest.mark.parametrize(("stage", "note", "field"), [("Meeting", "Why", "stage"), ("Deposit", " ", "note")])
def test_deal_is_sent_back_to_an_earlier_stage_with_a_reason(crm, owner, deal, stage, note, field):
    with pytest.raises(InvalidInput) as refused:
        send_back(crm, owner, deal, stage, note)
    assert list(refused.value.fields) == [field]


def test_mandatory_stage_is_not_skipped_by_hand(crm, make, owner):
    steps = [
        Step(create_stage(crm, "A")),
        Step(create_stage(crm, "B"), is_mandatory=True),
        Step(create_stage(crm, "C")),
    ]
    deal = make.deal(deal_type=create_deal_type(crm, "By hand", mode=MANUAL, stages=steps), owner=owner)
    for leap in (lambda: deals.move(crm, deal, "C"), lambda: deals.win(crm, deal)):
        with pytest.raises(InvalidInput, match="“B” may not be skipped"):
            leap()
    deals.move(crm, deal, "B")
    deals.move(crm, deal, "A")
    deals.move(crm, deal, "C")
    assert deals.win(crm, deal).state == "won"


def test_schema_without_a_deal_takes_any_contact(deal):
    schema = result_schema(steps_of(deal.deal_type)[0])()
    assert schema.load({"who": 5, "when": "2026-07-01", "agreed": True})["who"] == 5

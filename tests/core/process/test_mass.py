"""Work on many records: handed over evenly, moved and closed; seen before it is done, and taken back as one."""

from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from core.clients.models import Client
from core.deals import demand
from core.deals import services as deals
from core.deals.inspection import find_wrong_deals
from core.deals.models import Deal
from core.errors import InvalidInput, NotAllowed, NotFound
from core.process.mass import jobs
from core.process.mass.giving import CLIENTS, DEALS, TASKS, Wish, plan_giving
from core.process.mass.sharing import share
from core.process.mass.turning import Turn, plan_turning
from core.stages.services import find_stage, usable_reasons
from core.tasks.models import Task
from core.tasks.services import create_task

ALL = frozenset((CLIENTS, DEALS, TASKS))


@pytest.fixture
def director(make):
    return make.user("director")


@pytest.fixture
def leaver(make):
    """Returns a seller with two clients; one has two open deals, a won one and a task, the other is new."""
    seller = make.user(name="Arta")
    regular, fresh = make.client("Kafe Mira", owner=seller, region="North"), make.client("Fresku", owner=seller)
    deals_of = [make.deal(f"Deal {n}", client=regular, owner=seller, potential=Decimal(100)) for n in range(3)]
    deals.win(make.crm, deals_of[2])
    create_task(make.crm, title="Call", user=seller, deal=deals_of[0])
    create_task(make.crm, title="Own", user=seller)
    seller.regular, seller.fresh, seller.deals = regular, fresh, deals_of
    return seller


def owner_of(record):
    return type(record).get_by_id(record.id).owner_id


def run(crm, job):
    crm.jobs.run_waiting()
    done = crm.jobs.get(job.id)
    assert done.state == "done", done.last_error
    return done


@given(weights=st.dictionaries(st.integers(), st.integers(1, 50), max_size=60), people=st.integers(1, 6))
def test_everything_is_given_and_nobody_gets_much_more(weights, people):
    found = share(weights, dict.fromkeys(range(people), 0))
    assert found.keys() == weights.keys()
    loads = [sum(weights[key] for key, person in found.items() if person == one) for one in range(people)]
    assert max(loads) - min(loads) <= max(weights.values(), default=0)


def test_who_has_less_gets_more():
    assert share({"a": 1, "b": 1, "c": 1}, {1: 5, 2: 3}) == {"a": 2, "b": 2, "c": 1}


def test_a_client_goes_with_its_deals_and_tasks_to_one_person(crm, make, director, leaver):
    takers = [make.user(), make.user()]
    plan = plan_giving(crm, director, Wish(leaver.id, tuple(one.id for one in takers), ALL))
    assert [(one.clients, one.deals, one.tasks) for one in plan.shares] == [(1, 2, 1), (1, 0, 1)]
    assert plan.shares[0].potential == Decimal(200)
    job = run(crm, jobs.start_giving(crm, director, plan))
    assert owner_of(leaver.regular) == owner_of(leaver.deals[0]) == owner_of(leaver.deals[1]) == takers[0].id
    assert owner_of(leaver.fresh) == takers[1].id
    assert {one.user_id for one in Task.select()} == {takers[0].id, takers[1].id}
    assert jobs.count_of(job) == 6


def test_closed_deals_keep_their_owner(crm, make, director, leaver):
    plan = plan_giving(crm, director, Wish(leaver.id, (make.user().id,), ALL))
    run(crm, jobs.start_giving(crm, director, plan))
    assert owner_of(leaver.deals[2]) == leaver.id


def test_the_work_is_evened_out_by_what_each_has_to_do(crm, make, director):
    giver, busy, idle = make.user(), make.user(), make.user()
    for owner, count in ((busy, 4), (idle, 0)):
        for _ in range(count):
            make.deal(owner=owner, client=make.client(owner=owner))
    for _ in range(6):
        make.deal(owner=giver, client=make.client(owner=giver))
    for _ in range(10):
        make.client(owner=giver)
    plan = plan_giving(crm, director, Wish(giver.id, (busy.id, idle.id), ALL, is_evening=True))
    assert [(one.deals, one.load_after) for one in plan.shares] == [(1, 5), (5, 5)]
    plan = plan_giving(crm, director, Wish(giver.id, (busy.id, idle.id), ALL))
    assert [(one.clients, one.deals) for one in plan.shares] == [(8, 3), (8, 3)]


@pytest.mark.parametrize(
    ("facts", "clients"),
    [
        ({"kind": "regular"}, ["Kafe Mira"]),
        ({"kind": "new"}, ["Fresku"]),
        ({"conditions": ({"field": "region", "op": "equal", "value": "North"},)}, ["Kafe Mira"]),
        ({"most": 1}, ["Fresku"]),
    ],
)
def test_some_clients_are_chosen_by_kind_region_and_number(crm, make, director, leaver, facts, clients):
    plan = plan_giving(crm, director, Wish(leaver.id, (make.user().id,), ALL, **facts))
    assert [one.name for one in plan.bundles] == clients


def test_a_hand_over_is_taken_back_as_one(crm, make, director, leaver):
    taker = make.user()
    job = run(crm, jobs.start_giving(crm, director, plan_giving(crm, director, Wish(leaver.id, (taker.id,), ALL))))
    undo = run(crm, jobs.start_undo(crm, director, job))
    assert jobs.refused_of(undo) == []
    assert {one.owner_id for one in (*Client.select(), *Deal.select())} == {leaver.id}
    assert {one.user_id for one in Task.select()} == {leaver.id}
    assert find_wrong_deals(crm) == []


def test_what_was_changed_since_stays_and_is_told(crm, make, director, leaver):
    taker, third = make.user(), make.user()
    job = run(crm, jobs.start_giving(crm, director, plan_giving(crm, director, Wish(leaver.id, (taker.id,), ALL))))
    deals.hand_over(crm, Deal.get_by_id(leaver.deals[0].id), third)
    undo = run(crm, jobs.start_undo(crm, director, job))
    assert owner_of(leaver.deals[0]) == third.id
    assert [why for _what, why in jobs.refused_of(undo)] == ["It was changed since."]


def test_a_hand_over_begun_twice_by_a_crash_gives_nothing_twice(crm, make, director, leaver):
    taker, third = make.user(), make.user()
    job = run(crm, jobs.start_giving(crm, director, plan_giving(crm, director, Wish(leaver.id, (taker.id,), ALL))))
    deals.hand_over(crm, Deal.get_by_id(leaver.deals[0].id), third)
    crm.jobs.get(job.id).update(state="waiting").where(jobs.Job.id == job.id).execute()
    run(crm, job)
    assert owner_of(leaver.deals[0]) == third.id


@pytest.mark.parametrize(
    ("change", "sentence"),
    [
        ({"receiver_ids": ()}, "who takes the work over"),
        ({"giver_id": 0}, "whose work"),
        ({"kind": "regular", "conditions": ({"field": "region", "op": "equal", "value": "Moon"},)}, "nothing of this"),
    ],
)
def test_a_wish_that_cannot_be_is_refused(crm, make, director, leaver, change, sentence):
    facts = {"giver_id": leaver.id, "receiver_ids": (make.user().id,), **change}
    with pytest.raises(InvalidInput, match=sentence):
        plan_giving(crm, director, Wish(**facts))


def test_nobody_takes_over_who_does_not_work_here(crm, make, director, leaver):
    gone = make.user(name="Old Hand")
    gone.is_active = False
    gone.save()
    with pytest.raises(InvalidInput, match="Old Hand does not work here"):
        plan_giving(crm, director, Wish(leaver.id, (gone.id,)))


def test_a_seller_hands_nothing_over(crm, make, leaver):
    with pytest.raises(NotAllowed):
        plan_giving(crm, leaver, Wish(leaver.id, (make.user().id,)))


def test_a_head_hands_over_only_what_the_team_has(crm, make, leaver):
    head = make.user("head")
    make.team(head=head)
    with pytest.raises(InvalidInput, match="nothing of this"):
        plan_giving(crm, head, Wish(leaver.id, (make.user().id,), frozenset((CLIENTS, DEALS))))


def test_manual_deals_are_moved_those_that_cannot_are_named(crm, make, director):
    kind = make.deal_type()
    moved, closed, process = (
        make.deal(deal_type=kind),
        make.deal(deal_type=kind),
        make.deal(deal_type=make.deal_type(mode="process")),
    )
    deals.win(crm, closed)
    turn = Turn("move", stage_id=find_stage("Offer").id)
    planned = plan_turning(crm, director, [moved.id, closed.id, process.id], turn)
    assert [one.refusal for one in planned] == [
        "",
        "It is closed already.",
        "It is led by a process: its tasks move it.",
    ]
    job = run(crm, jobs.start_turning(crm, director, [one.id for one in planned], turn))
    assert Deal.get_by_id(moved.id).stage.name == "Offer"
    assert len(jobs.refused_of(job)) == 2


@pytest.mark.parametrize("do", ["move", "win", "lose"])
def test_a_change_of_many_deals_is_taken_back_as_one(crm, make, director, do):
    made = [make.deal() for _ in range(3)]
    turn = Turn(do, find_stage("Offer").id if do == "move" else None, usable_reasons()[0].id if do == "lose" else None)
    job = run(crm, jobs.start_turning(crm, director, [one.id for one in made], turn))
    assert {(one.state, one.place) for one in Deal.select()} == {
        {"move": ("open", 1), "win": ("won", 0), "lose": ("lost", 0)}[do]
    }
    run(crm, jobs.start_undo(crm, director, job))
    assert {(one.state, one.place) for one in Deal.select()} == {("open", 0)}
    assert find_wrong_deals(crm) == []


def test_deals_whose_demand_is_not_answered_are_named_before_they_are_closed(crm, make, director):
    deal_type = make.deal_type()
    deal_type.registers_demand = True
    deal_type.save()
    asked, free = make.deal(deal_type=deal_type, wishes=[demand.Wish("Oven")]), make.deal()
    planned = plan_turning(crm, director, [asked.id, free.id], Turn("win"))
    assert [bool(one.refusal) for one in planned] == [True, False]


def test_a_change_begun_twice_by_a_crash_turns_nothing_twice(crm, make, director):
    made = [make.deal() for _ in range(3)]
    job = run(crm, jobs.start_turning(crm, director, [one.id for one in made], Turn("win")))
    deals.reopen(crm, Deal.get_by_id(made[0].id))
    jobs.Job.update(state="waiting").where(jobs.Job.id == job.id).execute()
    run(crm, job)
    assert [Deal.get_by_id(one.id).state for one in made] == ["open", "won", "won"]


def test_lost_needs_a_reason_and_move_a_stage(crm, make, director):
    deal = make.deal()
    for turn, sentence in ((Turn("lose"), "why the deal was lost"), (Turn("move"), "Choose the stage")):
        with pytest.raises(InvalidInput, match=sentence):
            plan_turning(crm, director, [deal.id], turn)


def test_nobody_else_sees_or_takes_back_the_change(crm, make, director, leaver):
    job = jobs.start_giving(crm, director, plan_giving(crm, director, Wish(leaver.id, (make.user().id,))))
    with pytest.raises(NotFound):
        jobs.get_mass_job(make.user("director"), job.id)

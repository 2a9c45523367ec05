"""Running deals are moved to the published version of their type: row, history, tasks and funnel stay true."""

import threading
from collections import Counter

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from core.deals.columns import columns
from core.deals.inspection import find_wrong_deals
from core.deals.models import Deal, StageVisit
from core.deals.services import hold, lose, move, reopen, win
from core.errors import Conflict, CRMError, InvalidInput
from core.process.inspection import find_deals_out_of_step
from core.process.stage_tasks import stage_task_of
from core.process.version_moves import move_to_version
from core.process.versions import preview_move
from core.stages import services
from core.stages.results import ResultField
from core.stages.services import Step
from core.stages.types import get_type, ladders
from core.store.audit import history

NAMES = ("Look", "Talk", "Offer", "Mend", "Pay", "Thank")


@pytest.fixture
def admin(make):
    return make.user("administrator")


def lead(crm, deal, *stages):
    for stage in stages:
        move(crm, deal, stage, is_task_done=True)
    return deal


def open_funnel(type_id):
    """Returns {stage: (deals, potential)} over all versions of a type."""
    found = Counter()
    for version in services.versions_of(get_type(type_id)):
        for one in columns(version.id, ladders([version.id])[version.id], Deal.deal_type == type_id):
            found[one.name, "count"] += one.count + one.on_hold
            found[one.name, "potential"] += one.potential
    return +found


def faults(crm):
    return find_wrong_deals(crm) + find_deals_out_of_step(crm)


def test_preview_tells_of_each_deal_where_it_goes_and_what_becomes_of_its_task(crm, make, admin):
    made = make.deal_type(mode="process", stages=("Look", "Talk", "Offer"))
    make.deal("Stays", deal_type=made)
    goes = lead(crm, make.deal("Goes", deal_type=made), "Talk")
    asked = Step(services.find_stage("Offer"), result=(ResultField("sum", "Sum", "money"),))
    services.publish(crm, made, ("Look", asked))
    lead(crm, make.deal("Waits", deal_type=made), "Offer")
    preview = preview_move(crm, admin, made)
    assert [(one.stage, one.count, one.is_left, one.task) for one in preview.fates] == [
        ("Look", 1, True, "kept"),
        ("Talk", 1, False, "replaced"),
    ]
    assert preview.fates[1].target_id == services.find_stage("Look").id
    assert [deal.title for deal in preview.fates[1].deals] == ["Goes"]
    assert preview.count == 2
    assert Deal.get_by_id(goes.id).version_id != made.published_version_id


def test_deal_whose_stage_is_left_keeps_it_with_its_task_and_what_was_done_of_it(crm, make):
    made = make.deal_type(mode="process", stages=("Look", "Talk", "Offer"))
    deal = lead(crm, make.deal(deal_type=made), "Talk")
    task, entered_at = stage_task_of(deal), deal.entered_at
    crm.clock.advance(hours=5)
    services.publish(crm, made, ("Talk", "Look", "Offer"))
    assert move_to_version(crm, made).deals == 1
    row = Deal.get_by_id(deal.id)
    assert (row.version_id, row.stage.name, row.place, row.entered_at) == (
        made.published_version_id,
        "Talk",
        0,
        entered_at,
    )
    assert (row.furthest, row.stood_at) == (1, 0b11)
    assert stage_task_of(row).id == task.id
    assert [one.action for one in history("deal", deal.id)][0] == "moved to version"
    assert faults(crm) == []


def test_deal_whose_stage_asks_for_something_else_gets_the_new_task(crm, make):
    made = make.deal_type(mode="process", stages=("Look", "Talk"))
    deal = make.deal(deal_type=made)
    before = stage_task_of(deal)
    services.publish(crm, made, (Step(services.find_stage("Look"), task_title="Look twice"), "Talk"))
    move_to_version(crm, made)
    after = stage_task_of(Deal.get_by_id(deal.id))
    assert (after.title, after.id == before.id) == ("Look twice", False)
    assert faults(crm) == []


def test_deal_whose_stage_is_gone_goes_where_it_was_chosen_and_its_history_says_so(crm, make):
    made = make.deal_type(mode="process", stages=("Look", "Talk", "Offer"))
    deal = lead(crm, make.deal(deal_type=made), "Talk")
    crm.clock.advance(days=1)
    services.publish(crm, made, ("Look", "Offer"))
    talk, offer = services.find_stage("Talk"), services.find_stage("Offer")
    done = move_to_version(crm, made, {talk.id: offer.id})
    assert (done.deals, done.to_other_stage) == (1, 1)
    row = Deal.get_by_id(deal.id)
    assert (row.stage_id, row.place, row.entered_at) == (offer.id, 1, crm.clock.now())
    visits = StageVisit.select().where(StageVisit.deal == deal.id).order_by(StageVisit.id)
    assert [(one.stage.name, one.place, one.outcome) for one in visits] == [
        ("Look", 0, "passed"),
        ("Talk", 1, "passed"),
        ("Offer", 1, ""),
    ]
    assert stage_task_of(row).step.stage_id == offer.id
    assert faults(crm) == []


def test_held_deal_stays_held_and_closed_ones_keep_their_version(crm, make):
    made = make.deal_type(stages=("Look", "Talk", "Offer"))
    held, lost = lead(crm, make.deal(deal_type=made), "Talk"), make.deal(deal_type=made)
    crm.clock.advance(days=1)
    hold(crm, held, crm.today().replace(month=12))
    lose(crm, lost, "Too expensive")
    services.publish(crm, made, ("Look", "Offer"))
    move_to_version(crm, made)
    assert Deal.get_by_id(held.id).is_on_hold
    assert Deal.get_by_id(lost.id).version_id != made.published_version_id
    assert faults(crm) == []


def test_some_deals_move_and_the_others_keep_theirs(crm, make):
    made = make.deal_type(stages=("Look", "Talk"))
    one, other = make.deal(deal_type=made), make.deal(deal_type=made)
    services.publish(crm, made, ("Talk", "Look"))
    assert move_to_version(crm, made, deal_ids=[one.id]).deals == 1
    assert Deal.get_by_id(other.id).version_id != made.published_version_id


def test_preview_of_an_older_version_and_a_wrong_choice_are_refused(crm, make, admin):
    made = make.deal_type(stages=("Look", "Talk"))
    deal = lead(crm, make.deal(deal_type=made), "Talk")
    seen = services.publish(crm, made, ("Look", "Offer")).id
    services.publish(crm, made, ("Look", "Mend"))
    with pytest.raises(Conflict, match="newer version"):
        move_to_version(crm, made, version_id=seen)
    wrong = {services.find_stage("Talk").id: services.find_stage("Offer").id}
    with pytest.raises(InvalidInput, match="Look, Mend"):
        move_to_version(crm, made, wrong)
    assert Deal.get_by_id(deal.id).place == 1


OPERATIONS = st.lists(
    st.tuples(
        st.integers(0, 3),
        st.sampled_from(("move", "win", "lose", "reopen", "hold", "publish", "transfer")),
        st.permutations(NAMES),
        st.integers(1, 6),
    ),
    max_size=14,
)


@settings(max_examples=25, deadline=None, suppress_health_check=list(HealthCheck))
@given(mode=st.sampled_from(("manual", "process")), operations=OPERATIONS)
def test_funnel_and_history_agree_after_any_moves_between_versions(crm, make, mode, operations):
    with crm.database.atomic() as never:
        made = make.deal_type(mode=mode, stages=NAMES)
        ids = [make.deal(deal_type=made).id for _one in range(4)]
        for number, what, order, count in operations:
            crm.clock.advance(minutes=7)
            _act(crm, made, ids[number], what, order[:count])
        assert faults(crm) == []
        never.rollback()


def _act(crm, made, deal_id, what, names):
    deal = Deal.get_by_id(deal_id)
    if what == "publish":
        services.publish(crm, made, names)
        return
    if what == "transfer":
        before, left = open_funnel(made.id), {step.stage.name for step in services.steps_of(made)}
        gone = any(key[0] not in left for key in before)
        move_to_version(crm, made)
        after = open_funnel(made.id)
        assert sum(after.values()) == sum(before.values())
        if not gone:
            assert after == before
        return
    acts = {
        "move": lambda: move(crm, deal, names[0], is_task_done=True),
        "win": lambda: win(crm, deal, is_task_done=True),
        "lose": lambda: lose(crm, deal, "Too expensive"),
        "reopen": lambda: reopen(crm, deal),
        "hold": lambda: hold(crm, deal, crm.today().replace(year=2027)),
    }
    try:
        with crm.work():
            acts[what]()
    except CRMError:
        pass  # what a deal can't do in its state it refuses, and stays as it was


def test_publishing_and_moving_all_while_deals_move_ends_right(crm, make):
    made = make.deal_type(mode="process", stages=("Look", "Talk", "Offer"))
    ids = [make.deal(deal_type=made).id for _one in range(12)]
    failures, begun = [], threading.Barrier(2)

    def sell():
        with crm.database.connection_context(), crm.acting(None, "test"):
            begun.wait()
            for deal_id in ids * 2:
                try:
                    deal = Deal.get_by_id(deal_id)
                    steps = ladders([deal.version_id])[deal.version_id]
                    move(crm, deal, steps[min(deal.place + 1, len(steps) - 1)].stage_id, is_task_done=True)
                except Conflict:
                    continue
                except CRMError as error:
                    failures.append(str(error))

    def publish():
        with crm.database.connection_context(), crm.acting(None, "test"):
            begun.wait()
            for names in (("Look", "Offer", "Mend"), ("Talk", "Look", "Mend", "Offer")):
                deal_type = get_type(made.id)
                services.publish(crm, deal_type, names)
                move_to_version(crm, deal_type)

    threads = [threading.Thread(target=one) for one in (sell, publish)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert failures == []
    assert faults(crm) == []
    assert {deal.version_id for deal in Deal} == {get_type(made.id).published_version_id}

"""Evidence: proposed once, shown on the task, accepted by a click or by rule; what it tells becomes the result."""

from datetime import timedelta
from io import BytesIO

import pytest

from core.deals.models import Deal
from core.errors import Conflict, CRMError, NotAllowed
from core.interactions.files import store_file
from core.interactions.services import hold, log_interaction
from core.process.models import Evidence
from core.process.services import (
    accept_evidence,
    evidence_of,
    evidence_of_deal,
    kinds_of_evidence,
    propose_evidence,
    reject_evidence,
    stage_task_of,
)
from core.stages.results import ResultField
from core.stages.services import Step, create_deal_type, create_stage
from core.tasks.models import Task


@pytest.fixture
def owner(make):
    return make.user("seller")


@pytest.fixture
def deal_with(crm, make, owner):
    """Returns a factory of deals whose first stage has these fields and takes these kinds of evidence."""

    def made(fields=(), *, is_automatic=False, kind="test.paid", checklist=()):
        number = Deal.select().count()
        evidence = ({"kind": kind, "is_automatic": is_automatic},)
        first = Step(create_stage(crm, f"First {number}"), result=fields, evidence=evidence, checklist=checklist)
        steps = [first, Step(create_stage(crm, f"Last {number}"))]
        deal_type = create_deal_type(crm, f"Sale {number}", mode="process", stages=steps)
        return make.deal(deal_type=deal_type, owner=owner, client=make.client(owner=owner))

    return made


def propose(crm, deal, **values):
    facts = {"plugin": "test", "kind": "test.paid", "key": f"test.{deal.id}", "title": "Payment of 90"}
    return propose_evidence(crm, deal, **{**facts, **values})


MONEY = ResultField("sum", "Sum", "money")


def place_of(deal):
    return Deal.get_by_id(deal.id).place


def test_proposal_is_shown_on_the_task_and_changes_nothing_yet(crm, deal_with):
    deal = deal_with((MONEY,))
    made = propose(crm, deal, result={"sum": "90"}, url="https://bank.example/7")
    assert [one.id for one in evidence_of(stage_task_of(deal))] == [made.id]
    assert evidence_of_deal(deal)[0].result == {"sum": "90"}
    assert (made.state, place_of(deal)) == ("proposed", 0)


def test_proposal_of_the_same_key_is_the_same(crm, deal_with):
    deal = deal_with()
    assert propose(crm, deal).id == propose(crm, deal, title="Again").id
    assert Evidence.select().count() == 1


def test_kind_that_the_stage_does_not_list_is_ignored(crm, deal_with, make):
    assert propose(crm, deal_with(), kind="test.other") is None
    assert propose(crm, make.deal()) is None


def test_accepted_evidence_that_says_all_does_the_task(crm, owner, deal_with):
    deal = deal_with((MONEY,))
    accepted = accept_evidence(crm, owner, propose(crm, deal, result={"money": 90}))
    assert (accepted.state, accepted.user_id, place_of(deal)) == ("accepted", owner.id, 1)
    assert Task.get_by_id(accepted.task_id).result == {"sum": "90"}


def test_accepted_evidence_that_says_a_part_fills_it_in(crm, owner, deal_with):
    deal = deal_with((MONEY, ResultField("who", "Who")))
    accept_evidence(crm, owner, propose(crm, deal, result={"sum": 90, "nonsense": 1}))
    assert (stage_task_of(deal).result, place_of(deal)) == ({"sum": "90"}, 0)


def test_automatic_evidence_does_the_task_in_the_same_transaction(crm, deal_with):
    deal = deal_with((MONEY,), is_automatic=True)
    with pytest.raises(CRMError, match="later"), crm.work():
        propose(crm, deal, result={"sum": 90})
        assert place_of(deal) == 1
        raise CRMError("later")
    assert place_of(deal) == 0
    assert propose(crm, deal, result={"sum": 90}).state == "accepted"
    assert place_of(deal) == 1


def test_automatic_evidence_waits_for_what_is_missing(crm, deal_with):
    deal = deal_with((MONEY,), is_automatic=True, checklist=("Called",))
    assert propose(crm, deal, result={"sum": 90}).state == "proposed"
    assert place_of(deal) == 0


def test_rejected_evidence_is_decided(crm, owner, deal_with):
    made = propose(crm, deal_with())
    seen = Evidence.get_by_id(made.id)
    assert reject_evidence(crm, owner, made).state == "rejected"
    with pytest.raises(Conflict, match="decided"):
        accept_evidence(crm, owner, seen)


def test_stranger_decides_nothing(crm, make, deal_with):
    made = propose(crm, deal_with())
    for decide in (accept_evidence, reject_evidence):
        with pytest.raises(NotAllowed):
            decide(crm, make.user("seller"), made)


def test_meeting_that_was_held_is_evidence(crm, owner, deal_with):
    deal = deal_with((ResultField("when", "When", "date"),), kind="meeting_held", is_automatic=True)
    plan = log_interaction(
        crm, deal.client, kind="meeting", deal_id=deal.id, at=crm.clock.now() + timedelta(days=1), is_planned=True
    )
    assert place_of(deal) == 0
    hold(crm, plan)
    assert place_of(deal) == 1
    assert Evidence.get().entity_id == plan.id


def test_file_on_the_deal_is_evidence(crm, owner, deal_with):
    deal = deal_with((ResultField("offer", "Offer", "file"),), kind="file_added")
    stored = store_file(crm, owner, "deal", deal.id, "offer.pdf", BytesIO(b"%PDF-1.7"))
    store_file(crm, owner, "client", deal.client_id, "logo.pdf", BytesIO(b"%PDF-1.7"))
    (made,) = evidence_of(stage_task_of(deal))
    assert (made.title, made.result) == ("offer.pdf", {"offer": stored.id})


def test_core_names_its_kinds(crm):
    assert {"meeting_held", "file_added"} <= set(kinds_of_evidence(crm))

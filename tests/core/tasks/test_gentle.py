"""A deal that a person opens without an interaction asks for it later."""

import pytest

from core.deals.services import delete_deal, lose, win
from core.interactions.services import hold, log_interaction, make_deal
from core.stages.models import LossReason
from core.tasks.models import Task


@pytest.fixture
def seller(make):
    return make.user("seller")


@pytest.fixture
def opened(crm, make, seller):
    """Returns a deal that the seller has opened on a page a while ago."""
    with crm.acting(seller.id, "web"):
        deal = make.deal(owner=seller)
    crm.clock.advance(minutes=5)
    return deal


def asked() -> list[tuple[str, str]]:
    return list(Task.select(Task.kind, Task.state).where(Task.kind == "interaction").tuples())


def test_a_person_is_asked_by_the_next_working_day(opened, seller):
    task = Task.get()
    assert (task.kind, task.state, task.user, task.deal) == ("interaction", "open", seller, opened)
    # Opened on a Monday; work ends at 18:00 in Tirana.
    assert task.due_at.isoformat() == "2026-06-16T16:00:00+00:00"


@pytest.mark.parametrize("source", ["system", "import:1", "cli"])
def test_programs_are_not_asked(crm, make, seller, source):
    with crm.acting(seller.id, source):
        make.deal(owner=seller)
    assert asked() == []


def test_the_company_may_do_without(crm, make, seller):
    crm.settings.save("company", {"asks_how_deals_began": False})
    with crm.acting(seller.id, "api"):
        make.deal(owner=seller)
    assert asked() == []


def test_an_interaction_answers(crm, opened, seller):
    with crm.acting(seller.id, "web"):
        log_interaction(crm, opened.client, kind="call", deal_id=opened.id)
    task = Task.get()
    assert (task.state, task.done_by_id, task.done_at) == ("done", seller.id, crm.clock.now())


def test_an_interaction_of_the_client_alone_does_not_answer(crm, opened):
    log_interaction(crm, opened.client, kind="call")
    assert asked() == [("interaction", "open")]


def test_a_planned_interaction_answers_when_it_took_place(crm, opened):
    planned = log_interaction(crm, opened.client, kind="meeting", deal_id=opened.id, is_planned=True)
    assert asked() == [("interaction", "open")]
    hold(crm, planned)
    assert asked() == [("interaction", "done")]


def test_a_deal_made_from_an_interaction_is_never_asked(crm, make, seller):
    call = log_interaction(crm, make.client(owner=seller), kind="call", subject="They want a price")
    with crm.acting(seller.id, "web"):
        make_deal(crm, call, deal_type=make.deal_type(), owner=seller)
    assert asked() == []


@pytest.mark.parametrize("close", [win, delete_deal, lambda crm, deal: lose(crm, deal, LossReason.get(), "Too dear")])
def test_a_closed_deal_is_not_asked_any_more(crm, opened, close):
    close(crm, opened)
    assert asked() == [("interaction", "cancelled")]


def test_a_refused_interaction_leaves_the_question(crm, opened, monkeypatch):
    monkeypatch.setattr("core.tasks.rows.save", lambda *_arguments: 1 / 0)
    with pytest.raises(Exception, match="core could not take part"):
        log_interaction(crm, opened.client, kind="call", deal_id=opened.id)
    assert asked() == [("interaction", "open")]
    assert list(opened.interaction_set) == []

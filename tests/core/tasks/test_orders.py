"""Orders with control: reported by who does them, accepted or sent back by who gave them."""

import pytest

from core.errors import Conflict, InvalidInput, NotAllowed
from core.interactions.models import Comment
from core.store.audit import history
from core.tasks.models import Task
from core.tasks.orders import accept, report, send_back
from core.tasks.services import complete, create_task


@pytest.fixture
def people(make):
    return make.user("seller", name="Ana Author"), make.user("seller", name="Dan Doer")


@pytest.fixture
def order(crm, people):
    author, doer = people
    return create_task(crm, title="Find the plans", user=doer, author=author, is_controlled=True)


def test_order_is_reported_and_accepted(crm, order, people):
    author, doer = people
    with crm.acting(doer.id, "web"):
        report(crm, order, "They are in the folder")
    assert (order.state, order.result, order.done_at) == ("reported", {"note": "They are in the folder"}, None)
    with crm.acting(author.id, "web"):
        accept(crm, author, order)
    kept = Task.get_by_id(order.id)
    assert (kept.state, kept.done_at, kept.done_by_id) == ("done", crm.clock.now(), doer.id)
    assert [one.action for one in history("task", order.id)] == ["accepted", "reported", "created"]


def test_order_that_was_sent_back_is_open_with_what_was_said(crm, order, people):
    author, doer = people
    report(crm, order, "Done")
    send_back(crm, author, order, "The second floor is missing")
    kept = Task.get_by_id(order.id)
    assert (kept.state, kept.user_id, kept.result["sent_back"]) == ("open", doer.id, "The second floor is missing")
    assert Comment.get().body == "The second floor is missing"
    report(crm, order, "Now with the second floor")
    assert Task.get_by_id(order.id).result == {"note": "Now with the second floor"}
    assert [one.action for one in history("task", order.id)] == ["reported", "sent back", "reported", "created"]


def test_order_marked_as_done_by_its_doer_waits_for_the_author(crm, order, people):
    with crm.acting(people[1].id, "web"):
        complete(crm, order)
    assert order.state == "reported"


def test_author_who_does_an_order_has_accepted_it(crm, order, people):
    with crm.acting(people[0].id, "web"):
        complete(crm, order)
    assert order.state == "done"


def test_only_the_author_decides_or_who_may_hand_over(crm, make, order, people):
    report(crm, order, "Done")
    with pytest.raises(NotAllowed, match="Only who gave the task"):
        accept(crm, people[1], order)
    with pytest.raises(NotAllowed, match="Only who gave the task"):
        send_back(crm, people[1], order, "No")
    accept(crm, make.user("director"), order)
    assert Task.get_by_id(order.id).state == "done"


def test_what_was_not_reported_is_not_accepted(crm, order, people):
    with pytest.raises(InvalidInput, match="“Open”"):
        accept(crm, people[0], order)
    with pytest.raises(InvalidInput, match="“Open”"):
        send_back(crm, people[0], order, "No")


def test_report_and_sending_back_say_something(crm, order, people):
    with pytest.raises(InvalidInput, match="what came of it"):
        report(crm, order, " ")
    report(crm, order, "Done")
    with pytest.raises(InvalidInput, match="what is missing"):
        send_back(crm, people[0], order, " ")


def test_task_without_control_is_not_reported(crm, people):
    task = create_task(crm, title="Call", user=people[1], author=people[0])
    with pytest.raises(InvalidInput, match="Nobody waits for a report"):
        report(crm, task, "Done")


def test_task_for_oneself_needs_no_control(crm, people):
    task = create_task(crm, title="Call", user=people[0], author=people[0], is_controlled=True)
    assert not task.is_controlled


def test_acceptance_of_a_stale_report_is_refused(crm, order, people):
    report(crm, order, "Done")
    with pytest.raises(Conflict, match="meanwhile"):
        accept(crm, people[0], order, version=1)

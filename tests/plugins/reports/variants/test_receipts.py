"""What becomes of the letters of a schedule after they were handed over, and how its owner hears of it."""

import pytest

from core.api import ProviderError, User, report_state
from core.tasks.models import Task
from core.tasks.services import visible_tasks
from plugins.reports.variants import states
from plugins.reports.variants.models import Letter, Sending
from tests.plugins.reports.variants.mailing import run, send_now


def told(crm, address, state, reason="", *, by_own_number=False):
    """Lets the network tell what became of a letter, by its number or by ours."""
    letter = Letter.get(Letter.address == address)
    if by_own_number:
        report_state(crm, "letters", "", state, reason=reason, message_id=-letter.id)
    else:
        report_state(crm, "letters", f"ref--{letter.id}", state, reason=reason)
    run(crm)
    return Letter.get_by_id(letter.id)


@pytest.mark.parametrize("by_own_number", [False, True])
def test_a_receipt_brings_a_letter_on(crm, schedule, letters, by_own_number):
    send_now(crm, schedule)
    assert told(crm, "ana@example.com", "delivered", by_own_number=by_own_number).state == "delivered"
    assert told(crm, "ana@example.com", "sent", by_own_number=by_own_number).state == "delivered"
    assert Letter.get(Letter.address == "ben@example.com").state == "sent"


def test_a_receipt_that_is_quicker_than_the_networks_answer_is_taken_too(crm, schedule, letters):
    take = letters.send

    def send(crm, outgoing):
        for one in outgoing:
            report_state(crm, "letters", f"ref-{one.id}", "delivered")
        return take(crm, outgoing)

    letters.join(crm, send=send)
    send_now(crm, schedule)
    run(crm)
    assert {one.state for one in Letter.select()} == {"delivered"}


def test_a_letter_that_came_back_makes_a_failure_of_what_was_sent(crm, web, director, schedule, letters):
    made = send_now(crm, schedule)
    told(crm, "ana@example.com", "delivered")
    told(crm, "ben@example.com", "bounced", "No such mailbox")
    made = Sending.get_by_id(made.id)
    assert (made.state, made.note) == (states.FAILED, "ben@example.com: No such mailbox")
    page = web.sign_in(director).text(f"/reports/saved/schedules/{schedule.id}")
    assert [word in page for word in ("Delivered", "Came back", "No such mailbox")] == [True] * 3
    told(crm, "ben@example.com", "delivered")
    assert Sending.get_by_id(made.id).state == states.SENT


def test_its_owner_is_told_once_that_a_report_did_not_reach_everybody(crm, director, schedule, letters):
    letters.says = ProviderError("No such server.", retryable=False)
    for _time in range(3):
        send_now(crm, schedule)
    (task,) = visible_tasks(director).where(Task.user == director.id)
    assert ("Managers" in task.title, "ana@example.com: No such server." in task.instructions) == (True, True)
    letters.says = "sent"
    send_now(crm, schedule)
    letters.says = ProviderError("No such server.", retryable=False)
    send_now(crm, schedule)
    assert visible_tasks(director).where(Task.user == director.id).count() == 2


def test_an_owner_who_was_dismissed_gets_no_task(crm, director, schedule, letters):
    User.update(is_active=False).where(User.id == director.id).execute()
    send_now(crm, schedule)
    assert Task.select().where(Task.user == director.id).count() == 0


def test_what_a_schedule_sent_is_shown_by_few_questions(crm, web, director, schedule, letters, queries):
    for _time in range(5):
        send_now(crm, schedule)
    web.sign_in(director).text(f"/reports/saved/schedules/{schedule.id}")
    with queries.at_most(14):
        web.text(f"/reports/saved/schedules/{schedule.id}")

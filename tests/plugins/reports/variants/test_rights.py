"""Rights are asked again at the moment of handing over, and files never outlive their rows."""

import pytest

from core.api import InvalidInput, NotFound, ProviderError, User
from core.jobs import Job
from plugins.reports.models import Variant
from plugins.reports.variants import making, schedules, sending, states
from plugins.reports.variants.models import Letter, Schedule, Sending
from tests.plugins.reports.variants.mailing import MONDAY, run, send_now

DOWN = ProviderError("It is down.", retryable=True)


@pytest.fixture
def seller(make):
    seller = make.user("head", name="Sava", team=make.team("North"))
    User.update(email="sava@example.com").where(User.id == seller.id).execute()
    return seller


@pytest.fixture
def both(crm, director, variant, seller):
    """Returns a schedule to a colleague and to an address outside."""
    facts = {**MONDAY, "users": [seller.id], "recipients": "ana@example.com", "variant": variant.id}
    return schedules.save_schedule(crm, director, facts)


def after_a_failure(crm, schedule, letters, change):
    """Lets a network fail, changes something, and lets the network work again; returns what came of the sending."""
    letters.says = DOWN
    made = send_now(crm, schedule)
    change()
    letters.says = "sent"
    crm.clock.advance(minutes=1)
    run(crm)
    return Sending.get_or_none(Sending.id == made.id)


def dismiss(user):
    User.update(is_active=False).where(User.id == user.id).execute()


def give_role(user, other):
    User.update(role=other.role, team=other.team_id).where(User.id == user.id).execute()


def test_who_was_dismissed_since_gets_no_letter(crm, both, letters, seller):
    made = after_a_failure(crm, both, letters, lambda: dismiss(seller))
    assert [one.address for one in letters.sent] == ["ana@example.com"]
    assert (made.state, "Sava: may not see reports" in made.note) == (states.FAILED, True)


def test_who_is_no_recipient_any_more_gets_no_letter(crm, both, letters):
    change = Schedule.update(recipients=[])
    made = after_a_failure(crm, both, letters, change.execute)
    assert [one.address for one in letters.sent] == ["sava@example.com"]
    assert "ana@example.com: no recipient any more" in made.note


def test_an_owner_who_lost_the_right_since_sends_nothing_more(crm, make, director, both, letters):
    made = after_a_failure(crm, both, letters, lambda: dismiss(director))
    assert letters.sent == []
    assert (made.state, "sent to nobody" in made.note) == (states.REFUSED, True)


def test_what_went_before_the_right_was_lost_is_not_called_sent_to_nobody(crm, director, both, letters):
    take = letters.send

    def send(crm, outgoing):
        answers = take(crm, outgoing)
        dismiss(director)
        return answers

    letters.join(crm, send=send)
    made = send_now(crm, both)
    assert [one.address for one in letters.sent] == ["sava@example.com"]
    assert made.state == states.FAILED
    assert ("sent to nobody" in made.note, "ana@example.com: Dita may not" in made.note) == (False, True)


def test_what_went_before_the_channel_was_switched_off_is_not_called_kept(crm, both, letters):
    take = letters.send

    def send(crm, outgoing):
        letters.says = DOWN if letters.sent else "sent"
        return take(crm, outgoing)

    letters.join(crm, send=send)
    made = send_now(crm, both)
    del crm.channels[letters.key]
    crm.clock.advance(minutes=1)
    run(crm)
    made = Sending.get_by_id(made.id)
    assert (made.state, "ana@example.com: No channel" in made.note) == (states.FAILED, True)
    assert {one.state for one in schedules.letters_of([made])[made.id]} == {states.SENT, states.FAILED}


def test_who_sees_less_since_gets_the_report_made_anew(crm, make, both, letters, seller, base):
    letters.says = DOWN
    send_now(crm, both)
    before = Letter.get(Letter.user == seller.id).body
    give_role(seller, make.user("seller"))
    letters.says = "sent"
    crm.clock.advance(minutes=1)
    run(crm)
    sent = next(one for one in letters.sent if one.address == "sava@example.com")
    assert sent.body != before
    assert letters.files[sent.id] == []


def test_an_owner_who_sees_less_since_has_the_report_for_addresses_outside_made_anew(
    crm, make, director, both, letters, base
):
    letters.says = DOWN
    made = send_now(crm, both)
    before, size = Letter.get(Letter.address == "ana@example.com").body, made.size
    give_role(director, make.user("head", team=make.team("South")))
    letters.says = "sent"
    crm.clock.advance(minutes=1)
    run(crm)
    sent = next(one for one in letters.sent if one.address == "ana@example.com")
    made = Sending.get_by_id(made.id)
    assert (sent.body != before, made.size != size, made.state) == (True, True, states.SENT)


def test_a_schedule_that_is_deleted_while_it_is_made_leaves_no_file(crm, both, letters, monkeypatch):
    write = making.write

    def delete_and_write(document, form):
        if found := Schedule.get_or_none():
            schedules.delete_schedule(crm, found)
        return write(document, form)

    monkeypatch.setattr(making, "write", delete_and_write)
    send_now_gone(crm, both)
    assert (list((crm.config.files / "reports").glob("*")), Letter.select().count(), letters.sent) == ([], 0, [])


def test_a_schedule_that_is_deleted_while_a_letter_is_made_leaves_no_file(crm, both, letters, monkeypatch):
    write, made = making.write, []

    def delete_and_write(document, form):
        made.append(form)
        if len(made) == 2:
            schedules.delete_schedule(crm, Schedule.get())
        return write(document, form)

    monkeypatch.setattr(making, "write", delete_and_write)
    send_now_gone(crm, both)
    assert (len(made), list((crm.config.files / "reports").glob("*")), letters.sent) == (2, [], [])


def send_now_gone(crm, schedule):
    sending.start(crm, schedule)
    crm.jobs.run_waiting()
    assert (Sending.select().count(), Job.select().where(Job.state != "done").count()) == (0, 0)


def test_files_stay_when_what_would_have_deleted_them_is_rolled_back(crm, director, schedule):
    made = send_now(crm, schedule)
    with pytest.raises(ZeroDivisionError), crm.work():
        schedules.delete_schedule(crm, Schedule.get())
        raise ZeroDivisionError
    assert schedules.file_of(crm, director, made.id)[1].is_file()


def test_a_sending_whose_job_is_no_more_ends_and_says_who_got_nothing(crm, both, letters):
    letters.says = DOWN
    made = send_now(crm, both)
    Letter.update(state=states.HANDING).where(Letter.address == "ana@example.com").execute()
    Job.delete().where(Job.id == made.job_id).execute()
    crm.clock.advance(minutes=1)
    run(crm)
    made = Sending.get_by_id(made.id)
    assert (made.state, letters.sent) == (states.FAILED, [])
    assert {one.address: one.state for one in Letter.select()} == {
        "sava@example.com": states.FAILED,
        "ana@example.com": states.UNCERTAIN,
    }


def test_the_settings_that_are_shared_no_more_are_sent_to_nobody(crm, make, letters, variant):
    variant.is_shared = True
    variant.save()
    other = make.user("director", name="Olta")
    schedules.save_schedule(crm, other, {**MONDAY, "variant": variant.id})
    Variant.update(is_shared=False).execute()
    crm.clock.advance(days=7)
    (made,) = run(crm)
    assert (made.state, "Olta" in made.note, letters.sent) == (states.REFUSED, True, [])


@pytest.fixture
def lost(crm, make, variant):
    """Returns a schedule over settings that its owner sees no more."""
    variant.is_shared = True
    variant.save()
    owner = make.user("director", name="Olta")
    kept = schedules.save_schedule(crm, owner, {**MONDAY, "variant": variant.id})
    Variant.update(is_shared=False).execute()
    return schedules.get_schedule(owner, kept.id)


def test_a_schedule_over_settings_that_are_shared_no_more_is_stopped(crm, lost):
    facts = schedules.facts_of(lost)
    with pytest.raises(InvalidInput, match="“Managers” are not shared with Olta any more"):
        schedules.save_schedule(crm, lost.owner, facts, lost)
    stopped = schedules.save_schedule(crm, lost.owner, {**facts, "is_active": False}, lost)
    assert not Schedule.get_by_id(stopped.id).is_active


def test_the_page_of_such_a_schedule_says_so_and_stops_it(crm, web, lost):
    place = f"/reports/saved/schedules/{lost.id}"
    web.sign_in(lost.owner)
    assert "are not shared with Olta any more" in web.text(place)
    assert "are not shared with Olta any more" in web.text("/reports/saved/schedules")
    form = {"every": "week", "weekday": "0", "month_day": "1", "at_hour": "8", "form": "pdf"}
    web.post(place, form)
    assert not Schedule.get().is_active
    web.post(f"{place}/delete")
    assert Schedule.select().count() == 0


def test_one_schedule_is_loaded_by_few_questions(crm, director, variant, schedule, queries):
    for _time in range(5):
        schedules.save_schedule(crm, director, {**MONDAY, "variant": variant.id})
    with queries.at_most(2):
        assert schedules.get_schedule(director, schedule.id).id == schedule.id


def test_who_was_taken_off_the_list_fetches_nothing_either(crm, both, letters, seller):
    made = after_a_failure(crm, both, letters, Schedule.update(users=[]).execute)
    assert schedules.letters_to(seller) == []
    with pytest.raises(NotFound):
        schedules.file_of(crm, seller, made.id)

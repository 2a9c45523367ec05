"""Schedules: what is sent when, by whose rights, and what comes of it without a channel."""

from dataclasses import replace
from datetime import timedelta

import pytest

from core.api import InvalidInput, NotAllowed, NotFound, ProviderError, Sent, User
from core.tasks.models import Task
from core.tasks.services import visible_tasks
from plugins.reports.variants import schedules, sending, states
from plugins.reports.variants.keeping import delete_variant
from plugins.reports.variants.models import Letter, Schedule, Sending
from tests.plugins.reports.variants.mailing import MONDAY, run, send_now


def test_it_is_sent_on_monday_and_not_before(crm, schedule, letters):
    assert run(crm) == []
    crm.clock.advance(days=7)
    (made,) = run(crm)
    assert made.state == states.SENT
    assert [one.address for one in letters.sent] == ["ana@example.com", "ben@example.com"]
    ((name, content),) = letters.files[letters.sent[0].id]
    assert (name.startswith("managers-"), name.endswith(".xlsx"), content[:2]) == (True, True, b"PK")


def test_what_was_missed_is_sent_once(crm, schedule, letters):
    crm.clock.advance(days=70)
    assert len(run(crm)) == 1
    assert run(crm) == run(crm)
    assert Schedule.get().next_at > crm.clock.now()


def test_without_a_channel_the_file_is_kept_for_its_owner(crm, director, schedule):
    crm.clock.advance(days=7)
    (made,) = run(crm)
    assert (made.state, "No channel" in made.note) == (states.WAITS, True)
    _name, path = schedules.file_of(crm, director, made.id)
    assert path.read_bytes()[:2] == b"PK"


@pytest.mark.parametrize(
    ("limit", "words"), [({"most_bytes": 10}, "does not take so much"), ({"file_types": ("application/pdf",)}, "PDF")]
)
def test_a_file_that_the_channel_does_not_carry_is_kept_and_that_is_said(
    crm, director, schedule, letters, limit, words
):
    letters.join(crm, **limit)
    crm.clock.advance(days=7)
    (made,) = run(crm)
    assert (words in made.note, "kept here" in made.note, letters.sent) == (True, True, [])
    _name, path = schedules.file_of(crm, director, made.id)
    assert path.read_bytes()[:2] == b"PK"


def test_nobody_else_fetches_what_was_made_with_its_owners_rights(crm, make, schedule):
    crm.clock.advance(days=7)
    (made,) = run(crm)
    with pytest.raises(NotFound):
        schedules.file_of(crm, make.user("director"), made.id)
    with pytest.raises(NotAllowed):
        schedules.file_of(crm, make.user("seller"), made.id)


@pytest.mark.parametrize("loss", ["right", "job"])
def test_whose_owner_lost_the_right_is_sent_to_nobody_and_that_is_said(crm, make, director, schedule, letters, loss):
    if loss == "job":
        director.is_active = False
    else:
        director.role = make.user("seller").role
    director.save()
    crm.clock.advance(days=7)
    (made,) = run(crm)
    assert (made.state, letters.sent) == (states.REFUSED, [])
    assert "Dita may not" in made.note


@pytest.mark.parametrize(
    ("says", "note"),
    [
        (ProviderError("No.", retryable=False), "ana@example.com: No.; ben@example.com: No."),
        ("failed", "ana@example.com: full; ben@example.com: full"),
    ],
)
def test_a_network_that_refuses_is_said_and_the_file_stays(crm, director, schedule, letters, says, note):
    letters.says = says
    crm.clock.advance(days=7)
    (made,) = run(crm)
    assert (made.state, made.note) == (states.FAILED, note)
    assert schedules.file_of(crm, director, made.id)[1].is_file()


def test_settings_that_can_not_be_used_any_more_fail_with_their_sentence(crm, schedule, variant):
    variant.settings = [["by", "gone"]]
    variant.save()
    crm.clock.advance(days=7)
    (made,) = run(crm)
    assert (made.state, "gone" in made.note) == (states.FAILED, True)


def test_what_is_too_long_for_paper_fails_with_its_sentence(crm, schedule, monkeypatch):
    monkeypatch.setattr("plugins.reports.output.pdf.MOST_CELLS", -1)
    Schedule.update(form="pdf").execute()
    crm.clock.advance(days=7)
    (made,) = run(crm)
    assert (made.state, "take the Excel form" in made.note) == (states.FAILED, True)


def test_only_the_last_files_are_kept(crm, schedule):
    made = [send_now(crm, schedule) for _time in range(sending.KEPT + 2)]
    left = {sending.id for sending in schedules.sendings_of(schedule)}
    assert left == {sending.id for sending in made[2:]}
    assert len(list((crm.config.files / "reports").iterdir())) == sending.KEPT


@pytest.mark.parametrize(
    ("change", "field"),
    [
        ({"recipients": "ana"}, "recipients"),
        ({"every": "month", "on_day": 0}, "on_day"),
        ({"every": "hour"}, "every"),
    ],
)
def test_what_makes_no_schedule_is_refused(crm, director, variant, change, field):
    with pytest.raises(InvalidInput) as refused:
        schedules.save_schedule(crm, director, {**MONDAY, **change, "variant": variant.id})
    assert field in refused.value.fields


def test_who_may_not_take_reports_away_has_none_sent(crm, make, variant):
    with pytest.raises(NotAllowed):
        schedules.save_schedule(crm, make.user("seller"), {**MONDAY, "variant": variant.id})


def test_a_schedule_is_made_sent_and_deleted_on_its_pages(crm, web, director, variant):
    web.sign_in(director)
    form = {"every": "day", "weekday": "0", "month_day": "1", "at_hour": "7", "form": "xlsx", "is_active": "yes"}
    web.post(f"/reports/saved/{variant.id}/schedule", {**form, "recipients": "ana@example.com"})
    schedule = Schedule.get()
    assert schedule.next_at - crm.clock.now() < timedelta(days=1)
    web.post(f"/reports/saved/schedules/{schedule.id}/send")
    assert "Being made" in web.text(f"/reports/saved/schedules/{schedule.id}/sendings")
    crm.jobs.run_waiting()
    assert "Kept" in web.text(f"/reports/saved/schedules/{schedule.id}")
    assert "every day at 07:00" in web.text("/reports/saved/schedules")
    with web.get(f"/reports/saved/sendings/{Sending.get().id}") as answer:
        assert answer.get_data()[:2] == b"PK"
    web.post(f"/reports/saved/schedules/{schedule.id}/delete")
    assert Schedule.select().count() == Sending.select().count() == 0
    assert not list((crm.config.files / "reports").iterdir())


def test_nobody_sends_elsewhere_what_was_made_with_its_owners_rights(crm, make, schedule, variant, letters):
    variant.is_shared = True
    variant.save()
    head = make.user("head")
    found = schedules.get_schedule(head, schedule.id)
    with pytest.raises(NotAllowed, match="Dita"):
        schedules.save_schedule(crm, head, {**MONDAY, "recipients": "head@example.com", "variant": variant.id}, found)
    assert Schedule.get().recipients == ["ana@example.com", "ben@example.com"]


def test_each_letter_has_a_number_of_its_own(crm, schedule, letters):
    crm.clock.advance(days=7)
    run(crm)
    assert len({letter.id for letter in letters.sent}) == len(letters.sent) == 2


def test_what_made_no_file_pushes_none_out(crm, director, schedule):
    first = send_now(crm, schedule)
    director.is_active = False
    director.save()
    for _time in range(sending.KEPT + 1):
        send_now(crm, schedule)
    assert first in schedules.sendings_of(schedule)


def test_files_go_with_deleted_settings(crm, director, schedule, variant):
    send_now(crm, schedule)
    delete_variant(crm, director, variant.id)
    assert list((crm.config.files / "reports").iterdir()) == []


def test_a_network_that_is_down_is_tried_again_and_each_gets_one_letter(crm, schedule, letters):
    letters.says = ProviderError("It is down.", retryable=True)
    crm.clock.advance(days=7)
    (made,) = run(crm)
    assert (made.state, sending.delays_of([made])) == (states.MAKING, {made.id: "It is down."})
    letters.says = "sent"
    crm.clock.advance(minutes=1)
    for _time in range(2):
        (made,) = run(crm)
    assert (made.state, len(letters.sent), len({one.id for one in letters.sent})) == (states.SENT, 2, 2)


def test_only_the_letters_that_the_network_did_not_take_are_tried_again(crm, schedule, letters):
    take = letters.send
    full = lambda _crm, out: [Sent(one.id, "queued", reason="Full.") for one in out]  # noqa: E731 - read in one place
    letters.join(crm, send=lambda crm, out: (full if letters.sent else take)(crm, out))
    send_now(crm, schedule)
    letters.join(crm)
    crm.clock.advance(minutes=1)
    run(crm)
    assert [one.address for one in letters.sent] == ["ana@example.com", "ben@example.com"]


def test_a_letter_whose_worker_died_is_not_sent_again(crm, schedule, letters):
    made = sending.start(crm, schedule)
    letters.says = ProviderError("It is down.", retryable=True)
    crm.jobs.run_waiting()
    Letter.update(state=states.HANDING).where(Letter.address == "ana@example.com").execute()
    letters.says = "sent"
    crm.clock.advance(minutes=1)
    run(crm)
    assert [one.address for one in letters.sent] == ["ben@example.com"]
    assert "ana@example.com: The worker ended" in Sending.get_by_id(made.id).note


def test_a_failure_that_nobody_foresaw_is_seen_and_ends_as_failed(crm, schedule, letters):
    letters.says = RuntimeError("A bug.")
    crm.clock.advance(days=7)
    (made,) = run(crm)
    assert (made.state, sending.delays_of([made])) == (states.MAKING, {made.id: "A bug."})
    for _time in range(sending.ATTEMPTS):
        crm.clock.advance(hours=1)
        (made,) = run(crm)
    assert (made.state, letters.sent) == (states.FAILED, [])


def test_a_report_that_breaks_leaves_its_failure(crm, schedule, variant):
    Schedule.update(form="docx").execute()
    crm.clock.advance(days=7)
    (made,) = run(crm)
    assert (made.state, "docx" in made.note) == (states.FAILED, True)


def test_administrators_are_told_once_that_it_is_sent_to_nobody(crm, make, director, schedule, letters):
    boss = make.user("administrator")
    director.is_active = False
    director.save()
    for _week in range(3):
        crm.clock.advance(days=7)
        run(crm)
    (task,) = visible_tasks(boss).where(Task.user == boss.id)
    assert ("Managers" in task.title, "Dita may not" in task.instructions) == (True, True)


def test_colleagues_and_teams_get_what_each_may_see(crm, make, director, variant, letters, base):
    team = make.team("North")
    seller, other = make.user("seller", team=team), make.user("director", name="Other")
    User.update(email="seller@example.com", language="ru").where(User.id == seller.id).execute()
    User.update(email="other@example.com").where(User.id == other.id).execute()
    schedule = schedules.save_schedule(
        crm, director, {**MONDAY, "variant": variant.id, "users": [other.id], "teams": [team.id],
                        "recipients": "Other@example.com, out@example.com"},
    )  # fmt: skip
    made = send_now(crm, schedule)
    bodies = {one.address: (one.body, bool(letters.files[one.id])) for one in letters.sent}
    assert (made.state, set(bodies)) == (
        states.SENT,
        {"seller@example.com", "other@example.com", "out@example.com"},
    )
    assert [bodies[f"{name}@example.com"][1] for name in ("seller", "other", "out")] == [False, True, True]
    assert bodies["seller@example.com"][0] != bodies["other@example.com"][0]
    assert schedules.file_of(crm, other, made.id)[1].is_file()


def test_a_user_who_lost_the_right_to_reports_gets_nothing(crm, make, director, variant, letters):
    gone = make.user("director")
    schedule = schedules.save_schedule(
        crm, director, {**MONDAY, "variant": variant.id, "users": [gone.id], "recipients": ""}
    )
    User.update(is_active=False).where(User.id == gone.id).execute()
    assert (send_now(crm, schedule).state, letters.sent) == (states.WAITS, [])


def test_a_letter_says_what_is_in_it_and_where_it_is_in_the_crm(crm, schedule, letters, base, monkeypatch):
    monkeypatch.setattr(crm, "config", replace(crm.config, base_url="https://crm.example.com/"))
    send_now(crm, schedule)
    body = letters.sent[0].body
    assert "https://crm.example.com/reports/managers?period=this_year" in body
    assert "Dita has this sent every Monday at 08:00." in body


def test_a_report_for_a_team_is_made_one_reader_at_a_time_behind_other_jobs(crm, make, director, variant, letters):
    users = [make.user("director").id for _time in range(2)]
    schedule = schedules.save_schedule(crm, director, {**MONDAY, "variant": variant.id, "users": users})
    sending.start(crm, schedule)
    crm.jobs.run(crm.jobs.claim())
    crm.jobs.enqueue(sending.LOOK_KIND, {})
    done = []
    while job := crm.jobs.claim():
        done.append(job.kind)
        crm.jobs.run(job)
    assert done == [sending.SEND_KIND, sending.LOOK_KIND, sending.SEND_KIND]
    assert "no e-mail address" in Sending.get().note


def test_schedule_is_stopped_though_a_recipient_is_no_more(crm, make, director, variant):
    gone = make.user("head")
    kept = schedules.save_schedule(crm, director, {**MONDAY, "variant": variant.id, "users": [gone.id]})
    User.update(is_active=False).where(User.id == gone.id).execute()
    stopped = schedules.save_schedule(crm, director, {**schedules.facts_of(kept), "is_active": False}, kept)
    assert (stopped.is_active, stopped.users) == (False, [gone.id])


def test_dismissed_user_is_no_new_recipient(crm, make, director, variant):
    gone = make.user("head")
    User.update(is_active=False).where(User.id == gone.id).execute()
    with pytest.raises(InvalidInput):
        schedules.save_schedule(crm, director, {**MONDAY, "variant": variant.id, "users": [gone.id]})


def test_what_is_being_made_is_not_started_twice(crm, web, director, schedule):
    web.sign_in(director)
    for _click in range(2):
        web.post(f"/reports/saved/schedules/{schedule.id}/send")
    assert Sending.select().count() == 1
    crm.jobs.run_waiting()
    web.post(f"/reports/saved/schedules/{schedule.id}/send")
    assert Sending.select().count() == 2


def test_an_address_that_is_typed_twice_gets_one_letter(crm, director, variant):
    kept = schedules.save_schedule(crm, director, {**MONDAY, "recipients": "Ana@x.al ana@x.al", "variant": variant.id})
    assert kept.recipients == ["Ana@x.al"]

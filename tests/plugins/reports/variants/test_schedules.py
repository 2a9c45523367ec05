"""Schedules: what is sent when, by whose rights, and what comes of it without a channel."""

from datetime import timedelta

import pytest

from core.api import InvalidInput, NotAllowed, NotFound, ProviderError, Sent
from core.testing import FakeChannel
from plugins.reports.variants import schedules
from plugins.reports.variants.keeping import delete_variant, save_variant
from plugins.reports.variants.models import Schedule, Sending

MONDAY = {"every": "week", "on_day": 0, "at_hour": 8, "form": "xlsx", "recipients": "ana@example.com, ben@example.com"}


@pytest.fixture
def director(make):
    return make.user("director", name="Dita")


@pytest.fixture
def variant(crm, director):
    return save_variant(crm, director, "managers", "Managers", [("period", "this_year")])


@pytest.fixture
def schedule(crm, director, variant):
    return schedules.save_schedule(crm, director, {**MONDAY, "variant": variant.id})


@pytest.fixture
def letters(crm):
    """Returns a channel of letters that carries files."""

    class Letters(FakeChannel):
        key = "letters"

        def send(self, crm, outgoing):
            if isinstance(self.says, Exception):
                raise self.says
            self.sent += outgoing
            return [Sent(one.id, self.says, reason="full" if self.says == "failed" else "") for one in outgoing]

    fake = Letters()
    crm.channels[fake.key] = fake.contribution(address_kind="email", carries_files=True)
    return fake


def run(crm):
    schedules.send_due(crm, {}, None)
    return list(Sending.select().order_by(Sending.id))


def test_it_is_sent_on_monday_and_not_before(crm, schedule, letters):
    assert run(crm) == []
    crm.clock.advance(days=7)
    (sending,) = run(crm)
    assert sending.state == schedules.SENT
    assert [one.address for one in letters.sent] == ["ana@example.com", "ben@example.com"]
    (file,) = letters.sent[0].extra["files"]
    assert file["name"].startswith("managers-")
    assert file["name"].endswith(".xlsx")


def test_what_was_missed_is_sent_once(crm, schedule, letters):
    crm.clock.advance(days=70)
    assert len(run(crm)) == 1
    assert run(crm) == run(crm)
    assert Schedule.get().next_at > crm.clock.now()


def test_without_a_channel_the_file_is_kept_for_its_owner(crm, director, schedule):
    crm.clock.advance(days=7)
    (sending,) = run(crm)
    assert (sending.state, "No channel" in sending.note) == (schedules.WAITS, True)
    _sending, path = schedules.file_of(crm, director, sending.id)
    assert path.read_bytes()[:2] == b"PK"


def test_nobody_else_fetches_what_was_made_with_its_owners_rights(crm, make, schedule):
    crm.clock.advance(days=7)
    (sending,) = run(crm)
    with pytest.raises(NotFound):
        schedules.file_of(crm, make.user("director"), sending.id)
    with pytest.raises(NotAllowed):
        schedules.file_of(crm, make.user("seller"), sending.id)


@pytest.mark.parametrize("loss", ["right", "job"])
def test_whose_owner_lost_the_right_is_sent_to_nobody_and_that_is_said(crm, make, director, schedule, letters, loss):
    if loss == "job":
        director.is_active = False
    else:
        director.role = make.user("seller").role
    director.save()
    crm.clock.advance(days=7)
    (sending,) = run(crm)
    assert (sending.state, letters.sent) == (schedules.REFUSED, [])
    assert "Dita may not" in sending.note


@pytest.mark.parametrize(
    ("says", "note"),
    [
        (ProviderError("It is down.", retryable=True), "It is down."),
        ("failed", "ana@example.com: full; ben@example.com: full"),
    ],
)
def test_a_network_that_refuses_is_said_and_the_file_stays(crm, director, schedule, letters, says, note):
    letters.says = says
    crm.clock.advance(days=7)
    (sending,) = run(crm)
    assert (sending.state, sending.note) == (schedules.FAILED, note)
    assert schedules.file_of(crm, director, sending.id)[1].is_file()


def test_settings_that_can_not_be_used_any_more_fail_with_their_sentence(crm, schedule, variant):
    variant.settings = [["by", "gone"]]
    variant.save()
    crm.clock.advance(days=7)
    (sending,) = run(crm)
    assert (sending.state, "gone" in sending.note) == (schedules.FAILED, True)


def test_only_the_last_files_are_kept(crm, schedule):
    made = [schedules.send_now(crm, schedule) for _time in range(schedules.KEPT + 2)]
    left = {sending.id for sending in schedules.sendings_of(schedule)}
    assert left == {sending.id for sending in made[2:]}
    assert len(list((crm.config.files / "reports").iterdir())) == schedules.KEPT


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
    assert "kept" in web.text(f"/reports/saved/schedules/{schedule.id}")
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
    first = schedules.send_now(crm, schedule)
    director.is_active = False
    director.save()
    for _time in range(schedules.KEPT + 1):
        schedules.send_now(crm, Schedule.get_by_id(schedule.id))
    assert first in schedules.sendings_of(schedule)


def test_files_go_with_deleted_settings(crm, director, schedule, variant):
    schedules.send_now(crm, schedule)
    delete_variant(crm, director, variant.id)
    assert list((crm.config.files / "reports").iterdir()) == []

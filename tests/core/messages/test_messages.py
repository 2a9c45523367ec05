"""Messages: written first, sent once, told about in any order; consent counts at the moment of sending."""

import itertools

import pytest
from hypothesis import given
from hypothesis import strategies as st

from core.clients.consent import is_allowed, record_consent
from core.errors import InvalidInput, NotFound, ProviderError
from core.interactions.models import Interaction
from core.messages.incoming import receive_message
from core.messages.models import Message, MessageEvent, Receipt
from core.messages.receipts import report_state
from core.messages.sending import LONGEST_WAIT, LOOK_AGAIN, MOST_ATTEMPTS, SHIFT, send_queued
from core.messages.standing import stuck
from core.messages.states import TOLD, is_news
from core.messages.writing import cancel_message, queue_message
from core.tasks.models import Task

from .conftest import PHONE


@pytest.fixture
def client(make):
    return make.client("Kafe Mira", owner=make.user(), phones=[PHONE])


@pytest.fixture
def write(crm, client, channel):
    def queue(body="Hello", **facts):
        return queue_message(crm, "fake", client=client, address=PHONE, body=body, **facts)

    return queue


def now(message):
    return Message.get_by_id(message.id)


def states(message):
    return [one.state for one in MessageEvent.select().where(MessageEvent.message == message).order_by(MessageEvent.id)]


def test_a_message_is_a_row_and_an_entry_before_it_is_sent(write, channel, client):
    message = write()
    assert (message.state, channel.sent) == ("queued", [])
    entry = Interaction.get()
    assert (entry.client_id, entry.direction, entry.body, message.interaction_id) == (
        client.id,
        "out",
        "Hello",
        entry.id,
    )


def test_the_queue_is_sent_in_order_and_each_once(crm, write, channel):
    made = [write(str(n)) for n in range(5)]
    crm.jobs.run_waiting()
    assert [one.body for one in channel.sent] == list("01234")
    assert {now(one).state for one in made} == {"sent"}
    crm.clock.advance(minutes=1)
    crm.jobs.schedule()
    crm.jobs.run_waiting()
    assert len(channel.sent) == 5


def test_every_state_is_kept_with_its_time(crm, write):
    message = write()
    crm.jobs.run_waiting()
    report_state(crm, "fake", f"ref-{message.id}", "delivered")
    assert states(message) == ["queued", "sending", "sent", "delivered"]


def test_consent_counts_at_the_moment_of_sending(crm, write, channel, client):
    message = write()
    record_consent(crm, client, "sms", is_given=False)
    crm.jobs.run_waiting()
    assert (now(message).state, now(message).reason, channel.sent) == ("refused", "Consent was refused.", [])


def test_to_who_refused_nothing_is_written(crm, write, client):
    record_consent(crm, client, "sms", is_given=False)
    with pytest.raises(InvalidInput, match="Kafe Mira does not want this"):
        write()
    assert Message.select().count() == Interaction.select().count() == 0


@pytest.mark.parametrize(
    ("facts", "sentence"), [({"body": "  "}, "Write something"), ({"body": "x" * 10_001}, "too long")]
)
def test_what_cannot_be_sent_is_refused(write, facts, sentence):
    with pytest.raises(InvalidInput, match=sentence):
        write(**facts)


def test_a_channel_that_is_not_there_is_named(crm, client):
    with pytest.raises(NotFound, match="no channel “pigeon”; there are: none"):
        queue_message(crm, "pigeon", client=client, address=PHONE, body="Coo")


def test_a_cause_told_twice_writes_once(write):
    assert write(dedupe_key="reminder:7").id == write(dedupe_key="reminder:7").id
    assert Interaction.select().count() == 1


def test_a_planned_message_waits_for_its_time_and_holds_nothing_up(crm, write, channel):
    write("later", send_after=crm.clock.now().replace(hour=18))
    write("now")
    crm.jobs.run_waiting()
    assert [one.body for one in channel.sent] == ["now"]
    crm.clock.advance(hours=7)
    crm.jobs.schedule()
    crm.jobs.run_waiting()
    assert [one.body for one in channel.sent] == ["now", "later"]


def test_what_a_dead_worker_left_half_way_is_uncertain_and_not_sent_again(crm, write, channel):
    left, waiting = write("left"), write("waiting")
    Message.update(state="sending").where(Message.id == left.id).execute()
    crm.jobs.run_waiting()
    assert (now(left).state, now(waiting).state) == ("uncertain", "sent")
    assert [one.body for one in channel.sent] == ["waiting"]


def test_who_handed_it_over_knows_better_than_one_who_took_the_job_for_dead(crm, write, channel):
    """After a leap of the clock another worker takes the job up while the first is still sending."""
    message = write()

    def send(_crm, outgoing):
        send_queued(crm, {"channel": "fake"}, None)
        assert now(message).state == "uncertain"
        return channel.send(crm, outgoing)

    crm.channels["fake"] = channel.contribution(send=send)
    send_queued(crm, {"channel": "fake"}, None)
    assert (now(message).state, len(channel.sent)) == ("sent", 1)


def test_while_a_channel_is_not_ready_its_messages_wait(crm, write, channel):
    message = write()
    crm.channels["fake"] = channel.contribution(readiness=lambda _crm: "No gateway is set up yet.")
    crm.jobs.run_waiting()
    assert (now(message).state, now(message).attempts) == ("queued", 0)
    crm.channels["fake"] = channel.contribution()
    crm.jobs.enqueue("core.wake_channels", {})
    crm.jobs.run_waiting()
    assert now(message).state == "sent"


def test_a_worker_that_dies_at_any_point_sends_nobody_twice(crm, write, channel, monkeypatch):
    made = [write(str(n)) for n in range(6)]
    commits = itertools.count(1)
    for deadly in range(1, 9):
        monkeypatch.setattr(channel, "send", dying(channel, lambda deadly=deadly: next(commits) % 3 == deadly % 3))
        crm.channels["fake"] = channel.contribution()
        try:
            send_queued(crm, {"channel": "fake"}, None)
        except KeyboardInterrupt:
            continue
    bodies = [one.body for one in channel.sent]
    assert len(bodies) == len(set(bodies))
    assert {now(one).state for one in made} <= {"sent", "uncertain", "queued"}
    assert {one.body for one in Message.select().where(Message.state == "sent")} <= set(bodies)


def dying(channel, is_now):
    """Returns a send that dies before or after the network took the message."""

    def send(crm, outgoing):
        if is_now():
            raise KeyboardInterrupt
        answer = type(channel).send(channel, crm, outgoing)
        if is_now():
            raise KeyboardInterrupt
        return answer

    return send


def test_a_network_that_is_down_is_asked_again_later(crm, write, channel):
    message = write()
    channel.says = ProviderError("The gateway does not answer.", retryable=True)
    crm.jobs.run_waiting()
    assert (now(message).state, now(message).reason) == ("queued", "The gateway does not answer.")
    channel.says = "sent"
    crm.clock.advance(minutes=5)
    crm.jobs.schedule()
    crm.jobs.run_waiting()
    assert now(message).state == "sent"


def test_a_message_that_never_goes_fails_in_the_end(crm, write, channel):
    message = write()
    channel.says = ProviderError("The gateway does not answer.", retryable=True)
    for _ in range(MOST_ATTEMPTS):
        crm.jobs.run_waiting()
        crm.clock.advance(hours=1)
        crm.jobs.schedule()
    assert now(message).state == "failed"


@pytest.fixture
def closed(crm, channel):
    """Returns the addresses to which nothing can go for now."""
    addresses = {PHONE}
    crm.channels["fake"] = channel.contribution(
        waits_for=lambda _crm, to: "The line is closed." if to in addresses else ""
    )
    return addresses


def again(crm, **later):
    crm.clock.advance(**later)
    crm.jobs.schedule()
    crm.jobs.run_waiting()


def test_a_message_whose_way_is_closed_waits_says_for_what_and_goes_when_it_opens(crm, write, channel, closed):
    message = write()
    crm.jobs.run_waiting()
    for _hour in range(MOST_ATTEMPTS + 1):
        again(crm, hours=1)
    assert (now(message).state, now(message).reason, now(message).attempts) == ("queued", "The line is closed.", 0)
    assert (states(message), stuck("fake")) == (["queued", "queued"], (1, "The line is closed."))
    closed.clear()
    again(crm, seconds=LOOK_AGAIN.total_seconds())
    assert (now(message).state, now(message).reason, stuck("fake")) == ("sent", "", (0, ""))


def test_a_message_whose_way_stays_closed_fails_with_the_reason(crm, write, channel, closed):
    message = write()
    crm.jobs.run_waiting()
    again(crm, seconds=LONGEST_WAIT.total_seconds())
    assert (now(message).state, now(message).reason, channel.sent) == ("failed", "The line is closed.", [])


def test_a_long_queue_leaves_the_worker_to_others_now_and_then(crm, write, channel):
    made = [write(str(n)) for n in range(5)]
    send = channel.send

    def slow(crm, outgoing):
        crm.clock.advance(seconds=SHIFT.total_seconds() / 2)
        return send(crm, outgoing)

    crm.channels["fake"] = channel.contribution(send=slow)
    crm.jobs.run_waiting()
    assert [now(one).state for one in made] == ["sent", "sent", "queued", "queued", "queued"]
    again(crm, seconds=10)
    assert [now(one).state for one in made] == ["sent"] * 4 + ["queued"]


def test_a_refusal_for_good_fails_at_once_and_the_next_is_sent(crm, write, channel):
    bad = write("bad")
    channel.says = ProviderError("No such number.", retryable=False)
    crm.jobs.run_waiting()
    channel.says = "sent"
    good = write("good")
    crm.jobs.run_waiting()
    assert (now(bad).state, now(bad).reason, now(good).state) == ("failed", "No such number.", "sent")


def test_a_receipt_that_came_before_the_answer_is_not_lost(crm, write):
    message = write()
    report_state(crm, "fake", f"ref-{message.id}", "delivered")
    crm.jobs.run_waiting()
    assert now(message).state == "delivered"
    assert Receipt.select().count() == 0


def test_a_receipt_resolves_what_was_uncertain(crm, write, channel):
    message = write()
    channel.says = "uncertain"
    crm.jobs.run_waiting()
    assert now(message).state == "uncertain"
    report_state(crm, "fake", f"ref-{message.id}", "delivered")
    assert now(message).state == "delivered"


@given(st.lists(st.sampled_from(TOLD), max_size=8))
def test_receipts_in_any_order_end_at_what_tells_most(told):
    def end(receipts):
        state = "sending"
        for one in receipts:
            state = one if is_news(state, one) else state
        return state

    lost = {"bounced", "failed"}
    assert end(told) == end(reversed(told)) or {end(told), end(reversed(told))} == lost


def test_a_message_is_cancelled_only_while_it_waits(crm, write, channel):
    message = write(send_after=crm.clock.now().replace(hour=20))
    assert cancel_message(crm, message).state == "cancelled"
    sent = write()
    crm.jobs.run_waiting()
    with pytest.raises(InvalidInput, match="on its way"):
        cancel_message(crm, sent)


def test_an_answer_comes_to_the_client_the_deal_and_the_owner(crm, make, client, write):
    deal = make.deal(client=client, owner=client.owner)
    asked = write("Shall we meet?", deal=deal)
    crm.jobs.run_waiting()
    came = receive_message(crm, "fake", address=PHONE, body="Yes", provider_ref="in-1")
    assert (came.client_id, came.deal_id, now(asked).state) == (client.id, deal.id, "answered")
    task = Task.get(Task.kind == "answer")
    assert (task.title, task.user_id, task.deal_id) == ("Answer Kafe Mira", client.owner_id, deal.id)
    assert Interaction.select().where(Interaction.direction == "in").count() == 1


def test_a_message_told_twice_by_the_network_is_one(crm, client, channel):
    first = receive_message(crm, "fake", address=PHONE, body="Yes", provider_ref="in-1")
    assert receive_message(crm, "fake", address=PHONE, body="Yes", provider_ref="in-1").id == first.id
    assert Task.select().where(Task.kind == "answer").count() == 1


def test_several_messages_of_a_client_ask_once(crm, client, channel):
    for number in range(3):
        receive_message(crm, "fake", address=PHONE, body="Hello?", provider_ref=str(number))
    assert Task.select().where(Task.kind == "answer").count() == 1


def test_stop_withdraws_consent_and_asks_nobody(crm, client, channel):
    receive_message(crm, "fake", address=PHONE, body=" stop ", provider_ref="in-1")
    assert not is_allowed(client, "sms")
    assert Task.select().count() == 0


def test_a_stranger_is_kept_without_a_client(crm, channel):
    came = receive_message(crm, "fake", address="+355699999999", body="Who are you?")
    assert (came.client_id, came.state) == (None, "received")

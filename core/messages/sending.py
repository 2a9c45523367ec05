"""Hands queued messages over to their channel, exactly once as far as the network lets us know.

A message is marked *sending* and that is committed before it is handed over. If the worker dies between, nobody can
tell whether the network took it: it becomes *uncertain* and is not sent again by itself. Each commit settles what was
just handed over and takes the next, so one death leaves at most one batch uncertain.
"""

import logging
from collections.abc import Sequence
from datetime import timedelta
from typing import Any

from core.clients.consent import is_allowed
from core.clients.models import Client
from core.errors import ProviderError
from core.hooks.channels import Channel, Outgoing, Sent
from core.hooks.contributions import JobKind
from core.i18n import _
from core.messages.attachments import gone, has_lost_files
from core.messages.models import Message, MessageEvent, Receipt
from core.messages.receipts import take_receipt, take_turns
from core.messages.states import FAILED, QUEUED, REFUSED, SENDING, SENT, UNCERTAIN
from core.messages.writing import SEND, channel_of, wake
from core.runtime import CRM
from core.store.plainly import add_row, change_row, read_row

MOST_ATTEMPTS = 8
BACK_OFF = timedelta(seconds=30)
# A message whose way is closed is looked at so often; after so long it would only surprise its client.
LOOK_AGAIN = timedelta(minutes=1)
LONGEST_WAIT = timedelta(days=3)
# After so long a job gives its worker to others; a long queue is gone on with when `wake_due` comes by.
SHIFT = timedelta(minutes=10)
log = logging.getLogger("hinka.messages")


def send_queued(crm: CRM, args: dict[str, Any], progress: Any) -> None:
    """Sends what is due in one channel's queue, in order, until it is empty or the shift is over."""
    channel = channel_of(crm, args["channel"])
    ends_at = crm.clock.now() + SHIFT
    with crm.work():
        _doubt_orphans(crm, channel)
    if channel.readiness is not None and channel.readiness(crm):
        return  # what waits goes on waiting, for a gateway that is switched on again or set up
    settled: Sequence[Sent] = ()
    while True:
        with crm.work():
            for sent in settled:
                _settle(crm, channel, sent)
            taken = _take(crm, channel) if crm.clock.now() < ends_at else []
        if not taken:
            return
        try:
            settled = channel.send(crm, [_outgoing(one) for one in taken])
        except ProviderError as error:
            with crm.work():
                for message in taken:
                    _put_back(crm, message, error)
            log.warning("channel failed", extra={"channel": channel.key, "retryable": error.retryable})
            if error.retryable:
                return  # what is due is tried again when `wake_due` comes by: nobody hammers a network that is down
            settled = ()


def wake_due(crm: CRM, _args: dict[str, Any], _progress: Any) -> None:
    """Wakes the channels in whose queue something is due: planned messages, and one queued as a job was ending."""
    due = (Message.state == QUEUED) & (Message.send_after <= crm.clock.now())
    with crm.work():
        for (key,) in Message.select(Message.channel).where(due).distinct().tuples():
            if key in crm.channels:
                wake(crm, crm.channels[key])


def _take(crm: CRM, channel: Channel) -> list[Message]:
    """Returns the next batch, marked as being sent; what may not be sent any more is refused on the way."""
    now = crm.clock.now()
    due = (Message.channel == channel.key) & (Message.state == QUEUED) & (Message.send_after <= now)
    query = Message.select(Message, Client).join(Client).where(due).order_by(Message.send_after, Message.id)
    while True:
        found = list(query.limit(channel.batch))
        free = [one for one in found if _is_free(crm, channel, one)]
        if free or not found:
            break
    for message in free:
        _set(crm, message, SENDING)
    return free


def _is_free(crm: CRM, channel: Channel, message: Message) -> bool:
    return not (_refused(crm, channel, message) or _put_off(crm, channel, message) or _held(crm, channel, message))


def _refused(crm: CRM, channel: Channel, message: Message) -> bool:
    """Tells whether the message may not be sent, and says so: consent counts at the moment of sending."""
    reason = ""
    if message.client.deleted_at is not None:
        reason = _("The client was deleted.")
    elif channel.consent and not is_allowed(message.client_id, channel.consent):
        reason = _("Consent was refused.")
    elif message.file_ids and has_lost_files(crm, message):
        reason = gone()
    if reason:
        _set(crm, message, REFUSED, reason)
    return bool(reason)


def _put_off(crm: CRM, channel: Channel, message: Message) -> bool:
    """Tells whether the message waits for a better hour of its client, and notes for which."""
    later = channel.not_before(crm, message.client) if channel.not_before is not None else None
    if later is None or later <= crm.clock.now():
        return False
    message.send_after = later
    message.save(only=[Message.send_after])
    return True


def _held(crm: CRM, channel: Channel, message: Message) -> bool:
    """Tells whether the message waits for its way to be opened, says for what, and lets it fail after LONGEST_WAIT.

    No try is counted: nothing was asked to take it.
    """
    reason = str(channel.waits_for(crm, message.address)) if channel.waits_for is not None else ""
    if not reason:
        return False
    now = crm.clock.now()
    if message.reason == reason and now - message.changed_at >= LONGEST_WAIT:
        _set(crm, message, FAILED, reason)
        return True
    message.send_after = now + LOOK_AGAIN
    if message.reason == reason:
        message.save(only=[Message.send_after])
    else:
        _set(crm, message, QUEUED, reason)
    return True


def _outgoing(message: Message) -> Outgoing:
    return Outgoing(message.id, message.address, message.body, message.subject, message.extra, tuple(message.file_ids))


def _put_back(crm: CRM, message: Message, error: ProviderError) -> None:
    """Nothing was handed over: the message waits again, longer each time, or has failed."""
    message.attempts += 1
    if not error.retryable or message.attempts >= MOST_ATTEMPTS:
        _set(crm, message, FAILED, error.message)
        return
    message.send_after = crm.clock.now() + BACK_OFF * message.attempts
    _set(crm, message, QUEUED, error.message)


def _settle(crm: CRM, channel: Channel, sent: Sent) -> None:
    if sent.provider_ref:
        take_turns(crm, channel.key)  # before the row is locked: whoever brings a receipt locks in this order too
    message = read_row(Message, sent.id, is_locked=True)
    message.provider, message.provider_ref = sent.provider, sent.provider_ref
    if sent.parts:
        message.parts = sent.parts
    if sent.state == QUEUED:
        _put_back(crm, message, ProviderError(sent.reason, retryable=True))
        return
    if sent.state == SENT:
        message.sent_at = crm.clock.now()
    # Whoever handed it over knows better than one who took the job for dead, as after a leap of the clock.
    if message.state in (SENDING, UNCERTAIN):
        _set(crm, message, sent.state, sent.reason)
    else:
        change_row(message)  # a receipt was quicker, and tells more
    if sent.provider_ref:
        early = Receipt.select().where(
            Receipt.channel == channel.key, Receipt.provider == sent.provider, Receipt.provider_ref == sent.provider_ref
        )
        for receipt in list(early.order_by(Receipt.id)):
            take_receipt(crm, message, receipt.state, receipt.at, receipt.reason)
            receipt.delete_instance()


def _doubt_orphans(crm: CRM, channel: Channel) -> None:
    """Marks what a dead worker left half way: only one job of a channel runs at a time, so nobody else is sending."""
    left = Message.select().where(Message.channel == channel.key, Message.state == SENDING)
    for message in list(left):
        _set(crm, message, UNCERTAIN, _("The worker ended while this was being handed over."))


def _set(crm: CRM, message: Message, state: str, reason: str = "") -> None:
    message.state, message.reason, message.changed_at = state, str(reason), crm.clock.now()
    change_row(message)
    add_row(MessageEvent(message=message.id, state=state, at=message.changed_at, reason=message.reason))
    crm.changed("message", message.id, state)


JOBS = (
    JobKind(SEND, send_queued),
    JobKind("core.wake_channels", wake_due, every=timedelta(seconds=10)),
)

"""Gives a message that did not arrive another try; an uncertain one only to whoever knows what that means."""

from core.errors import InvalidInput
from core.i18n import _
from core.messages.models import Message, MessageEvent
from core.messages.states import BOUNCED, FAILED, QUEUED, REFUSED, UNCERTAIN
from core.messages.writing import channel_of, wake
from core.runtime import CRM

RETRIED = (FAILED, BOUNCED, REFUSED)


def send_again(crm: CRM, message: Message, *, is_sure: bool = False) -> Message:
    """Puts a message back into the queue and returns it; what it lacks, such as consent, is asked when it is sent.

    An uncertain one may have arrived, so the client may get it twice: only with `is_sure`. Raises InvalidInput for a
    message of another state.
    """
    taken = (*RETRIED, UNCERTAIN) if is_sure else RETRIED
    now = crm.clock.now()
    channel = channel_of(crm, message.channel)
    with crm.work():
        # The network's old number goes: a receipt of the try before would be taken for one of this.
        fresh = {"state": QUEUED, "reason": "", "attempts": 0, "provider_ref": "", "send_after": now, "changed_at": now}
        here = (Message.id == message.id) & (Message.direction == "out") & Message.state.in_(taken)
        if not Message.update(**fresh).where(here).execute():
            raise InvalidInput(_refusal(message))
        MessageEvent.create(message=message.id, state=QUEUED, at=now)
        crm.changed("message", message.id, QUEUED)
        wake(crm, channel)
    return Message.get_by_id(message.id)


def _refusal(message: Message) -> str:
    if message.state == UNCERTAIN:
        return _("This message may have arrived. Say that you are sure, to send it again.")
    return _("Only a message that did not arrive can be sent again.")

"""SMPP 3.4: messages are submitted over a line that is kept open for a while, and their parts answered in any order.

What was submitted and not answered before the line broke is uncertain; what was not submitted yet waits. Throttled
parts (0x58, 0x14) are submitted again, slower. Of a long message that was taken in part only the rest is submitted the
next time: its parts bear the same header, so a phone joins them. Receipts and incoming messages come over the
listener's line.
"""

import time
from collections.abc import Sequence

from core.api import CRM, Outgoing, Sent, gettext
from plugins.sms.pace import pace_of
from plugins.sms.providers.facts import Gateway
from plugins.sms.providers.smpp_kept_lines import kept_line
from plugins.sms.providers.smpp_line import Line, Lost
from plugins.sms.providers.smpp_message import REFUSED, WAITING, Part, SplitMessage
from plugins.sms.tracking import note_parts, taken_before

MOST_WAITS = 30
WAIT_S = 1.0
ANSWER_S = 20.0
WINDOW = 50


def send(crm: CRM, gateway: Gateway, outgoing: Sequence[Outgoing]) -> list[Sent]:
    """Returns what the gateway said to each message; raises ProviderError when nothing was handed over."""
    messages = [SplitMessage(gateway, one) for one in outgoing]
    long = {message.one.id: message for message in messages if message.count > 1}
    for message_id, taken in taken_before(crm, gateway, list(long)).items():
        long[message_id].leave_out(taken)
    with kept_line(crm, gateway) as line:
        try:
            Submission(gateway, line, messages).run()
        except Lost:
            line.close()
    note_parts(crm, gateway, [message.taken for message in messages if message.taken.refs])
    return [message.sent(gateway) for message in messages]


class Submission:
    """Messages that go over one line, so many parts at a time; their parts say what became of them."""

    def __init__(self, gateway: Gateway, line: Line, messages: Sequence[SplitMessage]) -> None:
        self.line = line
        self.pace = pace_of(gateway.id, gateway.per_second)
        self.queue = [(message, part) for message in messages for part in message.missing]
        self.open: dict[int, tuple[SplitMessage, Part]] = {}
        self.until = time.monotonic() + ANSWER_S
        self.is_too_much = False

    def run(self) -> None:
        """Submits all and takes the answers; raises Lost when the line breaks or the gateway is silent for too long."""
        while self.queue or self.open:
            if self._has_room():
                self._submit(*self.queue.pop(0))
            if self.open:
                self._hear(0.0 if self._has_room() else self.until - time.monotonic())

    def _has_room(self) -> bool:
        return bool(self.queue) and len(self.open) < WINDOW

    def _submit(self, message: SplitMessage, part: Part) -> None:
        if message.is_refused:
            part.state = REFUSED
            return
        self.pace.wait()
        self.until = time.monotonic() + ANSWER_S
        number = self.line.submit(
            message.one.address, message.sender, part.octets, coding=message.coding, mode=message.mode
        )
        part.state = WAITING
        self.open[number] = (message, part)

    def _hear(self, wait_s: float) -> None:
        if wait_s < 0:
            raise Lost(gettext("The gateway does not answer."))
        for answer in self.line.answers(wait_s):
            if answer.sequence in self.open:
                message, part = self.open.pop(answer.sequence)
                part.take(answer.status, answer.ref, answer.words)
                if not part.state:
                    self._slow_down(message, part)

    def _slow_down(self, message: SplitMessage, part: Part) -> None:
        """Lets a part that was throttled go first, a little later; after too often the rest waits for another time."""
        self.pace.slow_down(WAIT_S)
        self.is_too_much = self.is_too_much or part.waits >= MOST_WAITS
        if self.is_too_much:
            self.queue.clear()
        else:
            self.queue.insert(0, (message, part))

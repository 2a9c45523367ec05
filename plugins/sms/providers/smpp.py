"""SMPP 3.4: messages are submitted over a line that is kept open for a while, and their parts answered in any order.

What was submitted and not answered before the line broke is uncertain; what was not submitted yet waits. Throttled
parts (0x58, 0x14) are submitted again, slower. Of a long message that was taken in part only the rest is submitted the
next time: its parts bear the same header, so a phone joins them. Receipts and incoming messages come over the
listener's line.
"""

import threading
import time
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager

from core.api import CRM, Outgoing, ProviderError, Sent, gettext, ngettext
from plugins.sms import parts
from plugins.sms.pace import pace_of
from plugins.sms.providers.facts import Gateway
from plugins.sms.providers.smpp_line import Line, Lost, open_line
from plugins.sms.tracking import Taken, note_parts, taken_before

THROTTLED = (0x58, 0x14)
MOST_WAITS = 30
WAIT_S = 1.0
ANSWER_S = 20.0
WINDOW = 50
IDLE_S = 5.0
CONCATENATED = 0x40
WAITING, TAKEN, REFUSED = "waiting", "taken", "refused"


class _Part:
    """One part on its way; `state` is empty until it was submitted."""

    def __init__(self, place: int, octets: bytes) -> None:
        self.place, self.octets = place, octets
        self.state = self.ref = self.reason = ""
        self.waits = 0


class _Way:
    """A message on its way: its parts, and how the line is to write them."""

    def __init__(self, gateway: Gateway, one: Outgoing) -> None:
        found = parts.cut(one.body)
        self.one, self.count = one, len(found.parts)
        self.sender = str(one.extra.get("sender") or gateway.sender)
        self.coding = 0 if found.encoding == parts.PLAIN else 8
        self.parts = [
            _Part(place, self._headed(place, parts.octets(text, found.encoding)))
            for place, text in enumerate(found.parts)
        ]
        self.missing = self.parts

    def leave_out(self, taken: Mapping[int, str]) -> None:
        """Leaves out the parts that were taken before, given with their numbers by place."""
        for part in self.parts:
            if part.place in taken:
                part.state, part.ref = TAKEN, taken[part.place]
        self.missing = [part for part in self.parts if not part.state]

    @property
    def taken(self) -> Taken:
        """The parts that were taken this time."""
        refs = {part.place: part.ref for part in self.missing if part.state == TAKEN}
        return Taken(self.one.id, self.count, refs)

    def _headed(self, place: int, octets: bytes) -> bytes:
        """Returns the octets of a part behind the header that ties it to the others."""
        if self.count == 1:
            return octets
        return bytes((5, 0, 3, self.one.id % 256, self.count, place + 1)) + octets

    def sent(self, gateway: Gateway) -> Sent:
        """Returns what became of the message."""
        states = {part.state for part in self.parts}
        if REFUSED in states:
            return Sent(self.one.id, "failed", provider=gateway.name, reason=self._refusal())
        if WAITING in states:
            reason = gettext("The line broke before the gateway answered.")
            return Sent(self.one.id, "uncertain", provider=gateway.name, reason=reason)
        if "" in states:
            reason = next((part.reason for part in self.parts if part.reason), "")
            reason = reason or gettext("The line to the gateway broke.")
            return Sent(self.one.id, "queued", provider=gateway.name, reason=reason)
        return Sent(self.one.id, "sent", self.parts[0].ref, gateway.name)

    def _refusal(self) -> str:
        """Returns why the gateway refused the message, and how much of it is on its way nevertheless."""
        refused = next(part for part in self.parts if part.state == REFUSED and part.reason)
        count = sum(part.state == TAKEN for part in self.parts)
        if not count:
            return refused.reason
        return ngettext(
            "Part %(place)s of %(total)s was refused, %(n)s part was taken: the client may see a piece of the text. "
            "%(reason)s",
            "Part %(place)s of %(total)s was refused, %(n)s parts were taken: the client may see a piece of the text. "
            "%(reason)s",
            count,
            place=refused.place + 1,
            total=self.count,
            reason=refused.reason,
        )


def send(crm: CRM, gateway: Gateway, outgoing: Sequence[Outgoing]) -> list[Sent]:
    """Returns what the gateway said to each message; raises ProviderError when nothing was handed over."""
    ways = [_Way(gateway, one) for one in outgoing]
    long = {way.one.id: way for way in ways if way.count > 1}
    for message_id, taken in taken_before(crm, gateway, list(long)).items():
        long[message_id].leave_out(taken)
    with _line(crm, gateway) as line:
        try:
            _submit(gateway, line, ways)
        except Lost:
            line.close()
    note_parts(crm, gateway, [way.taken for way in ways if way.taken.refs])
    return [way.sent(gateway) for way in ways]


def _submit(gateway: Gateway, line: Line, ways: Sequence[_Way]) -> None:
    pace = pace_of(gateway.id, gateway.per_second)
    queue = [(way, part) for way in ways for part in way.missing]
    open_parts: dict[int, tuple[_Way, _Part]] = {}
    is_too_much = False
    until = time.monotonic() + ANSWER_S
    while queue or open_parts:
        if queue and len(open_parts) < WINDOW:
            way, part = queue.pop(0)
            if any(other.state == REFUSED for other in way.parts):
                part.state = REFUSED  # one part failing fails the message: the rest would be a torso
                continue
            pace.wait()
            until = time.monotonic() + ANSWER_S
            sequence = line.submit(
                way.one.address, way.sender, part.octets, coding=way.coding, mode=CONCATENATED if way.count > 1 else 0
            )
            part.state = WAITING
            open_parts[sequence] = (way, part)
        wait_s = 0.0 if queue and len(open_parts) < WINDOW else until - time.monotonic()
        if wait_s < 0:
            raise Lost(gettext("The gateway does not answer."))
        for answer in line.answers(wait_s):
            if (found := open_parts.pop(answer.sequence, None)) is None:
                continue
            _take(found[1], answer.status, answer.ref, answer.words)
            if found[1].state == "":
                is_too_much = is_too_much or found[1].waits >= MOST_WAITS
                pace.slow_down(WAIT_S)
                queue.insert(0, found)
        if is_too_much:
            queue.clear()  # what was not taken waits for another time


def _take(part: _Part, status: int, ref: str, words: str) -> None:
    if status == 0:
        part.state, part.ref, part.reason = TAKEN, ref, ""
    elif status in THROTTLED:
        part.state, part.waits = "", part.waits + 1
        part.reason = gettext("The gateway takes no more at present.")
    else:
        part.state = REFUSED
        part.reason = gettext("The gateway refused it: %(said)s.", said=words)


_lines: dict[int, tuple[tuple, Line]] = {}
_lock = threading.Lock()
_idle: list[threading.Timer] = []


@contextmanager
def _line(crm: CRM, gateway: Gateway) -> Iterator[Line]:
    """Gives the open line to a gateway; it is unbound when nobody has used it for a few seconds."""
    with _lock:
        while _idle:
            _idle.pop().cancel()
        facts = (gateway.address, gateway.login, gateway.secret, gateway.authority)
        known = _lines.get(gateway.id)
        if known is None or known[0] != facts or not known[1].is_alive():
            if known is not None:
                known[1].close()
            try:
                _lines[gateway.id] = (facts, open_line(crm, gateway, "transmitter"))
            except Lost as error:
                _lines.pop(gateway.id, None)
                raise ProviderError(str(error), retryable=error.retryable) from error
        try:
            yield _lines[gateway.id][1]
        finally:
            timer = threading.Timer(IDLE_S, close_lines)
            timer.daemon = True
            timer.start()
            _idle.append(timer)


def close_lines() -> None:
    """Unbinds every open line."""
    with _lock:
        while _lines:
            _lines.popitem()[1][1].close()

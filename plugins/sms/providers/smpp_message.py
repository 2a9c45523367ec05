"""A message on its way over SMPP: its parts as they go over the line, and what became of each."""

from collections.abc import Mapping

from core.api import Outgoing, Sent, gettext, ngettext
from plugins.sms import parts
from plugins.sms.providers.facts import Gateway
from plugins.sms.tracking import Taken

CONCATENATED = 0x40
THROTTLED = (0x58, 0x14)
WAITING, TAKEN, REFUSED = "waiting", "taken", "refused"


class Part:
    """One part on its way; `state` is empty until it was submitted."""

    def __init__(self, place: int, octets: bytes) -> None:
        self.place, self.octets = place, octets
        self.state = self.ref = self.reason = ""
        self.waits = 0

    def take(self, status: int, ref: str, words: str) -> None:
        """Takes the gateway's answer: taken under a number, refused, or throttled and so to be submitted again."""
        if status == 0:
            self.state, self.ref, self.reason = TAKEN, ref, ""
        elif status in THROTTLED:
            self.state, self.waits = "", self.waits + 1
            self.reason = gettext("The gateway takes no more at present.")
        else:
            self.state = REFUSED
            self.reason = gettext("The gateway refused it: %(said)s.", said=words)


class SplitMessage:
    """A message on its way: its parts, and how the line is to write them."""

    def __init__(self, gateway: Gateway, one: Outgoing) -> None:
        found = parts.cut(one.body)
        self.one, self.count = one, len(found.parts)
        self.sender = str(one.extra.get("sender") or gateway.sender)
        self.coding = 0 if found.encoding == parts.PLAIN else 8
        self.mode = CONCATENATED if self.count > 1 else 0
        self.parts = [
            Part(place, self._headed(place, parts.octets(text, found.encoding)))
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

    @property
    def is_refused(self) -> bool:
        """Whether the gateway refused a part: one that fails fails the message, and the rest would be a torso."""
        return any(part.state == REFUSED for part in self.parts)

    def sent(self, gateway: Gateway) -> Sent:
        """Returns what became of the message."""
        states = {part.state for part in self.parts}
        if self.is_refused:
            return Sent(self.one.id, "failed", provider=gateway.name, reason=self._refusal())
        if WAITING in states:
            reason = gettext("The line broke before the gateway answered.")
            return Sent(self.one.id, "uncertain", provider=gateway.name, reason=reason)
        if "" in states:
            reason = next((part.reason for part in self.parts if part.reason), "")
            reason = reason or gettext("The line to the gateway broke.")
            return Sent(self.one.id, "queued", provider=gateway.name, reason=reason)
        return Sent(self.one.id, "sent", self.parts[0].ref, gateway.name)

    def _headed(self, place: int, octets: bytes) -> bytes:
        """Returns the octets of a part behind the header that ties it to the others."""
        if self.count == 1:
            return octets
        return bytes((5, 0, 3, self.one.id % 256, self.count, place + 1)) + octets

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

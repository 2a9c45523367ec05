"""Receipts as networks write them: a text of `key:value` pairs of which any may be missing, and numbers in two bases.

The text's form is that of appendix B of SMPP 3.4, which says itself that every network has its own. Pure.
"""

import re
from dataclasses import dataclass

from core.api import Text, gettext

LONGEST_REF = 65  # the most octets of a number in SMPP 3.4
DELIVERED, FAILED, SENT = "delivered", "failed", "sent"
# By the first letters of `stat`; networks write it in full or cut to seven letters.
STATES = {
    "DELIV": DELIVERED,
    "READ": DELIVERED,
    "EXPIR": FAILED,
    "DELET": FAILED,
    "UNDEL": FAILED,
    "REJEC": FAILED,
    "FAIL": FAILED,
    "SKIP": FAILED,
    "ACCEP": SENT,
    "ENROU": SENT,
    "SCHED": SENT,
    "BUFF": SENT,
    "UNKNO": SENT,
}
# The values of the field `message_state` (0x0427).
NUMBERS = {0: SENT, 1: SENT, 2: DELIVERED, 3: FAILED, 4: FAILED, 5: FAILED, 6: SENT, 7: SENT, 8: FAILED, 9: FAILED}
_PAIR = re.compile(r"\b(id|sub|dlvrd|submit date|done date|stat|err)\s*:\s*([^\s]*)", re.IGNORECASE)


@dataclass(frozen=True)
class Told:
    """What a receipt says: of which number, and what became of it; `error` is the network's code, if any."""

    ref: str
    state: str
    status: str = ""
    error: str = ""

    @property
    def reason(self) -> Text:
        """Why it failed, in words; nothing for what did not fail."""
        if self.state != FAILED:
            return ""
        status = self.status or gettext("not delivered")
        if self.error.strip("0"):
            return gettext("The network says: %(status)s, code %(code)s.", status=status, code=self.error)
        return gettext("The network says: %(status)s.", status=status)


def read(text: str, *, ref: str = "", state: int | None = None) -> Told | None:
    """Returns what a receipt says, from its text and the fields beside it, which win; None for what is no receipt."""
    # The text of the message stands at the end and may hold anything.
    head = re.split(r"\btext\s*:", text, maxsplit=1, flags=re.IGNORECASE)[0]
    pairs = {key.lower(): value for key, value in _PAIR.findall(head)}
    # What a number is may hold anything: bounded, since a number of thousands of digits is none.
    ref = (ref.strip("\0 ") or pairs.get("id", "")).replace("\0", "")[:LONGEST_REF]
    status = pairs.get("stat", "").upper()
    told = NUMBERS.get(state) if state is not None else None
    if told is None:
        told = next((one for start, one in STATES.items() if status.startswith(start)), None)
    return Told(ref, told, status, pairs.get("err", "")) if ref and told else None


def is_number(text: str) -> bool:
    """Tells whether a text is a number that a network or we may have given."""
    return text.isdecimal() and len(text) <= LONGEST_REF


def kept_form(ref: str) -> str:
    """Returns a network's number as it is kept to be compared: without zeros in front, in small letters."""
    return ref.strip("\0 ").lower().lstrip("0") or "0"


def forms(ref: str) -> list[str]:
    """Returns the kept forms under which the message of a receipt may be known, the likeliest first.

    Some networks answer in hexadecimal and write the same number in decimal into the receipt, or the other way round.
    """
    kept = kept_form(ref)
    found = [kept]
    if is_number(kept):
        found.append(f"{int(kept):x}")
    if re.fullmatch(r"[0-9a-f]{1,32}", kept):
        found.append(str(int(kept, 16)))
    return list(dict.fromkeys(found))

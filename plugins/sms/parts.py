"""How a text is cut into parts: 160 plain signs alone or 153 in each of several, 70 or 67 where any sign is not plain.

Neither an escaped sign nor a pair of surrogates (an emoji) is cut in two. Pure.
"""

from collections.abc import Callable, Iterator
from dataclasses import dataclass

from plugins.sms import gsm7

PLAIN, UCS2 = "GSM-7", "UCS-2"
ROOM = {PLAIN: (160, 153), UCS2: (70, 67)}


@dataclass(frozen=True)
class Cut:
    """A text in parts; `left` is how many places the last one still has."""

    encoding: str
    parts: tuple[str, ...]
    left: int


def cut(text: str) -> Cut:
    """Returns a text cut into as few parts as it goes in; an empty text has one."""
    encoding = PLAIN if gsm7.is_plain(text) else UCS2
    measure = gsm7.cost if encoding == PLAIN else _units
    alone, each = ROOM[encoding]
    whole = sum(map(measure, text))
    if whole <= alone:
        return Cut(encoding, (text,), alone - whole)
    parts = tuple(_filled(text, measure, each))
    return Cut(encoding, parts, each - sum(map(measure, parts[-1])))


def octets(part: str, encoding: str) -> bytes:
    """Returns a part as it goes over the line: plain signs a byte each, others as UTF-16."""
    return gsm7.encode(part) if encoding == PLAIN else part.encode("utf-16-be", "surrogatepass")


def _filled(text: str, measure: Callable[[str], int], room: int) -> Iterator[str]:
    part, used = [], 0
    for sign in text:
        needed = measure(sign)
        if used + needed > room:
            yield "".join(part)
            part, used = [], 0
        part.append(sign)
        used += needed
    yield "".join(part)


def _units(sign: str) -> int:
    return 2 if ord(sign) > 0xFFFF else 1

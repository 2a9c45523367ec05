"""Spans of time for which sums of closed deals are kept, and what of a period lies beyond them.

Pure. A span is 2^41 microseconds, a little over 25 days of UTC: so it depends on no time zone, and `closed_at >> 41` is
its number in SQL too.
"""

from collections.abc import Iterable
from typing import NamedTuple

from plugins.reports.facts import Ends

SPAN_BITS = 41
# In a shorter period too little lies within whole spans.
LEAST = 3 << SPAN_BITS


class Split(NamedTuple):
    """A period in parts: whole spans whose sums hold, from `first` up to, not including, `until`, and the rest.

    `first` and `until` are numbers of spans, None where the side is open; the spans `without` are among the rest.
    """

    first: int | None
    until: int | None
    without: tuple[int, ...]
    rest: tuple[Ends, ...]


def ends_of(span: int) -> Ends:
    """Returns the moments between which a span lies."""
    return Ends(span << SPAN_BITS, span + 1 << SPAN_BITS)


def split(ends: Ends, stale: Iterable[int]) -> Split:
    """Returns the parts of a period in which the sums of `stale` spans don't hold; it must hold at least one span."""
    first = None if ends.first is None else -(-ends.first >> SPAN_BITS)
    until = None if ends.until is None else ends.until >> SPAN_BITS
    is_within = [span for span in sorted(stale) if (first is None or span >= first) and (until is None or span < until)]
    rest = [] if first is None else [Ends(ends.first, first << SPAN_BITS)]
    rest += map(ends_of, is_within)
    rest += [] if until is None else [Ends(until << SPAN_BITS, ends.until)]
    return Split(first, until, tuple(is_within), tuple(_joined(rest)))


def _joined(parts: Iterable[Ends]) -> list[Ends]:
    """Returns the parts that hold anything, those that touch as one."""
    found: list[Ends] = []
    for part in parts:
        if part.first == part.until:
            continue
        if found and found[-1].until == part.first:
            part = Ends(found.pop().first, part.until)
        found.append(part)
    return found

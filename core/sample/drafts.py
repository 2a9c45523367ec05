"""A deal as the generator knows it before it is written: who owned it when, what it was worth when. Pure."""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import NamedTuple

from core.sample.clients import SampleClient
from core.sample.ladders import Ladder
from core.sample.paths import Way
from core.sample.prices import Price, Prices


class Cut(NamedTuple):
    """A moment from which an open deal has another owner, or is on hold."""

    at: int
    owner_id: int
    is_on_hold: bool


class Span(NamedTuple):
    """A time in which the deal was open, with its potential in the company's currency meanwhile and at its end."""

    start: int
    end: int | None
    base: int | None
    closing_base: int | None


@dataclass(slots=True)
class Draft:
    """One deal, drawn."""

    id: int
    client: SampleClient
    opened: int
    ladder: Ladder
    way: Way
    price: Price
    spans: list[Span]
    cut: Cut | None = None

    def owner_at(self, moment: int) -> int:
        """Returns the id of who owned the deal at a moment."""
        return self.cut.owner_id if self.cut and moment >= self.cut.at else self.client.seller.id

    def base_at(self, moment: int) -> int | None:
        """Returns the potential in the company's currency while the deal was open, at a moment."""
        return next(span.base for span in reversed(self.spans) if span.start <= moment)

    @property
    def base(self) -> int | None:
        """The potential in the company's currency as the deal's row has it: that of the closing, if it is closed."""
        last = self.spans[-1]
        return last.base if last.end is None else last.closing_base

    def periods(self) -> Iterator[tuple[int, int | None, int, bool]]:
        """Yields (from, to, place, is on hold) of the times in which the open deal stood unchanged."""
        for span in self.spans:
            for visit in self.way.visits:
                start = max(span.start, visit.entered)
                end = visit.left if span.end is None or (visit.left and visit.left < span.end) else span.end
                if end is not None and start >= end:
                    continue
                cut = self.cut
                if cut and start < cut.at and (end is None or cut.at < end):
                    yield start, cut.at, visit.place, False
                    start = cut.at
                yield start, end, visit.place, bool(cut and cut.is_on_hold and start >= cut.at)


def spans_of(opened: int, way: Way, price: Price, prices: Prices) -> list[Span]:
    """Returns the times in which the deal was open: one, and one more for each time it was opened again."""
    spans, start = [], opened
    for ending in way.endings:
        base = prices.in_base(price.potential, price.currency, start)
        spans.append(Span(start, ending.at, base, prices.in_base(price.potential, price.currency, ending.at)))
        if ending.reopened is None:
            return spans
        start = ending.reopened
    spans.append(Span(start, None, prices.in_base(price.potential, price.currency, start), None))
    return spans

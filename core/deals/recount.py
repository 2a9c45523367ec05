"""What a deal's row must say, computed from its raw history alone. Pure: importers, the doctor and tests share it.

Times are any values that can be compared (moments, or the database's integers), so that bulk work needs no dates.
"""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from typing import Any, NamedTuple

OPEN = "open"


class Visit(NamedTuple):
    """A stay at a stage; `left_at` is None while the deal stands there."""

    stage_id: int | None
    place: int | None
    entered_at: Any
    left_at: Any


class KeptVisit(NamedTuple):
    """A stay at a stage, with what its row keeps of the deal's way."""

    stage_id: int
    place: int
    entered_at: Any
    left_at: Any
    onto_place: int | None
    is_again: bool
    version_id: int | None
    deal_state: str | None


class Ending(NamedTuple):
    """A closing; `reopened_at` is None while it holds."""

    state: str
    closed_at: Any
    reopened_at: Any


class Period(NamedTuple):
    """A time in which an open deal stood at one place."""

    from_at: Any
    to_at: Any
    stage_id: int | None
    place: int | None


@dataclass(frozen=True)
class Standing:
    """Where a deal stands, as its row must say it."""

    state: str
    stage_id: int | None
    place: int | None
    furthest: int | None
    stood_at: int
    entered_at: Any
    closed_at: Any


def standing(visits: Sequence[Visit], endings: Sequence[Ending]) -> Standing:
    """Returns where the history leaves the deal; both sequences are in order of time."""
    ending = endings[-1] if endings and endings[-1].reopened_at is None else None
    state, closed_at = (ending.state, ending.closed_at) if ending else (OPEN, None)
    if not visits:
        return Standing(state, None, None, None, 0, None, closed_at)
    stood_at = 0
    for visit in visits:
        stood_at |= 1 << visit.place
    last = visits[-1]
    return Standing(state, last.stage_id, last.place, stood_at.bit_length() - 1, stood_at, last.entered_at, closed_at)


def periods(opened_at: Any, visits: Sequence[Visit], endings: Sequence[Ending]) -> list[Period]:
    """Returns the times in which the deal was open, cut where its stage changed."""
    found = []
    for start, end in open_times(opened_at, endings):
        for visit in visits or [Visit(None, None, start, end)]:
            from_at = max(start, visit.entered_at)
            to_at = _earlier(end, visit.left_at)
            if to_at is None or from_at < to_at:
                found.append(Period(from_at, to_at, visit.stage_id, visit.place))
    return found


def open_times(opened_at: Any, endings: Sequence[Ending]) -> Iterator[tuple[Any, Any]]:
    """Yields the half-open times in which the deal was open; the last one has no end while it is."""
    start = opened_at
    for ending in endings:
        yield start, ending.closed_at
        start = ending.reopened_at
        if start is None:
            return
    yield start, None


def faults(
    row: Standing, opened_at: Any, visits: Sequence[Visit], endings: Sequence[Ending], kept: Sequence[Period]
) -> list[str]:
    """Returns a sentence for everything in which row, visits, closings and kept periods contradict each other."""
    found = list(_contradictions(row, standing(visits, endings)))
    found += _broken_chain(opened_at, visits, row.closed_at)
    found += _broken_endings(opened_at, endings)
    if merged(kept) != merged(periods(opened_at, visits, endings)):
        found.append("its periods don't fill the time in which it was open, stage by stage.")
    return found


def ways(visits: Sequence[Visit | KeptVisit]) -> list[tuple[int | None, bool]]:
    """Returns onto which place each visit led, and whether it ended when the deal had been further before."""
    found, furthest = [], 0
    for number, visit in enumerate(visits):
        furthest = max(furthest, visit.place)
        onto = visits[number + 1].place if number + 1 < len(visits) else None
        found.append((onto, visit.left_at is not None and visit.place < furthest))
    return found


def way_faults(visits: Sequence[KeptVisit], version_id: int, state: str | None) -> list[str]:
    """Returns sentences if visits keep another way than they tell, or what the deal is not; `state` None is deleted."""
    kept = [(visit.onto_place, visit.is_again) for visit in visits]
    found = [] if kept == ways(visits) else ["its visits of stages don't say rightly which of them followed."]
    if any((visit.version_id, visit.deal_state) != (version_id, state) for visit in visits):
        found.append("its visits of stages don't say rightly what became of it.")
    return found


def merged(kept: Iterable[Period]) -> list[Period]:
    """Returns periods with touching ones of the same stage made one: owner, potential and hold cut finer."""
    found: list[Period] = []
    for period in kept:
        last = found[-1] if found else None
        if last and last.to_at == period.from_at and last[2:] == period[2:]:
            found[-1] = last._replace(to_at=period.to_at)
        else:
            found.append(period)
    return found


def _earlier(one: Any, other: Any) -> Any:
    if one is None or other is None:
        return other if one is None else one
    return min(one, other)


def _contradictions(row: Standing, right: Standing) -> Iterator[str]:
    for name, wanted in vars(right).items():
        if getattr(row, name) != wanted:
            yield f"its {name} is {getattr(row, name)}, but its history says {wanted}."


def _broken_chain(opened_at: Any, visits: Sequence[Visit], closed_at: Any) -> Iterator[str]:
    expected = opened_at
    for visit in visits:
        if visit.entered_at != expected:
            yield "its visits of stages overlap or leave a gap."
        if visit.left_at is not None and visit.left_at < visit.entered_at:
            yield "it left a stage before it came."
        expected = visit.left_at
    if visits and expected != closed_at:
        yield "its last visit does not end when the deal was closed."


def _broken_endings(opened_at: Any, endings: Sequence[Ending]) -> Iterator[str]:
    since = opened_at
    for ending in endings:
        if since is None or ending.closed_at < since:
            yield "it was closed before it was open."
            return
        since = ending.reopened_at
        if since is not None and since < ending.closed_at:
            yield "it was re-opened before it was closed."

"""A deal's way through its stages, as its card shows it: where it stood, for how long, where it stands. Pure."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any


@dataclass(frozen=True)
class Stop:
    """A stage on the way: `look` is done, here, skipped, or ahead; `days` counts all stays, None if there was none."""

    place: int
    stage_id: int
    name: str
    look: str
    days: int | None
    entered_at: datetime | None


def stops(
    steps: Sequence[Any],
    visits: Iterable[Any],
    place: int | None,
    now: datetime,
    closed: Sequence[tuple[datetime, datetime]] = (),
    is_won: bool = False,
) -> list[Stop]:
    """Returns a stop for each step; the times in `closed`, when the deal was closed, count for no stage.

    Steps have place, stage_id, name; visits have place, entered_at, left_at.
    """
    stays: dict[int, timedelta] = {}
    entered: dict[int, datetime] = {}
    for visit in visits:
        end = visit.left_at or now
        stay = end - visit.entered_at - sum((_common(visit.entered_at, end, *gap) for gap in closed), timedelta())
        stays[visit.place] = stays.get(visit.place, timedelta()) + stay
        entered[visit.place] = visit.entered_at
    return [
        Stop(
            step.place,
            step.stage_id,
            step.stage.name,
            _look(step.place, place, step.place in stays, is_won),
            stays[step.place].days if step.place in stays else None,
            entered.get(step.place),
        )
        for step in steps
    ]


def _look(place: int, here: int | None, was_there: bool, is_won: bool) -> str:
    if is_won:
        return "done" if was_there else "skipped"
    if place == here:
        return "here"
    if here is not None and place < here:
        return "done" if was_there else "skipped"
    return "ahead"


def _common(start: datetime, end: datetime, other_start: datetime, other_end: datetime) -> timedelta:
    return max(min(end, other_end) - max(start, other_start), timedelta())

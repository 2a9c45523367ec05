"""The route map of a deal: what is done, where it is, what comes, which ways led back, where it was lost. Pure.

Steps have place, stage_id and stage.name; visits have stage_id, entered_at, left_at, outcome and user_id; closings have
state, stage_id, closed_at, reopened_at, loss_reason_id, loss_note and user_id. Both are in order of time.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from itertools import pairwise
from typing import Any

DONE, HERE, SKIPPED, AHEAD = "done", "here", "skipped", "ahead"
_NO_TIME = timedelta()


@dataclass(frozen=True)
class Stop:
    """A stage on the way; `look` is done, here, skipped or ahead.

    `stay` counts all visits without the time in which the deal was closed, None if there was none; `entered_at`,
    `left_at` and `user_id`, who moved the deal on, are those of the last one. `usual` is how long won deals stand here.
    """

    place: int
    stage_id: int
    name: str
    look: str
    visits: int
    stay: timedelta | None
    entered_at: datetime | None
    left_at: datetime | None
    user_id: int | None
    usual: timedelta | None


@dataclass(frozen=True)
class Return:
    """A way back from a stage to an earlier one, taken `times` times, the last time at `at`."""

    from_place: int
    to_place: int
    times: int
    at: datetime
    user_id: int | None


@dataclass(frozen=True)
class Exit:
    """Where the deal was lost, and why; `reopened_at` tells that it went on."""

    place: int
    at: datetime
    reason_id: int | None
    note: str
    user_id: int | None
    reopened_at: datetime | None


@dataclass(frozen=True)
class Route:
    """The whole picture. `rest` is how long won deals took from here to the end, None where that isn't known.

    `late_at` is when the limit of the present stage ends; `is_late` says that an open deal is beyond it.
    """

    stops: tuple[Stop, ...]
    returns: tuple[Return, ...]
    exits: tuple[Exit, ...]
    state: str
    late_at: datetime | None
    is_late: bool
    rest: timedelta | None

    @property
    def here(self) -> Stop | None:
        """The stop at which the deal stands, or was closed."""
        return next((stop for stop in self.stops if stop.look == HERE), None)

    def exits_at(self, place: int) -> list[Exit]:
        """Returns the losses at a place, the oldest first."""
        return [one for one in self.exits if one.place == place]

    def returns_to(self, place: int) -> list[Return]:
        """Returns the ways back that end at a place."""
        return [one for one in self.returns if one.to_place == place]


def route(
    steps: Sequence[Any],
    visits: Sequence[Any],
    closings: Sequence[Any],
    *,
    state: str,
    place: int | None,
    now: datetime,
    late_at: datetime | None = None,
    is_on_hold: bool = False,
    usual: Mapping[int, timedelta] | None = None,
) -> Route:
    """Returns the picture of a deal that stands at `place`; `usual` has the usual stays, by the stage's id."""
    places = {step.stage_id: step.place for step in steps}
    visits = [visit for visit in visits if visit.stage_id in places]
    closed = [(one.closed_at, one.reopened_at) for one in closings if one.reopened_at]
    stops = tuple(_stop(step, visits, place, state, now, closed, usual or {}) for step in steps)
    is_late = state == "open" and not is_on_hold and late_at is not None and late_at < now
    return Route(
        stops,
        _returns(visits, places),
        _exits(closings, places),
        state,
        late_at if state == "open" else None,
        is_late,
        _rest(stops) if state == "open" else None,
    )


def _stop(
    step: Any,
    visits: Iterable[Any],
    here: int | None,
    state: str,
    now: datetime,
    closed: Sequence[tuple[datetime, datetime]],
    usual: Mapping[int, timedelta],
) -> Stop:
    mine = [visit for visit in visits if visit.stage_id == step.stage_id]
    last = mine[-1] if mine else None
    return Stop(
        step.place,
        step.stage_id,
        step.stage.name,
        _look(step.place, here, state, was_there=bool(mine)),
        len(mine),
        sum((_stay(visit, now, closed) for visit in mine), _NO_TIME) if mine else None,
        last.entered_at if last else None,
        last.left_at if last else None,
        last.user_id if last else None,
        usual.get(step.stage_id),
    )


def _look(place: int, here: int | None, state: str, *, was_there: bool) -> str:
    if state == "won":
        return DONE if was_there else SKIPPED
    if here is None or place > here:
        return AHEAD
    if place == here:
        return HERE
    return DONE if was_there else SKIPPED


def _stay(visit: Any, now: datetime, closed: Iterable[tuple[datetime, datetime]]) -> timedelta:
    end = visit.left_at or now
    gaps = (max(min(end, until) - max(visit.entered_at, since), _NO_TIME) for since, until in closed)
    return end - visit.entered_at - sum(gaps, _NO_TIME)


def _returns(visits: Sequence[Any], places: Mapping[int, int]) -> tuple[Return, ...]:
    found: dict[tuple[int, int], Return] = {}
    for before, after in pairwise(visits):
        ends = places[before.stage_id], places[after.stage_id]
        if ends[1] < ends[0]:
            times = found[ends].times if ends in found else 0
            found[ends] = Return(*ends, times + 1, after.entered_at, before.user_id)
    return tuple(found[ends] for ends in sorted(found))


def _exits(closings: Iterable[Any], places: Mapping[int, int]) -> tuple[Exit, ...]:
    return tuple(
        Exit(
            places.get(one.stage_id, 0), one.closed_at, one.loss_reason_id, one.loss_note, one.user_id, one.reopened_at
        )
        for one in closings
        if one.state == "lost"
    )


def _rest(stops: Sequence[Stop]) -> timedelta | None:
    """Returns the usual time of what is ahead, with what is usually left of the stay here."""
    left = _NO_TIME
    for stop in stops:
        if stop.look not in (HERE, AHEAD):
            continue
        if stop.usual is None:
            return None
        left += stop.usual if stop.look == AHEAD else max(stop.usual - (stop.stay or _NO_TIME), _NO_TIME)
    return left

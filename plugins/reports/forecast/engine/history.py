"""The company's history as columns: deals, their stays at stages, the steps of their types. Pure.

Times are days since 1970 as fractions, -1 for never. A *state* is a stage of a deal type; deals of a type without
stages are in one state all the time. Money is in the database's units, -1 for unknown.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np

DAY = 86_400_000_000
NONE, MOVED, WON, LOST = range(4)
NO_STAGE = 0
# A key of a state is its type's id times this, plus its stage's id.
BY_TYPE = 1 << 24

Array = np.ndarray


@dataclass(frozen=True)
class Template:
    """The steps of one version of a type: stages in order, with the chance to pass each, from 0 to 1."""

    version_id: int
    type_id: int
    stages: tuple[int, ...]
    chances: tuple[float, ...]
    is_current: bool = True


@dataclass(frozen=True)
class Deals:
    """Deals by columns, in order of their ids; `state` is NONE for open ones, else WON or LOST."""

    id: Array
    type_id: Array
    version_id: Array
    owner: Array
    client: Array
    source: Array
    state: Array
    opened: Array
    closed: Array
    potential: Array
    amount: Array


@dataclass(frozen=True)
class Stays:
    """Stays at stages by columns, in order of deal and time; `deal` is the place in `Deals`, `exit` how they ended.

    `following` is the state of the deal's next stay, -1 without one.
    """

    deal: Array
    state: Array
    entered: Array
    left: Array
    exit: Array
    following: Array


@dataclass(frozen=True)
class History:
    """All that the company knows of its past."""

    deals: Deals
    stays: Stays
    states: Array
    templates: tuple[Template, ...]


def read_history(columns: Mapping[str, Mapping[str, Any]], templates: Sequence[Template]) -> History:
    """Returns the history of plain columns, as the database gave them: `deals` in order of ids, and `visits`."""
    deals = _deals(columns["deals"])
    raw = {name: np.asarray(values, dtype=np.int64) for name, values in columns["visits"].items()}
    place = places(deals.id, raw["deal"])
    known = place >= 0
    place, raw = place[known], {name: values[known] for name, values in raw.items()}
    without = np.ones(len(deals.id), dtype=bool)
    without[place] = False
    alone = np.flatnonzero(without)
    deal = np.concatenate([place, alone])
    keys = state_keys(deals.type_id[deal], np.concatenate([raw["stage"], np.full(len(alone), NO_STAGE)]))
    entered = np.concatenate([_days(raw["entered"]), deals.opened[alone]])
    left = np.concatenate([_days(raw["left"]), deals.closed[alone]])
    ended = np.concatenate([raw["outcome"], deals.state[alone]])
    order = np.lexsort((left < 0, left, entered, deal))
    steps = [state_keys(one.type_id, np.asarray(one.stages or (NO_STAGE,), dtype=np.int64)) for one in templates]
    states = np.unique(np.concatenate([keys, *steps]) if steps else keys)
    stays = _stays(deal[order], places(states, keys[order]), entered[order], left[order], ended[order])
    return History(deals, stays, states, tuple(templates))


def state_keys(type_id: Any, stage_id: Any) -> Array:
    """Returns the keys of states: a stage of a type."""
    return np.asarray(type_id) * BY_TYPE + np.asarray(stage_id)


def state_of(states: Array, type_id: Array, stage_id: Array) -> Array:
    """Returns the places of states among all; one that is not known is taken for its type's first."""
    keys = state_keys(type_id, stage_id)
    found = places(states, keys)
    first = np.minimum(np.searchsorted(states, state_keys(type_id, NO_STAGE)), max(len(states) - 1, 0))
    return np.where(found >= 0, found, first)


def places(ordered: Array, wanted: Array) -> Array:
    """Returns where each wanted value stands among ordered ones, -1 for those that don't."""
    if not len(ordered):
        return np.full(len(wanted), -1)
    found = np.minimum(np.searchsorted(ordered, wanted), len(ordered) - 1)
    return np.where(ordered[found] == wanted, found, -1)


def first_closing(stays: Stays, deal: Array, after: float) -> tuple[Array, Array]:
    """Returns how and when each of the deals was closed first after a moment; NONE and -1 if it wasn't."""
    closing = np.flatnonzero((stays.exit >= WON) & (stays.left > after))
    # The last one written wins: from the back, that is the first closing of each deal.
    at = np.full(int(stays.deal.max(initial=-1)) + 1, -1)
    at[stays.deal[closing[::-1]]] = closing[::-1]
    found = at[deal]
    return np.where(found >= 0, stays.exit[found], NONE), np.where(found >= 0, stays.left[found], -1.0)


def _deals(raw: Mapping[str, Any]) -> Deals:
    whole = {name: np.asarray(values, dtype=np.int64) for name, values in raw.items()}
    moments = {name: _days(whole.pop(name)) for name in ("opened", "closed")}
    return Deals(**whole, **moments)


def _days(moments: Array) -> Array:
    return np.where(moments < 0, -1.0, moments / DAY)


def _stays(deal: Array, state: Array, entered: Array, left: Array, ended: Array) -> Stays:
    following = np.full(len(deal), -1)
    if len(deal):
        follows = deal[1:] == deal[:-1]
        following[:-1] = np.where(follows, state[1:], -1)
    # A stay that ended without a next one, and without a closing, was cut off: nobody knows how it would have ended.
    ended = np.where((ended == MOVED) & (following < 0), NONE, ended)
    return Stays(deal, state, entered, left, ended, following)

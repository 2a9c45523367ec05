"""How long deals stay at a stage and how they leave it, learned from every stay, those that go on included. Pure.

A stay ends in one of three ways that compete: the deal moves to another stage, is won, or is lost. For each way and
each span of days the hazard is events / days at risk (piecewise exponential survival); a stay that still goes on counts
as days at risk without an event. Where stays are few, `strength` imaginary ones that behave as the template says are
added; how many is itself learned (empirical Bayes: the beta-binomial likelihood of what was passed and lost).
"""

from dataclasses import dataclass
from math import lgamma

import numpy as np

from plugins.reports.forecast.engine.history import BY_TYPE, LOST, MOVED, NONE, WON, Array, History, places, state_keys

EDGES = np.array([0, 1, 2, 3, 5, 7, 10, 14, 21, 28, 42, 56, 84, 112, 168, 224, 336, 504, 730], dtype=float)
STRENGTHS = (2, 5, 10, 20, 50, 100)
USUAL_STAY = 14.0
LENDING = 3.0
WITHOUT_TEMPLATE = 0.5
WAYS = (MOVED, WON, LOST)


@dataclass(frozen=True)
class Hazards:
    """Rates a day by state, span of age, and way to leave; where those that move go; how sure the template is."""

    states: Array
    rates: Array
    moves: Array
    strength: float
    stays: Array


@dataclass(frozen=True)
class Steps:
    """What the template says of each state: the chance to pass it, whether that wins the deal, what comes next."""

    chance: Array
    is_last: Array
    following: Array


def learn_hazards(history: History, at: float) -> Hazards:
    """Returns what was known at a moment: stays that had begun, ended by then or not."""
    stays, size = history.stays, len(history.states)
    known = np.flatnonzero(stays.entered < at)
    has_left = (stays.left[known] >= 0) & (stays.left[known] <= at)
    state = stays.state[known]
    days = np.where(has_left, stays.left[known], at) - stays.entered[known]
    ended = np.where(has_left, stays.exit[known], NONE)
    events = _events(state, days, ended, size)
    risk = _days_at_risk(state, days, size)
    steps = _steps(history, events)
    strength = _strength(events, steps)
    _add_template(events, risk, history.states // BY_TYPE, steps, strength)
    moved = np.flatnonzero(ended == MOVED)
    moves = np.bincount(state[moved] * size + stays.following[known[moved]], minlength=size * size).astype(float)
    return Hazards(
        history.states,
        events / np.maximum(risk, 1e-9)[:, :, None],
        _shares(moves.reshape(size, size), steps),
        strength,
        np.bincount(state, minlength=size),
    )


def _events(state: Array, days: Array, ended: Array, size: int) -> Array:
    gone = np.flatnonzero(ended != NONE)
    span = np.searchsorted(EDGES, days[gone], side="right") - 1
    cell = (state[gone] * len(EDGES) + span) * len(WAYS) + ended[gone] - MOVED
    return np.bincount(cell, minlength=size * len(EDGES) * len(WAYS)).reshape(size, len(EDGES), len(WAYS)).astype(float)


def _days_at_risk(state: Array, days: Array, size: int) -> Array:
    found = np.empty((size, len(EDGES)))
    for place, start in enumerate(EDGES):
        longer = np.flatnonzero(days > start)
        state, days = state[longer], days[longer]
        width = EDGES[place + 1] - start if place + 1 < len(EDGES) else np.inf
        found[:, place] = np.bincount(state, np.minimum(days - start, width), minlength=size)
    return found


def _steps(history: History, events: Array) -> Steps:
    size = len(history.states)
    won, lost = events[:, :, WON - MOVED].sum(), events[:, :, LOST - MOVED].sum()
    usual = (won + WITHOUT_TEMPLATE) / (won + lost + 1)
    chance, is_last, following = np.full(size, usual), np.ones(size, dtype=bool), np.full(size, -1)
    for template in sorted(history.templates, key=lambda one: (one.is_current, one.version_id)):
        if not template.stages:
            continue
        here = places(history.states, state_keys(template.type_id, np.array(template.stages)))
        chance[here] = np.clip(template.chances, 0.01, 0.99)
        is_last[here] = np.arange(len(here)) == len(here) - 1
        following[here] = [*here[1:], -1]
    # A stage that no template knows any more: deals that stood there moved on somehow, so passing it is no win.
    return Steps(chance, is_last, following)


def _strength(events: Array, steps: Steps) -> float:
    """Returns how many imaginary stays fit best: the template is trusted as far as it was right elsewhere."""
    total = events.sum(axis=1)
    passed, lost = total[:, 0] + total[:, 1], total[:, 2]
    seen = [(p, q, t) for p, q, t in zip(passed, lost, steps.chance, strict=True) if p + q]
    if not seen:
        return float(STRENGTHS[-1])
    return float(max(STRENGTHS, key=lambda m: sum(_likelihood(p, q, m * t, m * (1 - t)) for p, q, t in seen)))


def _likelihood(passed: float, lost: float, a: float, b: float) -> float:
    """Returns the logarithm of the beta-binomial likelihood, up to what doesn't depend on a and b."""
    whole = lgamma(a + b) - lgamma(a + b + passed + lost)
    return whole + lgamma(a + passed) - lgamma(a) + lgamma(b + lost) - lgamma(b)


def _add_template(events: Array, risk: Array, kinds: Array, steps: Steps, strength: float) -> None:
    """Adds the imaginary stays: they pass as often as the template says, and last as long as stays there do."""
    hazard = _usual_hazard(events.sum(axis=2), risk, kinds)
    ending = _ending(hazard)
    passed = strength * ending * steps.chance[:, None]
    risk += strength * ending / hazard
    events[:, :, 0] += np.where(steps.is_last[:, None], 0, passed)
    events[:, :, 1] += np.where(steps.is_last[:, None], passed, 0)
    events[:, :, 2] += strength * ending * (1 - steps.chance[:, None])


def _usual_hazard(gone: Array, days: Array, kinds: Array) -> Array:
    """Returns how fast each state is left: by its own stays, with a few of its type's and of the company's added."""
    company = (gone.sum(axis=0) + 1 / USUAL_STAY) / (days.sum(axis=0) + 1)
    found = np.empty_like(days)
    for kind in np.unique(kinds):
        own = kinds == kind
        of_type = _drawn(gone[own].sum(axis=0), days[own].sum(axis=0), company)
        found[own] = _drawn(gone[own], days[own], of_type)
    return found


def _drawn(gone: Array, days: Array, toward: Array) -> Array:
    added = LENDING * _ending(toward)
    return (gone + added) / (days + added / toward)


def _ending(hazard: Array) -> Array:
    """Returns the share of stays that end in each span of days."""
    width = np.diff(EDGES, append=np.inf)
    passing = np.cumsum(hazard[..., :-1] * width[:-1], axis=-1)
    lasting = np.exp(-np.concatenate([np.zeros_like(hazard[..., :1]), passing], axis=-1))
    return lasting - np.concatenate([lasting[..., 1:], np.zeros_like(lasting[..., :1])], axis=-1)


def _shares(moves: Array, steps: Steps) -> Array:
    has_next = np.flatnonzero(steps.following >= 0)
    moves[has_next, steps.following[has_next]] += 1
    return moves / np.maximum(moves.sum(axis=1, keepdims=True), 1)

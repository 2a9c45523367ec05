"""Shares work out among people so that nobody gets more than needs be. Pure."""

import heapq
from collections.abc import Hashable, Mapping, Sequence
from typing import TypeVar

Key = TypeVar("Key", bound=Hashable)


def share(weights: Mapping[Key, int], loads: Mapping[int, int]) -> dict[Key, int]:
    """Returns for each piece of work, by its key, the person who gets it.

    `weights` says how much each piece is, `loads` how much each person has already (zero for everybody to share out
    evenly). The heaviest piece goes first, each to whom has least then; ties go in the order given, so the same
    question always has the same answer. If all begin alike, two people never differ by more than the heaviest piece
    (longest-processing-time rule, R. L. Graham 1969).
    """
    people = [(load, place, person) for place, (person, load) in enumerate(loads.items())]
    heapq.heapify(people)
    given: dict[Key, int] = {}
    for key in _heaviest_first(weights):
        load, place, person = people[0]
        given[key] = person
        heapq.heapreplace(people, (load + weights[key], place, person))
    return given


def _heaviest_first(weights: Mapping[Key, int]) -> Sequence[Key]:
    return sorted(weights, key=lambda key: -weights[key])

"""The ladders that deals climb: the stages of each version of a deal type, in order, and how several become one.

Pure: it is given what the database holds and knows nothing of it.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from fractions import Fraction
from math import prod


@dataclass(frozen=True)
class Step:
    """One stage on a ladder; `probability` is the chance, in per cent, that a deal passes it."""

    stage_id: int
    stage: str
    probability: int


@dataclass(frozen=True)
class Ladder:
    """The stages of one version of a deal type; a type of *no process* has none."""

    version_id: int
    type_id: int
    type: str
    number: int
    steps: tuple[Step, ...]

    def chance_from(self, place: int) -> Fraction | None:
        """Returns P(win) of a deal that stands at `place`: the product to the end, or None without stages."""
        if not self.steps:
            return None
        rest = self.steps[self.within(place) :]
        return Fraction(prod(step.probability for step in rest), 100 ** len(rest))

    def pass_chance(self, place: int | None) -> Fraction | None:
        """Returns P(pass) of the stage at `place`, or None without stages."""
        return Fraction(self.steps[self.within(place)].probability, 100) if self.steps else None

    def place_of(self, stage_id: int | None, place: int | None) -> int | None:
        """Returns the place of a stage here, or `place`, which may be that of another version, if it is not here."""
        return next((here for here, step in enumerate(self.steps) if step.stage_id == stage_id), place)

    def within(self, place: int | None) -> int:
        """Returns the place as one that exists here; a deal that never had one stands at the first."""
        return min(max(place or 0, 0), len(self.steps) - 1)


@dataclass(frozen=True, eq=False)
class Frame:
    """The rows of one funnel: a type's stages over all its versions, or those of several types joined by name.

    Compared by identity, since the rows of many keys look each other up by it. `stages` holds (stage_id, name) in
    order; `(None, None)` stands for deals that know no stages.
    """

    type_ids: tuple[int, ...]
    type: str | None
    ladders: tuple[Ladder, ...]
    stages: tuple[tuple[int | None, str | None], ...]


def make_frames(ladders: Iterable[Ladder], *, is_joined: bool = False) -> list[Frame]:
    """Returns one frame for each type, ordered by name, or a single one for all of them."""
    by_type: dict[int, list[Ladder]] = {}
    for ladder in sorted(ladders, key=lambda ladder: (ladder.type, ladder.type_id, -ladder.number)):
        by_type.setdefault(ladder.type_id, []).append(ladder)
    if is_joined and by_type:
        return [_frame(tuple(by_type), None, [ladder for group in by_type.values() for ladder in group])]
    return [_frame((type_id,), group[0].type, group) for type_id, group in by_type.items()]


def merged_order(sequences: Iterable[Sequence[int]]) -> list[int]:
    """Returns one order for all stages: that of the first sequence, the others' extra ones after their neighbours."""
    merged: list[int] = []
    for sequence in sequences:
        after = 0
        for stage_id in sequence:
            if stage_id in merged:
                after = merged.index(stage_id) + 1
            else:
                merged.insert(after, stage_id)
                after += 1
    return merged


def _frame(type_ids: tuple[int, ...], name: str | None, ladders: list[Ladder]) -> Frame:
    names = {step.stage_id: step.stage for ladder in ladders for step in ladder.steps}
    order = merged_order([step.stage_id for step in ladder.steps] for ladder in ladders)
    stages: list[tuple[int | None, str | None]] = [(stage_id, names[stage_id]) for stage_id in order]
    if any(not ladder.steps for ladder in ladders):
        stages.append((None, None))
    return Frame(type_ids, name, tuple(ladders), tuple(stages))

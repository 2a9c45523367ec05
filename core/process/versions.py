"""Plans the move of running deals to the published version of their type: what happens to each. Writes nothing.

A deal keeps its stage where the new version has it. Where it hasn't, the deal goes to the stage that was chosen for
the one that is gone: unless told otherwise to the nearest earlier stage that is left.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from peewee import JOIN, fn

from core.clients.models import Client
from core.deals.models import Deal
from core.errors import InvalidInput
from core.i18n import _
from core.runtime import CRM
from core.stages.models import DealType, DealTypeVersion, TypeStage
from core.stages.responsibles import with_people
from core.stages.steps import PROCESS, as_columns, step_of_row
from core.stages.types import get_version, ladders, versions_of
from core.users.access import visible_to
from core.users.models import User

SHOWN = 30
# These two may change without anything for whoever has the task.
ASIDE = ("probability", "is_mandatory")
# By the id of a stage that is gone: the id of the stage of the new version that takes its place.
Choices = Mapping[int, int]


@dataclass(frozen=True)
class Fate:
    """What happens to the deals at one stage of an older version: `is_left` tells whether the new one has the stage.

    `task` is kept, replaced or none; `deals` are the first of them that the reader may see.
    """

    number: int
    stage_id: int
    stage: str
    count: int
    is_left: bool
    target_id: int
    task: str
    deals: tuple[Deal, ...]


@dataclass(frozen=True)
class Preview:
    """What a move to the published version does; `stages` are those that may be chosen for one that is gone."""

    version: DealTypeVersion
    fates: tuple[Fate, ...]
    stages: tuple[tuple[int, str], ...]

    @property
    def count(self) -> int:
        """How many deals would move."""
        return sum(fate.count for fate in self.fates)


@dataclass(frozen=True)
class Bridge:
    """The way from an older version to the published one: a new step for each place, and which old steps are left."""

    old: tuple[TypeStage, ...]
    steps: tuple[TypeStage, ...]

    def is_left(self, place: int) -> bool:
        """Tells whether the stage at a place is one of the new version."""
        return self.old[place].stage_id == self.steps[place].stage_id

    def bits(self, stood_at: int) -> int:
        """Returns the places at which a deal stood, as bits of the new version."""
        found = 0
        for place, step in enumerate(self.steps):
            if stood_at >> place & 1:
                found |= 1 << step.place
        return found

    def keeps_task(self, place: int) -> bool:
        """Tells whether the task of a place is the same in the new version, so that what was done of it stays."""
        return self.is_left(place) and _asked(self.old[place]) == _asked(self.steps[place])


def preview_move(crm: CRM, user: User, deal_type: DealType, choices: Choices | None = None) -> Preview:
    """Returns what moving the running deals of older versions to the published one does to each of them.

    Raises InvalidInput for a choice that is no stage of the published version.
    """
    version = get_version(deal_type.published_version_id)
    bridges = bridges_to(deal_type, choices or {})
    numbers = {one.id: one.number for one in versions_of(deal_type)}
    fates = [
        _fate(deal_type, numbers[version_id], bridges[version_id], place, count, _first_deals(user, version_id, place))
        for version_id, place, count in _standing(list(bridges))
    ]
    stages = ladders([version.id])[version.id]
    return Preview(version, tuple(fates), tuple((step.stage_id, step.stage.name) for step in stages))


def bridges_to(deal_type: DealType, choices: Choices) -> dict[int, Bridge]:
    """Returns the way to the published version from each older one, by its id."""
    ids = [one.id for one in versions_of(deal_type)]
    steps = ladders(ids)
    with_people(step for ladder in steps.values() for step in ladder)
    new = steps.pop(deal_type.published_version_id)
    by_stage = {step.stage_id: step for step in new}
    if unknown := set(choices.values()) - set(by_stage):
        raise InvalidInput(
            _("Choose stages of the new version: %(stages)s.", stages=", ".join(step.stage.name for step in new)),
            fields={"stage": [str(one) for one in sorted(unknown)]},
        )
    return {
        version_id: Bridge(
            tuple(old), tuple(_successor(old, place, by_stage, choices, new) for place in range(len(old)))
        )
        for version_id, old in steps.items()
        if old and new
    }


def _successor(
    old: Sequence[TypeStage], place: int, new: Mapping[int, TypeStage], choices: Choices, ladder: Sequence[TypeStage]
) -> TypeStage:
    stage_id = old[place].stage_id
    if stage_id in new:
        return new[stage_id]
    if stage_id in choices:
        return new[choices[stage_id]]
    left = (new[step.stage_id] for step in reversed(old[:place]) if step.stage_id in new)
    return next(left, ladder[0])


def _asked(step: TypeStage) -> dict[str, Any]:
    return {name: value for name, value in as_columns(step_of_row(step)).items() if name not in ASIDE}


def _standing(version_ids: Sequence[int]) -> list[tuple[int, int, int]]:
    """Returns (version, place, number of running deals), the newest versions first."""
    query = Deal.select(Deal.type_version, Deal.place, fn.COUNT(Deal.id)).where(
        Deal.state == "open", Deal.type_version.in_(version_ids), Deal.deleted_at.is_null(), Deal.place.is_null(False)
    )
    query = query.group_by(Deal.type_version, Deal.place).order_by(Deal.type_version.desc(), Deal.place)
    return list(query.tuples()) if version_ids else []


def _first_deals(user: User, version_id: int, place: int) -> tuple[Deal, ...]:
    query = Deal.select(Deal, Client, User).join(Client).join_from(Deal, User, JOIN.LEFT_OUTER)
    query = query.where(Deal.state == "open", Deal.type_version == version_id, Deal.place == place)
    query = query.where(Deal.deleted_at.is_null(), visible_to(user, Deal.owner))
    return tuple(query.order_by(Deal.entered_at, Deal.id).limit(SHOWN))


def _fate(deal_type: DealType, number: int, bridge: Bridge, place: int, count: int, deals: tuple[Deal, ...]) -> Fate:
    old = bridge.old[place]
    kept = "kept" if bridge.keeps_task(place) else "replaced"
    return Fate(
        number=number,
        stage_id=old.stage_id,
        stage=old.stage.name,
        count=count,
        is_left=bridge.is_left(place),
        target_id=bridge.steps[place].stage_id,
        task=kept if deal_type.mode == PROCESS else "none",
        deals=deals,
    )

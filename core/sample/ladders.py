"""The three deal types of the sample company: the typical sale, a short sale in the shop, and tenders."""

from collections.abc import Sequence
from dataclasses import dataclass

from core.i18n import lazy
from core.runtime import CRM
from core.sample.seasons import Seasons
from core.stages.library import KEYS, add_from_library, name_of
from core.stages.models import DealType, DealTypeVersion, LossReason, TypeStage
from core.stages.services import (
    Step,
    create_stage,
    find_stage,
    find_type,
    ladders,
    publish,
    step_of_row,
    steps_of,
    usable_reasons,
    versions_of,
)

CLARIFICATION, CHANCE, PLACE = lazy("Clarification"), 85, 3  # in the second version, after the bid was submitted
NEEDS_NOTE = "other"


@dataclass(frozen=True)
class Ladder:
    """A version of a type with what the generator knows of its deals: how often, how long, how big (in euros)."""

    type_id: int
    version_id: int
    is_process: bool
    stage_ids: tuple[int, ...]
    chances: tuple[float, ...]
    reason_ids: tuple[tuple[int, ...], ...]
    share: float
    days_a_stage: float
    median_potential: float
    since: int
    steps: tuple[TypeStage, ...] = ()


def make_ladders(crm: CRM, seasons: Seasons) -> list[Ladder]:
    """Returns the ladders of the three types, which are made where they are missing; the tender has two versions."""
    sale, retail, tender = (_type(crm, key) for key in KEYS)
    stage = find_stage(str(CLARIFICATION)) or create_stage(crm, str(CLARIFICATION), probability=CHANCE)
    steps = [step_of_row(row) for row in steps_of(tender) if row.stage_id != stage.id]
    publish(crm, tender, [*steps[:PLACE], Step(stage), *steps[PLACE:]])
    middle = (seasons.begins_at + seasons.ends_at) // 2
    found = [_ladder(sale, 0.55, 5.0, 4_200.0), _ladder(retail, 0.35, 1.5, 260.0)]
    second, first = versions_of(tender)[:2]
    for version, since in ((first, seasons.begins_at), (second, middle)):
        DealTypeVersion.update(published_at=since).where(DealTypeVersion.id == version.id).execute()
        found.append(_ladder(tender, 0.10, 14.0, 31_000.0, version.id, since))
    return found


def _ladder(
    deal_type: DealType, share: float, days: float, median: float, version_id: int = 0, since: int = 0
) -> Ladder:
    version_id = version_id or deal_type.published_version_id
    steps: Sequence[TypeStage] = ladders([version_id])[version_id]
    return Ladder(
        type_id=deal_type.id,
        version_id=version_id,
        is_process=deal_type.mode == "process",
        stage_ids=tuple(step.stage_id for step in steps),
        chances=tuple(step.probability / 100 for step in steps),
        reason_ids=tuple(_reasons(place / len(steps)) for place in range(len(steps))),
        share=share,
        days_a_stage=days,
        median_potential=median,
        since=since,
        steps=tuple(steps),
    )


def _reasons(progress: float) -> tuple[int, ...]:
    """Returns reasons, the likely ones several times: early on nobody answers, later it is price and competitors."""
    reasons: list[LossReason] = [reason for reason in usable_reasons() if not reason.needs_note]
    if len(reasons) < 7:
        return tuple(reason.id for reason in reasons)
    expensive, competitor, no_need, put_off, no_budget, cant_deliver, unreachable = (one.id for one in reasons[:7])
    if progress < 0.3:
        return (unreachable, unreachable, unreachable, no_need, no_need, no_need, no_budget, put_off)
    if progress < 0.65:
        return (expensive, expensive, expensive, competitor, competitor, no_budget, put_off, put_off, cant_deliver)
    return (put_off, no_budget, no_budget, competitor, cant_deliver)


def _type(crm: CRM, key: str) -> DealType:
    """Returns the type of the library, made if the instance lacks it."""
    language = crm.config.language
    return find_type(name_of(key, language)) or add_from_library(crm, key, language)

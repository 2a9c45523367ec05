"""The three deal types of the sample company: the typical sale, a short sale in the shop, and tenders."""

from collections.abc import Sequence
from dataclasses import dataclass

from core.i18n import _, lazy
from core.runtime import CRM
from core.sample.seasons import Seasons
from core.stages.defaults import TYPICAL_SALE
from core.stages.models import DealType, DealTypeVersion, LossReason, TypeStage
from core.stages.services import (
    Step,
    all_stages,
    create_deal_type,
    create_stage,
    find_stage,
    find_type,
    ladders,
    publish,
    usable_reasons,
    versions_of,
)

RETAIL, TENDER = lazy("Retail sale"), lazy("Tender")
RETAIL_STAGES = ((lazy("Client qualification"), 70), (lazy("Commercial offer"), 75), (lazy("Payment"), 92))
TENDER_STAGES = (
    (lazy("Study of the documents"), 60),
    (lazy("Preparation of the bid"), 80),
    (lazy("Bid submitted"), 45),
    (lazy("Contract"), 92),
    (lazy("Delivery"), 98),
)
CLARIFICATION = (lazy("Clarification"), 85)  # stands in the second version, after the bid was submitted
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


def make_ladders(crm: CRM, seasons: Seasons) -> list[Ladder]:
    """Returns the ladders of the three types, which are made where they are missing; the tender has two versions."""
    sale = find_type(_(TYPICAL_SALE.message)) or create_deal_type(crm, str(TYPICAL_SALE), stages=all_stages())
    retail = find_type(str(RETAIL)) or create_deal_type(crm, str(RETAIL), stages=_steps(crm, RETAIL_STAGES))
    tender = find_type(str(TENDER)) or create_deal_type(
        crm, str(TENDER), mode="process", stages=_steps(crm, TENDER_STAGES)
    )
    publish(crm, tender, _steps(crm, (*TENDER_STAGES[:3], CLARIFICATION, *TENDER_STAGES[3:])))
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


def _steps(crm: CRM, stages: Sequence[tuple]) -> list[Step]:
    return [
        Step(find_stage(str(name)) or create_stage(crm, str(name), probability=probability), probability)
        for name, probability in stages
    ]

"""The card of a deal: where it stands, its facts, its client, what happened, its tasks and files, panels of plugins."""

from collections.abc import Sequence

from flask import request
from werkzeug.wrappers import Response

from core.clients.properties import properties_of
from core.clients.property_fields import typed_values
from core.deals.columns import chances_from
from core.deals.models import Deal
from core.deals.pages.blueprint import blueprint, shown_deal
from core.deals.pages.demand import box_of
from core.deals.pages.trash import deleted_card
from core.deals.pages.work import work_of
from core.errors import NotFound
from core.interactions.panels import part_of_timeline, shown_kinds
from core.process.picture import picture_of
from core.process.services import proposed_on, stage_task_of
from core.process.usual import ladder_with_usual
from core.stages.types import PROCESS
from core.tasks.models import Task
from core.tasks.services import tasks_of
from core.web.context import crm, needs, user
from core.web.pages import page
from core.web.panels import shown_actions, shown_panels, shown_tabs


@blueprint.get("/<int:deal_id>")
@needs("deals.read")
def card(deal_id: int) -> str | Response | tuple[str, int]:
    """Shows a deal; of one in the trash that it lies there."""
    try:
        deal = shown_deal(deal_id)
    except NotFound:
        return deleted_card(deal_id)
    properties = properties_of("deal")
    steps, usual = ladder_with_usual(deal)
    tasks = tasks_of(deal)
    stage_task = _stage_task(deal, tasks)
    return page(
        "deals/card.html",
        deal=deal,
        picture=picture_of(crm(), deal, steps, usual),
        stage_task=stage_task,
        work=work_of(deal, stage_task, steps) if stage_task else None,
        is_led=deal.deal_type.mode == PROCESS,
        chance=chances_from(steps)[deal.place] if steps and deal.is_open else None,
        properties=properties,
        property_values=typed_values(properties, deal.properties),
        wanted=box_of(deal),
        tasks=tasks,
        proofs=proposed_on(tasks),
        panels=shown_panels("deal_panels", deal=deal),
        actions=shown_actions("deal", deal),
        tabs=shown_tabs("deal", deal),
        **part_of_timeline(crm(), user(), "deal", deal, shown_kinds(request.args.get("show", ""))),
        today=crm().today(),
        now=crm().clock.now(),
    )


def _stage_task(deal: Deal, tasks: Sequence[Task]) -> Task | None:
    """Returns the task of the stage at which the deal stands: of those shown or, where these are cut off, at all."""
    if not (deal.is_open and deal.deal_type.mode == PROCESS):
        return None
    return next((task for task in tasks if task.is_stage_now), None) or stage_task_of(deal)

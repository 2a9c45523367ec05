"""The page of a task: what is to be done, its checklist and result, what was said about it, what became of it."""

from flask import request

from core.interactions.telling import tell
from core.interactions.timeline import timeline
from core.process import services as process
from core.tasks.pages.blueprint import blueprint, shown_task
from core.tasks.pages.results import result_lines
from core.web.context import crm, needs, user
from core.web.pages import page

ENTRIES = ("comment", "change")


@blueprint.get("/<int:task_id>")
@needs("clients.read")
def card(task_id: int) -> str:
    """Shows a task."""
    task = shown_task(task_id)
    found = timeline(crm(), user(), "task", task, kinds=ENTRIES, after=request.args.get("after", ""))
    return page(
        "tasks/card.html",
        task=task,
        result=result_lines(crm(), task),
        proofs=process.proposed_on([task]),
        timeline=found,
        told=tell(crm(), "task", [entry.record for entry in found.entries if entry.source == "change"]),
        me=user(),
    )

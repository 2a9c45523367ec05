"""Evidence that the result of a stage is fulfilled: proposed by plugins and the core, accepted by a person or by rule.

Nothing is written from an announcement: whoever has evidence calls `propose_evidence` inside its own work.
"""

from collections.abc import Iterable, Mapping
from typing import Any

from core.deals import rows
from core.deals.models import Deal
from core.errors import Conflict, CRMError, InvalidInput, NotAllowed, NotFound
from core.i18n import Text, _
from core.process.completing import finish, may_complete, standing
from core.process.models import Evidence
from core.process.results import checked_result
from core.process.stage_tasks import alter, stage_task_of
from core.runtime import CRM
from core.stages.results import read_fields
from core.store import audit
from core.tasks.models import Task
from core.users.models import User

PROPOSED, ACCEPTED, REJECTED = "proposed", "accepted", "rejected"


def kinds_of_evidence(crm: CRM) -> dict[str, Text]:
    """Returns the kinds of evidence that core and plugins may propose, with their names."""
    found = crm.hooks.collect_on_page("evidence_kinds", crm=crm)
    return {kind.key: kind.label for _plugin, kind in found if kind is not None}


def propose_evidence(
    crm: CRM,
    deal: Deal,
    *,
    plugin: str,
    kind: str,
    key: str,
    title: str,
    result: Mapping[str, Any] | None = None,
    entity: str = "",
    entity_id: int | None = None,
    url: str = "",
) -> Evidence | None:
    """Returns the evidence on the task of the deal's stage, or None where the stage doesn't ask for this kind.

    `key` is unique and begins with the plugin's name: proposing it again changes nothing. `result` says what the
    evidence tells, by key of the stage's field, or by kind of field (file, date, money…) for the first such field that
    is still unknown. Where the stage takes it automatically, the task is done in the same transaction if its result
    is complete by then; else somebody accepts it.
    """
    with crm.work():
        known = Evidence.get_or_none(Evidence.key == key)
        task = stage_task_of(deal)
        rule = _rule(task, kind)
        if known is not None or task is None or rule is None:
            return known
        rows.take_now(crm, deal.id)
        made = Evidence.create(
            task=task.id,
            deal=deal.id,
            plugin=plugin,
            kind=kind,
            key=key,
            title=title,
            entity=entity,
            entity_id=entity_id,
            url=url,
            result=_fitting(task, result or {}),
            at=crm.clock.now(),
        )
        audit.record(crm, "task", task.id, "evidence proposed", {"evidence": [None, title]})
        if rule["is_automatic"] and _done_by(crm, made, task, None):
            _decide(crm, made, ACCEPTED, None)
    return made


def accept_evidence(crm: CRM, user: User, evidence: Evidence) -> Evidence:
    """Returns the evidence as accepted by `user`; what it tells is kept, and if that was all, the task is done.

    Raises NotAllowed for who may not do the task, Conflict when it was decided before or the task is done.
    """
    with crm.work():
        task = _open_task(crm, user, evidence)
        _decide(crm, evidence, ACCEPTED, user)
        if not _done_by(crm, evidence, task, user):
            alter(crm, task, "evidence accepted", result={**task.result, **evidence.result})
    return evidence


def reject_evidence(crm: CRM, user: User, evidence: Evidence) -> Evidence:
    """Returns the evidence as rejected: it shows nothing; raises as `accept_evidence` does."""
    with crm.work():
        task = _open_task(crm, user, evidence)
        _decide(crm, evidence, REJECTED, user)
        audit.record(crm, "task", task.id, "evidence rejected", {"evidence": [evidence.title, None]})
    return evidence


def evidence_of(task: Task) -> list[Evidence]:
    """Returns the evidence on a task, newest first; the caller has found the task visible."""
    return list(Evidence.select().where(Evidence.task == task.id).order_by(Evidence.id.desc()))


def proposed_on(tasks: Iterable[Task]) -> dict[int, list[Evidence]]:
    """Returns what is proposed on these tasks and waits for a decision, by task; the caller has found them visible."""
    found: dict[int, list[Evidence]] = {}
    waits = (Evidence.state == PROPOSED) & Evidence.task.in_([task.id for task in tasks])
    for one in Evidence.select().where(waits).order_by(Evidence.id):
        found.setdefault(one.task_id, []).append(one)
    return found


def evidence_of_deal(deal: Deal) -> list[Evidence]:
    """Returns the evidence on all tasks of a deal, newest first; the caller has found the deal visible."""
    return list(Evidence.select().where(Evidence.deal == deal.id).order_by(Evidence.id.desc()))


def get_evidence(task: Task, evidence_id: int) -> Evidence:
    """Returns one evidence on a task; raises NotFound."""
    found = Evidence.get_or_none(Evidence.id == evidence_id, Evidence.task == task.id)
    if found is None:
        raise NotFound(_("There is no such evidence on this task."))
    return found


def _rule(task: Task | None, kind: str) -> Mapping[str, Any] | None:
    if task is None or task.step is None:
        return None
    return next((one for one in task.step.evidence if one["kind"] == kind), None)


def _fitting(task: Task, result: Mapping[str, Any]) -> dict[str, Any]:
    """Returns what of a result the task asks for, as it keeps it; a value that doesn't fit its field is left out."""
    fields = {one.key: one for one in read_fields(task.step.result)}
    found: dict[str, Any] = {}
    for name, value in result.items():
        keys = [name] if name in fields else [key for key, one in fields.items() if one.kind == name]
        free = [key for key in keys if key not in found and task.result.get(key) is None]
        if not free:
            continue
        try:
            found[free[0]] = checked_result(task, {free[0]: value}, partial=True)[1][free[0]]
        except InvalidInput:
            continue
    return found


def _done_by(crm: CRM, evidence: Evidence, task: Task, user: User | None) -> bool:
    """Does the task if nothing of its result is missing with this evidence, and tells whether it was."""
    try:
        with crm.work():
            finish(crm, task, evidence.result, done_by=user)
    except CRMError:  # something is still missing, or somebody refuses the turn: then a person has to look
        return False
    return True


def _decide(crm: CRM, evidence: Evidence, state: str, user: User | None) -> None:
    evidence.state, evidence.decided_at, evidence.user_id = state, crm.clock.now(), user.id if user else None
    evidence.save(only=evidence.dirty_fields)


def _open_task(crm: CRM, user: User, evidence: Evidence) -> Task:
    """Returns the standing task of an evidence on which nobody has decided, its deal locked."""
    if not may_complete(user, evidence.task):
        raise NotAllowed(_("This is somebody else's task. Ask for it, or for the right to change the deal."))
    rows.take_now(crm, evidence.deal_id)
    fresh = Evidence.get_by_id(evidence.id)
    if fresh.state != PROPOSED:
        raise Conflict(_("Somebody has decided about this evidence already."))
    return standing(evidence.task)

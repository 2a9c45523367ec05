"""Looks through the base for deals whose tasks are out of step with where they stand."""

from typing import Any

from peewee import JOIN, fn

from core.deals.models import Deal, StageVisit
from core.process.stage_tasks import STANDING
from core.runtime import CRM
from core.stages.models import DealType, TypeStage
from core.stages.steps import PROCESS
from core.tasks.models import Task
from core.tasks.words import HELD, OPEN, STAGE


def find_deals_out_of_step(crm: CRM) -> list[tuple[str, str]]:
    """Returns (number of the deal, what is wrong) of every deal that lacks a task of its stage or has a wrong one."""
    looks = (
        (_without_task, "no task stands for its stage; the worker makes it within the hour."),
        (_astray, "a task stands for a stage where it isn't; the worker cancels it within the hour."),
        (_held_wrongly, "its task is held though the deal isn't, or the other way round."),
        (_of_another_visit, "its task does not belong to its present stay at the stage."),
    )
    return [(number, what) for look, what in looks for number in look()]


def _led() -> Any:
    """Returns the condition of the deals that must have a task of their stage."""
    is_process = Deal.deal_type.in_(DealType.select(DealType.id).where(DealType.mode == PROCESS))
    return is_process & (Deal.state == "open") & Deal.deleted_at.is_null() & Deal.place.is_null(False)


def _without_task() -> list[str]:
    task = Task.select().where(Task.deal == Deal.id, Task.kind == STAGE, Task.state.in_(STANDING))
    return _numbers(Deal.select(Deal.number).where(_led(), ~fn.EXISTS(task)))


def _astray() -> list[str]:
    is_there = (TypeStage.version == Deal.type_version) & (TypeStage.place == Deal.place)
    return _numbers(_standing().join_from(Task, TypeStage, JOIN.LEFT_OUTER).where(~_led() | ~is_there))


def _held_wrongly() -> list[str]:
    is_held = Deal.on_hold_until.is_null(False)
    wrong = (is_held & (Task.state == OPEN)) | (~is_held & (Task.state == HELD))
    return _numbers(_standing().where(_led(), wrong))


def _of_another_visit() -> list[str]:
    join = (StageVisit.id == Task.visit_id) & (StageVisit.deal == Deal.id) & StageVisit.left_at.is_null()
    query = _standing().join_from(Task, StageVisit, JOIN.LEFT_OUTER, on=join)
    return _numbers(query.where(_led(), StageVisit.id.is_null()))


def _standing() -> Any:
    return Task.select(Deal.number).join(Deal).where(Task.kind == STAGE, Task.state.in_(STANDING))


def _numbers(query: Any) -> list[str]:
    return [number for (number,) in query.order_by(Deal.id).tuples()]

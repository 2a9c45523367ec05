"""A stage as a type takes it up: the chance to pass it, who has it, how long, what is done and must be known there."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from core.errors import InvalidInput
from core.i18n import _
from core.stages.models import Stage, TypeStage
from core.stages.reference import check_probability
from core.stages.responsibles import OWNER, RESPONSIBLES, ROLE, USER
from core.stages.results import ResultField, as_rows, check_fields, read_fields
from core.users.models import Role, User

PROCESS, MANUAL, NO_STAGES = "process", "manual", "none"
# Which places a deal stood at is kept as the bits of one 64-bit integer.
MOST_STAGES = 60


@dataclass(frozen=True)
class Step:
    """A stage as a type takes it up; without a probability it has that of the stage.

    At most one of `limit_days` and `limit_hours`, in working time, is set; `user` and `role` go with `responsible`.
    `evidence` holds {"kind", "is_automatic"} of what plugins may propose as the result.
    """

    stage: Stage
    probability: int | None = None
    limit_days: int | None = None
    limit_hours: int | None = None
    responsible: str = OWNER
    user: User | None = None
    role: Role | None = None
    task_title: str = ""
    instructions: str = ""
    checklist: tuple[str, ...] = ()
    result: tuple[ResultField, ...] = ()
    evidence: tuple[Mapping[str, Any], ...] = ()
    is_mandatory: bool = False

    @property
    def chance(self) -> int:
        """The chance to pass the stage, in per cent."""
        return self.stage.probability if self.probability is None else self.probability


def as_columns(step: Step) -> dict[str, Any]:
    """Returns the step as the columns of a version's row; equal steps have equal columns."""
    return {
        "stage_id": step.stage.id,
        "probability": step.chance,
        "limit_days": step.limit_days,
        "limit_hours": step.limit_hours,
        "responsible": step.responsible,
        "user_id": step.user.id if step.user else None,
        "role_id": step.role.id if step.role else None,
        "task_title": step.task_title.strip(),
        "instructions": step.instructions.strip(),
        "checklist": list(step.checklist),
        "result": as_rows(step.result),
        "evidence": [dict(one) for one in step.evidence],
        "is_mandatory": step.is_mandatory,
    }


def step_of_row(row: TypeStage) -> Step:
    """Returns the step that a version's row holds."""
    return Step(
        row.stage,
        row.probability,
        row.limit_days,
        row.limit_hours,
        row.responsible,
        row.user,
        row.role,
        row.task_title,
        row.instructions,
        tuple(row.checklist),
        tuple(read_fields(row.result)),
        tuple(row.evidence),
        row.is_mandatory,
    )


def check_steps(mode: str, steps: Sequence[Step]) -> None:
    """Raises InvalidInput, naming the stage, for a list of stages that a type of this mode can't have.

    What is wrong with a field of a stage is told of `stages.<place>.<field>`.
    """
    if mode == NO_STAGES and steps:
        raise InvalidInput(_("A type of no process has no stages. Take them away or choose another mode."))
    if mode != NO_STAGES and not steps:
        raise InvalidInput(_("A type of this mode needs at least one stage. Add one."))
    if len(steps) > MOST_STAGES:
        raise InvalidInput(_("A type can have at most %(n)s stages.", n=MOST_STAGES))
    seen: set[int] = set()
    for place, step in enumerate(steps):
        try:
            _check_step(step, seen)
        except InvalidInput as error:
            fields = {f"stages.{place}.{name}": found for name, found in error.fields.items()}
            raise InvalidInput(error.message, fields=fields) from error
        seen.add(step.stage.id)


def _check_step(step: Step, seen: set[int]) -> None:
    if step.stage.id in seen:
        raise _refused("stage", _("The stage “%(stage)s” stands in the list twice.", stage=step.stage.name))
    check_probability(step.chance)
    _check_limit(step)
    _check_responsible(step)
    check_fields(step.stage.name, step.result)


def _check_limit(step: Step) -> None:
    name = step.stage.name
    if step.limit_days is not None and step.limit_days < 1:
        raise _refused("limit_days", _("The limit of “%(stage)s” must be at least one day.", stage=name))
    if step.limit_hours is not None and step.limit_hours < 1:
        raise _refused("limit_hours", _("The limit of “%(stage)s” must be at least one hour.", stage=name))
    if step.limit_days is not None and step.limit_hours is not None:
        raise _refused("limit_hours", _("Limit “%(stage)s” in days or in hours, not both.", stage=name))


def _check_responsible(step: Step) -> None:
    name, sentence = step.stage.name, ""
    if step.responsible not in RESPONSIBLES:
        known = ", ".join(RESPONSIBLES)
        sentence = _("“%(stage)s”: the responsible is one of %(known)s.", stage=name, known=known)
    elif step.responsible == USER and step.user is None:
        sentence = _("“%(stage)s”: choose the user who is responsible.", stage=name)
    elif step.responsible == USER and not step.user.is_active:
        person = step.user.name
        sentence = _(
            "“%(stage)s”: %(name)s does not work here any more; choose somebody else.", stage=name, name=person
        )
    elif step.responsible == ROLE and step.role is None:
        sentence = _("“%(stage)s”: choose the role that is responsible.", stage=name)
    if sentence:
        raise _refused("responsible", sentence)


def _refused(field: str, sentence: str) -> InvalidInput:
    return InvalidInput(sentence, fields={field: [sentence]})

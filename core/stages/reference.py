"""The reference list of stages: what a type may choose from. A stage in use is retired, never deleted."""

from collections.abc import Iterable, Mapping
from typing import Any

from core.errors import InvalidInput, NotFound
from core.i18n import _
from core.runtime import CRM
from core.stages.models import DealType, DealTypeVersion, Stage, TypeStage
from core.store import audit


def create_stage(crm: CRM, name: str, *, probability: int = 100, is_standard: bool = False) -> Stage:
    """Returns a new stage; `probability` is the chance to pass it, in per cent. Raises InvalidInput."""
    name = _free_name(name)
    check_probability(probability)
    with crm.work():
        stage = Stage.create(name=name, probability=probability, is_standard=is_standard)
        audit.record(crm, "stage", stage.id, "created", {"name": [None, name]})
    return stage


def change_stage(crm: CRM, stage: Stage, values: Mapping[str, Any]) -> Stage:
    """Changes name, default probability or whether types may still choose the stage, and returns it."""
    if "name" in values:
        values = {**values, "name": _free_name(values["name"], besides=stage)}
    if "probability" in values:
        check_probability(values["probability"])
    changes = audit.differences({name: getattr(stage, name) for name in values}, values)
    if changes:
        with crm.work():
            Stage.update(**{name: after for name, (_before, after) in changes.items()}).where(
                Stage.id == stage.id
            ).execute()
            audit.record(crm, "stage", stage.id, "changed", changes)
        for name, (_before, after) in changes.items():
            setattr(stage, name, after)
    return stage


def delete_stage(crm: CRM, stage: Stage) -> None:
    """Deletes a stage that no type ever took up; raises InvalidInput, naming the types, for one in use."""
    with crm.work():
        types = types_using([stage.id]).get(stage.id)
        if types:
            raise InvalidInput(
                _(
                    "“%(stage)s” is a stage of %(types)s, so it can't be deleted. Retire it, and no type takes it.",
                    stage=stage.name,
                    types=", ".join(f"“{name}”" for name in types),
                )
            )
        Stage.delete().where(Stage.id == stage.id).execute()
        audit.record(crm, "stage", stage.id, "deleted", {"name": [stage.name, None]})


def types_using(stage_ids: Iterable[int] | None = None) -> dict[int, list[str]]:
    """Returns the names of the types that have or had each of these stages (or of all), by the stage's id."""
    query = TypeStage.select(TypeStage.stage, DealType.name).join(DealTypeVersion).join(DealType).distinct()
    if stage_ids is not None:
        query = query.where(TypeStage.stage.in_(list(stage_ids)))
    found: dict[int, list[str]] = {}
    for stage_id, name in query.order_by(DealType.name).tuples():
        found.setdefault(stage_id, []).append(name)
    return found


def all_stages(*, with_retired: bool = False) -> list[Stage]:
    """Returns the stages in the order in which they were made."""
    query = Stage.select().order_by(Stage.id)
    return list(query if with_retired else query.where(Stage.is_active))


def get_stage(stage_id: int) -> Stage:
    """Returns a stage; raises NotFound."""
    stage = Stage.get_or_none(Stage.id == stage_id)
    if stage is None:
        raise NotFound(_("There is no such stage."))
    return stage


def find_stage(name: str) -> Stage | None:
    """Returns the stage of a name, whatever its case, or None."""
    wanted = name.strip().casefold()
    return next((stage for stage in Stage.select() if stage.name.casefold() == wanted), None)


def check_probability(probability: int) -> None:
    """Raises InvalidInput unless the chance to pass a stage is a number from 0 to 100."""
    if not 0 <= probability <= 100:
        sentence = _("The chance to pass a stage is a number from 0 to 100 per cent.")
        raise InvalidInput(sentence, fields={"probability": [sentence]})


def _free_name(name: str, besides: Stage | None = None) -> str:
    name = " ".join(name.split())
    if not name:
        raise InvalidInput(_("A stage needs a name."), fields={"name": [_("Type a name.")]})
    taken = find_stage(name)
    if taken is not None and (besides is None or taken.id != besides.id):
        sentence = _("There is already a stage “%(name)s”.", name=taken.name)
        raise InvalidInput(sentence, fields={"name": [sentence]})
    return name

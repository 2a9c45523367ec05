"""Deal types: how deals of a kind are led, and the versions of their list of stages.

A published version never changes: a changed list is a new version, and deals that run keep theirs.
"""

from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from babel.numbers import is_currency

from core.errors import Conflict, InvalidInput, NotFound
from core.i18n import _, lazy
from core.runtime import CRM
from core.stages.models import DealType, DealTypeVersion, Stage, TypeStage
from core.stages.reference import create_stage, find_stage
from core.stages.responsibles import OWNER, Responsible, read, with_people
from core.stages.steps import MANUAL, NO_STAGES, PROCESS, Step, as_columns, check_steps, step_of_row
from core.store import audit
from core.store.written import Written
from core.users.models import User

MODES = {
    PROCESS: lazy("Process"),
    MANUAL: lazy("Manual"),
    NO_STAGES: lazy("No process"),
}


def create_deal_type(
    crm: CRM,
    name: str,
    *,
    mode: str = MANUAL,
    stages: Iterable[str | Stage | Step] = (),
    is_used: bool = True,
    registers_demand: bool = False,
    currency: str = "",
    default_owner: User | None = None,
    loss_responsible: Responsible | str | None = None,
) -> DealType:
    """Returns a new type with its first version published; stages given by name are made when missing.

    Unless told otherwise, the owner works up a loss in a process, and nobody in a sale led by hand. Raises InvalidInput
    for a name in use, an unknown mode or currency, and stages that don't fit the mode.
    """
    if loss_responsible is None:
        loss_responsible = OWNER if mode == PROCESS else ""
    values = {"name": name, "mode": mode, "currency": currency, "loss_responsible": loss_responsible}
    values = _checked({**values, "default_owner": default_owner})
    with crm.work():
        steps = [_as_step(crm, stage) for stage in stages]
        check_steps(mode, steps)
        deal_type = DealType.create(
            **values,
            is_used=is_used,
            registers_demand=registers_demand,
            created_at=crm.clock.now(),
        )
        audit.record(crm, "deal_type", deal_type.id, "created", {"name": [None, deal_type.name]})
        _write_version(crm, deal_type, steps)
    return deal_type


def change_deal_type(
    crm: CRM, deal_type: DealType, values: Mapping[str, Any], *, version: int | None = None
) -> DealType:
    """Changes name, mode, currency, default owner, loss_responsible and switches, and returns the type.

    Stages go by `publish`. `version` is what the user saw (default: that of the record given). Raises InvalidInput,
    also for a mode that doesn't fit the stages the type has, and Conflict when somebody changed the type since.
    """
    given = {name: value for name, value in values.items() if name not in ("loss_responsible", "default_owner")}
    values = {**given, **_checked(values, besides=deal_type)}
    if (values.get("mode", deal_type.mode) == NO_STAGES) != (deal_type.mode == NO_STAGES):
        raise InvalidInput(
            _("A type with stages can't become one without, or the other way round. Make a new type instead."),
            fields={"mode": [_("Leave it as it is.")]},
        )
    changes = audit.differences({name: getattr(deal_type, name) for name in values}, values)
    if changes:
        with crm.work():
            _take(deal_type, version)
            for name, (_before, after) in changes.items():
                setattr(deal_type, name, after)
            deal_type.save(only=deal_type.dirty_fields)
            audit.record(crm, "deal_type", deal_type.id, "changed", changes)
            if "mode" in changes:
                # Running deals get the tasks of their stages, or lose them, at once and not within the hour.
                crm.jobs.enqueue("core.keep_stage_tasks", {})
    return deal_type


def publish(
    crm: CRM, deal_type: DealType, stages: Iterable[str | Stage | Step], *, version: int | None = None
) -> DealTypeVersion:
    """Returns the version with these stages: a new one, or the present one if nothing differs.

    Deals that run keep the version they have. `version` is what the user saw of the type (default: that of the record
    given). Raises InvalidInput for stages that don't fit the type's mode, Conflict when somebody changed it since.
    """
    with crm.work():
        steps = [_as_step(crm, stage) for stage in stages]
        check_steps(deal_type.mode, steps)
        present = [as_columns(step_of_row(row)) for row in with_people(steps_of(deal_type))]
        if present == [as_columns(step) for step in steps]:
            return get_version(deal_type.published_version_id)
        _take(deal_type, version)
        version = _write_version(crm, deal_type, steps)
        audit.record(crm, "deal_type", deal_type.id, "published", {"version": [version.number - 1, version.number]})
    return version


def steps_of(deal_type: DealType) -> list[TypeStage]:
    """Returns the stages of the type's published version, in order."""
    return ladders([deal_type.published_version_id])[deal_type.published_version_id]


def ladders(version_ids: Sequence[int]) -> dict[int, list[TypeStage]]:
    """Returns the stages of each version, in order, by one query; a version without stages has an empty list."""
    found: dict[int, list[TypeStage]] = {version_id: [] for version_id in version_ids}
    if len(found) == 1:
        return {version_id: _LADDER.rows(version_id) for version_id in found}
    query = TypeStage.select(TypeStage, Stage).join(Stage).where(TypeStage.version.in_(list(found)))
    for step in query.order_by(TypeStage.place):
        found[step.version_id].append(step)
    return found


def all_types(*, only_used: bool = False) -> list[DealType]:
    """Returns the types by name; those whose use is allowed, if `only_used`."""
    return [one for one in _BY_NAME.rows() if one.is_used or not only_used]


def get_type(type_id: int) -> DealType:
    """Returns a deal type; raises NotFound."""
    deal_type = DealType.get_or_none(DealType.id == type_id)
    if deal_type is None:
        raise NotFound(_("There is no such deal type."))
    return deal_type


def find_type(name: str) -> DealType | None:
    """Returns the type of a name, whatever its case, or None."""
    wanted = name.strip().casefold()
    return next((one for one in DealType.select() if one.name.casefold() == wanted), None)


def versions_of(deal_type: DealType) -> list[DealTypeVersion]:
    """Returns the type's versions, newest first."""
    return _VERSIONS.rows(deal_type.id)


def get_version(version_id: int) -> DealTypeVersion:
    """Returns a version of a type; raises NotFound."""
    version = DealTypeVersion.get_or_none(DealTypeVersion.id == version_id)
    if version is None:
        raise NotFound(_("There is no such version of a deal type."))
    return version


def _take(deal_type: DealType, version: int | None) -> None:
    """Locks the type for a change of it until the work ends; raises Conflict when somebody was faster."""
    seen = deal_type.version if version is None else version
    is_mine = (DealType.id == deal_type.id) & (DealType.version == seen)
    if not DealType.update(version=seen + 1).where(is_mine).execute():
        raise Conflict(
            _("Somebody changed “%(name)s” meanwhile. Look at it again and repeat your change.", name=deal_type.name)
        )
    deal_type.version = seen + 1


def _write_version(crm: CRM, deal_type: DealType, steps: list[Step]) -> DealTypeVersion:
    newest = DealTypeVersion.select().where(DealTypeVersion.deal_type == deal_type.id).count()
    version = DealTypeVersion.create(deal_type=deal_type, number=newest + 1, published_at=crm.clock.now())
    for place, step in enumerate(steps):
        TypeStage.create(version=version, place=place, **as_columns(step))
    deal_type.published_version_id = version.id
    DealType.update(published_version_id=version.id).where(DealType.id == deal_type.id).execute()
    return version


def _as_step(crm: CRM, stage: str | Stage | Step) -> Step:
    if isinstance(stage, str):
        stage = find_stage(stage) or create_stage(crm, stage)
    return stage if isinstance(stage, Step) else Step(stage)


def _checked(values: Mapping[str, Any], besides: DealType | None = None) -> dict[str, Any]:
    """Returns the columns of name, mode, currency and people that are given, put in order; raises InvalidInput."""
    checked = {}
    if "name" in values:
        checked["name"] = _free_name(values["name"], besides)
    if "mode" in values:
        checked["mode"] = values["mode"]
        if values["mode"] not in MODES:
            sentence = _("A mode is one of %(modes)s.", modes=", ".join(MODES))
            raise InvalidInput(sentence, fields={"mode": [sentence]})
    if "currency" in values:
        checked["currency"] = (values["currency"] or "").strip().upper()
        if checked["currency"] and not is_currency(checked["currency"]):
            sentence = _("“%(code)s” is no currency; use a code such as EUR.", code=checked["currency"])
            raise InvalidInput(sentence, fields={"currency": [sentence]})
    if "loss_responsible" in values:
        checked |= _loss_columns(values["loss_responsible"])
    if "default_owner" in values:
        _check_works_here("default_owner", values["default_owner"])
        checked["default_owner_id"] = getattr(values["default_owner"], "id", None)
    return checked


def _loss_columns(who: Responsible | str | None) -> dict[str, Any]:
    who = who if isinstance(who, Responsible) else read(who or "")
    _check_works_here("loss_responsible", who.user)
    return {
        "loss_responsible": who.kind,
        "loss_user_id": who.user.id if who.user else None,
        "loss_role_id": who.role.id if who.role else None,
    }


def _check_works_here(field: str, user: User | None) -> None:
    if user is not None and not user.is_active:
        sentence = _("%(name)s does not work here any more; choose somebody else.", name=user.name)
        raise InvalidInput(sentence, fields={field: [sentence]})


def _free_name(name: str, besides: DealType | None) -> str:
    name = " ".join(name.split())
    if not name:
        raise InvalidInput(_("A deal type needs a name."), fields={"name": [_("Type a name.")]})
    taken = find_type(name)
    if taken is not None and (besides is None or taken.id != besides.id):
        sentence = _("There is already a deal type “%(name)s”.", name=taken.name)
        raise InvalidInput(sentence, fields={"name": [sentence]})
    return name


_BY_NAME = Written(lambda: DealType.select().order_by(DealType.name))
_LADDER = Written(
    lambda version_id: (
        TypeStage.select(TypeStage, Stage).join(Stage).where(TypeStage.version == version_id).order_by(TypeStage.place)
    )
)
_VERSIONS = Written(
    lambda type_id: (
        DealTypeVersion.select().where(DealTypeVersion.deal_type == type_id).order_by(DealTypeVersion.number.desc())
    )
)

"""Deal types as TOML, by which integrators carry processes between customers.

A file names people by login, roles by key and stages by name, so that it fits every instance. What is read from a
written file is written again to the letter.
"""

import json
import tomllib
from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import Any

from marshmallow import ValidationError

from core.errors import InvalidInput
from core.i18n import _
from core.runtime import CRM
from core.stages.models import DealType, Stage
from core.stages.reference import create_stage, find_stage
from core.stages.responsibles import with_people
from core.stages.schemas import DealTypeSchema
from core.stages.step_schemas import StepSchema, as_step
from core.stages.steps import Step
from core.stages.types import create_deal_type, steps_of
from core.users.models import User

HEADING = "# A deal type of Hinka; `hinka deal-type import FILE` brings it into another instance."
TYPE_KEYS = ("name", "mode", "is_used", "registers_demand", "currency", "default_owner", "loss_responsible")
STEP_KEYS = (
    "name",
    "probability",
    "limit_days",
    "limit_hours",
    "responsible",
    "is_mandatory",
    "task_title",
    "instructions",
    "checklist",
    "evidence",
)
FIELD_KEYS = ("key", "label", "kind", "is_required", "choices")
# What is written even if it is no or nobody: without it a reader takes something else.
ALWAYS = ("is_used", "is_required", "loss_responsible")
MOST_SENTENCES = 5


def export_type(deal_type: DealType) -> str:
    """Returns a deal type with the stages of its published version as TOML."""
    owner = deal_type.default_owner
    values = {**DealTypeSchema().dump(deal_type), "default_owner": owner.login if owner else None}
    lines = [HEADING, *_pairs(values, TYPE_KEYS)]
    for step in StepSchema(many=True).dump(with_people(steps_of(deal_type))):
        lines += ["", "[[stages]]", *_pairs(step, STEP_KEYS)]
        for one in step["result"]:
            lines += ["", "[[stages.result]]", *_pairs(one, FIELD_KEYS)]
    return "\n".join(lines) + "\n"


def import_type(crm: CRM, text: str, *, name: str = "") -> DealType:
    """Returns the new deal type that a TOML text describes, under another name if one is given.

    Stages that the reference list lacks are made. Raises InvalidInput, naming every user and role that is missing and
    whatever else is wrong; nothing is written then.
    """
    values = read_toml(text)
    if name.strip():
        values["name"] = name.strip()
    stages, wrong = values.pop("stages", []), []
    values = _read_type(values, wrong)
    steps = _read_steps(stages, wrong)
    if wrong:
        raise InvalidInput(" ".join(wrong[:MOST_SENTENCES]))
    with crm.work():
        made = [_step(crm, name, loaded) for name, loaded in steps]
        return create_deal_type(crm, stages=made, **values)


def read_toml(text: str) -> dict[str, Any]:
    """Returns what a TOML text holds; raises InvalidInput that names the line which can't be read."""
    try:
        values = tomllib.loads(text)
    except tomllib.TOMLDecodeError as error:
        raise InvalidInput(_("This is no valid TOML: %(error)s. Correct that line.", error=str(error))) from error
    if "\0" in str(values) or "\\x00" in repr(values):
        raise InvalidInput(_("Leave out characters that can't be written."))
    return values


def _read_type(values: dict[str, Any], wrong: list[str]) -> dict[str, Any]:
    login = values.pop("default_owner", "")
    owner = User.get_or_none(User.login == login) if isinstance(login, str) and login else None
    if login and owner is None:
        wrong.append(_("There is no user with the login “%(login)s”.", login=login))
    try:
        loaded = DealTypeSchema(exclude=("default_owner",)).load(values)
    except ValidationError as error:
        wrong += _sentences(error.normalized_messages())
        return {}
    return {**loaded, "default_owner": owner}


def _read_steps(stages: Any, wrong: list[str]) -> list[tuple[str, dict[str, Any]]]:
    if not isinstance(stages, list) or not all(isinstance(one, dict) for one in stages):
        wrong.append(_("Write each stage under a heading [[stages]] of its own."))
        return []
    found = []
    for number, stage in enumerate(stages, 1):
        name = " ".join(str(stage.pop("name", "")).split())
        if not name:
            wrong.append(_("Stage %(number)s needs a name.", number=number))
        try:
            found.append((name, StepSchema(exclude=("stage",)).load(stage)))
        except ValidationError as error:
            sentences = _sentences(error.normalized_messages())
            wrong += [_("“%(stage)s”: %(sentence)s", stage=name, sentence=one) for one in sentences]
    return found


def _step(crm: CRM, name: str, loaded: Mapping[str, Any]) -> Step:
    stage: Stage | None = find_stage(name)
    if stage is None:
        probability = loaded["probability"]
        stage = create_stage(crm, name, probability=100 if probability is None else probability)
    return as_step(loaded, stage)


def _sentences(messages: Any, path: str = "") -> Iterator[str]:
    if isinstance(messages, Mapping):
        for name, below in messages.items():
            yield from _sentences(below, f"{path}.{name}" if path else str(name))
    else:
        for one in messages:
            yield f"{path}: {one}"


def _pairs(values: Mapping[str, Any], keys: Sequence[str]) -> Iterable[str]:
    """Yields the lines of the keys that say something; an empty value is what a reader takes for a missing one."""
    for key in keys:
        value = values[key]
        if (value is not False and value not in (None, "", [])) or key in (
            "is_used",
            "is_required",
            "loss_responsible",
        ):
            yield f"{key} = {_written(value)}"


def _written(value: Any) -> str:
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, int):
        return str(value)
    if isinstance(value, Mapping):
        return "{ " + ", ".join(f"{key} = {_written(one)}" for key, one in value.items()) + " }"
    if isinstance(value, list):
        inner = [_written(one) for one in value]
        if len(inner) < 2:
            return f"[{', '.join(inner)}]"
        return "[\n" + "".join(f"    {one},\n" for one in inner) + "]"
    if "\n" in value:
        return '"""\n' + "\n".join(_escaped(line) for line in value.split("\n")) + '"""'
    return f'"{_escaped(value)}"'


def _escaped(text: str) -> str:
    # JSON's escapes are TOML's, but for one character that JSON leaves as it is.
    return json.dumps(text, ensure_ascii=False)[1:-1].replace("\x7f", "\\u007f")

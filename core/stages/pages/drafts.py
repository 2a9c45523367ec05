"""The stages of a type while somebody edits them: kept in the form as they were typed, not in the database."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field, replace
from typing import Any

from marshmallow import ValidationError

from core.errors import InvalidInput
from core.i18n import _
from core.stages.models import Stage
from core.stages.reference import get_stage
from core.stages.responsibles import OWNER, written
from core.stages.results import ResultField
from core.stages.step_schemas import StepSchema, as_step
from core.stages.steps import Step
from core.store.reading import read_number
from core.web.sentences import plain

TEXTS = ("probability", "limit", "unit", "responsible", "task_title", "instructions", "checklist")


@dataclass(frozen=True)
class DraftField:
    """A row of what a stage asks to be known; `row` names it within its stage, `choices` has one a line."""

    row: str
    key: str = ""
    label: str = ""
    kind: str = "text"
    is_required: bool = True
    choices: str = ""


@dataclass(frozen=True)
class DraftStep:
    """A stage of the list, as typed; `chance` is that to win from here, if known; `errors` has sentences by field."""

    stage_id: int
    name: str
    texts: Mapping[str, str]
    result: tuple[DraftField, ...] = ()
    evidence: tuple[str, ...] = ()
    automatic: tuple[str, ...] = ()
    is_mandatory: bool = False
    is_open: bool = False
    chance: float | None = None
    errors: Mapping[str, list[str]] = field(default_factory=dict)


def of_steps(steps: Iterable[Step]) -> list[DraftStep]:
    """Returns the draft of a list of stages."""
    return with_chances([_of_step(step) for step in steps])


def of_stage(stage: Stage) -> DraftStep:
    """Returns the row of a stage that was just taken up: open, to be filled in."""
    return replace(_of_step(Step(stage)), is_open=True)


def read_draft(sent: Any) -> list[DraftStep]:
    """Returns the draft of a sent form: its rows in their order; raises NotFound for a stage that is none."""
    names = {stage.id: stage.name for stage in Stage.select()}
    rows = []
    for text in dict.fromkeys(sent.getlist("stage_id")):
        stage_id = read_number(text) or 0
        rows.append(_read_step(sent, stage_id, names.get(stage_id) or get_stage(stage_id).name))
    return with_chances(rows)


def steps_of_draft(draft: Iterable[DraftStep]) -> list[Step]:
    """Returns the stages that a draft means.

    Raises InvalidInput that names the first stage with a fault, and tells all of them by `stages.<place>.<field>`.
    """
    steps, wrong, first = [], {}, ""
    for place, row in enumerate(draft):
        try:
            steps.append(as_step(StepSchema().load(_values(row)), get_stage(row.stage_id)))
        except ValidationError as error:
            found = dict(_flat(error.normalized_messages(), f"stages.{place}"))
            wrong |= found
            first = first or _("“%(stage)s”: %(sentence)s", stage=row.name, sentence=next(iter(found.values()))[0])
    if wrong:
        raise InvalidInput(first, fields=wrong)
    return steps


def with_errors(draft: list[DraftStep], errors: Mapping[str, list[str]]) -> list[DraftStep]:
    """Returns the draft with the sentences of `stages.<place>.<field>` at their rows, which are open."""
    rows = list(draft)
    for name, sentences in errors.items():
        word, place, path = [*name.split(".", 2), "", ""][:3]
        if word == "stages" and place.isdecimal() and int(place) < len(rows):
            row, path = rows[int(place)], path.replace("limit_days", "limit").replace("limit_hours", "limit")
            rows[int(place)] = replace(row, is_open=True, errors={**row.errors, path: list(sentences)})
    return rows


def with_chances(draft: list[DraftStep]) -> list[DraftStep]:
    """Returns the rows with the chance to win from each: the product of the chances to the end."""
    chance: float | None = 1.0
    rows = []
    for row in reversed(draft):
        typed = _number(row.texts["probability"])
        share = read_number(typed)
        chance = chance * share / 100 if chance is not None and share is not None else None
        rows.append(replace(row, chance=chance))
    return rows[::-1]


def _of_step(step: Step) -> DraftStep:
    texts = {
        "probability": str(step.chance),
        "limit": str(step.limit_hours or step.limit_days or ""),
        "unit": "hours" if step.limit_hours else "days",
        "responsible": written(step.responsible, step.user, step.role),
        "task_title": step.task_title,
        "instructions": step.instructions,
        "checklist": "\n".join(step.checklist),
    }
    return DraftStep(
        step.stage.id,
        step.stage.name,
        texts,
        tuple(_of_field(number, one) for number, one in enumerate(step.result)),
        tuple(one["kind"] for one in step.evidence),
        tuple(one["kind"] for one in step.evidence if one["is_automatic"]),
        step.is_mandatory,
    )


def _of_field(number: int, one: ResultField) -> DraftField:
    return DraftField(str(number), one.key, one.label, one.kind, one.is_required, "\n".join(one.choices))


def _read_step(sent: Any, stage_id: int, name: str) -> DraftStep:
    prefix = f"s{stage_id}."
    texts = {one: sent.get(prefix + one, "").strip() for one in TEXTS}
    return DraftStep(
        stage_id,
        name,
        {**texts, "unit": texts["unit"] or "days", "responsible": texts["responsible"] or OWNER},
        tuple(_read_field(sent, f"{prefix}{row}.", row) for row in dict.fromkeys(sent.getlist(prefix + "result"))),
        tuple(sent.getlist(prefix + "evidence")),
        tuple(sent.getlist(prefix + "automatic")),
        prefix + "is_mandatory" in sent,
        prefix + "is_open" in sent,
    )


def _read_field(sent: Any, prefix: str, row: str) -> DraftField:
    key, label, kind, choices = (sent.get(prefix + one, "").strip() for one in ("key", "label", "kind", "choices"))
    return DraftField(row, key, label, kind, prefix + "is_required" in sent, choices)


def _values(row: DraftStep) -> dict[str, Any]:
    """Returns a row as its schema takes it; what was left empty is not given."""
    texts = row.texts
    given = {
        "stage": row.stage_id,
        "probability": _number(texts["probability"]),
        f"limit_{texts['unit']}": _number(texts["limit"]),
        **{name: texts[name] for name in ("responsible", "task_title", "instructions")},
        "checklist": _lines(texts["checklist"]),
        "result": [_field_values(one) for one in row.result],
        "evidence": [{"kind": kind, "is_automatic": kind in row.automatic} for kind in row.evidence],
        "is_mandatory": row.is_mandatory,
    }
    return {name: value for name, value in given.items() if value != ""}


def _field_values(one: DraftField) -> dict[str, Any]:
    choices = _lines(one.choices) if one.kind == "choice" else []
    given = {"key": one.key, "kind": one.kind or "text", "is_required": one.is_required, "choices": choices}
    return {**given, "label": one.label}


def _number(text: str) -> str:
    return text.strip().removesuffix("%").strip()


def _lines(text: str) -> list[str]:
    return [line.strip() for line in text.splitlines() if line.strip()]


def _flat(messages: Any, path: str) -> Iterable[tuple[str, list[str]]]:
    """Yields the path of everything wrong with its sentences in plain words."""
    if isinstance(messages, Mapping):
        for name, below in messages.items():
            yield from _flat(below, f"{path}.{name}")
    else:
        yield path, [plain(sentence) for sentence in messages]

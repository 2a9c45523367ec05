"""The list of a type's stages while somebody edits it: kept in the form, not in the database."""

from collections.abc import Iterable
from dataclasses import dataclass, replace
from typing import Any

from core.errors import InvalidInput
from core.i18n import _
from core.runtime import CRM
from core.stages.models import Stage
from core.stages.reference import create_stage, find_stage, get_stage
from core.stages.types import Step


@dataclass(frozen=True)
class DraftStep:
    """A row of the list; `probability` and `limit_days` are as typed, `chance` is that to win from here, if known."""

    stage_id: int
    name: str
    probability: str
    limit_days: str = ""
    chance: float | None = None


def of_steps(steps: Iterable[Step]) -> list[DraftStep]:
    """Returns the draft of a list of stages."""
    return with_chances(
        [DraftStep(one.stage.id, one.stage.name, str(one.chance), str(one.limit_days or "")) for one in steps]
    )


def read_draft(sent: Any) -> list[DraftStep]:
    """Returns the draft of a sent form: its rows in their order; raises NotFound for a stage that is none."""
    probabilities, limits = sent.getlist("probability"), sent.getlist("limit_days")
    names = {stage.id: stage.name for stage in Stage.select()}
    rows = []
    for index, text in enumerate(sent.getlist("stage_id")):
        stage_id = int(text) if text.isdecimal() else 0
        name = names.get(stage_id) or get_stage(stage_id).name
        rows.append(DraftStep(stage_id, name, _at(probabilities, index), _at(limits, index)))
    return with_chances(rows)


def edited(crm: CRM, draft: list[DraftStep], action: str, sent: Any) -> list[DraftStep]:
    """Returns the draft after a button: `up:2`, `down:2`, `remove:2`, `add` (a stage, or a new one by its name)."""
    verb, _colon, text = action.partition(":")
    rows, place = list(draft), int(text) if text.isdecimal() else -1
    if verb in ("up", "down"):
        other = place + (1 if verb == "down" else -1)
        if 0 <= place < len(rows) and 0 <= other < len(rows):
            rows[place], rows[other] = rows[other], rows[place]
    elif verb == "remove" and 0 <= place < len(rows):
        del rows[place]
    elif verb == "add":
        stage = _chosen(crm, sent)
        if stage is not None and stage.id not in {row.stage_id for row in rows}:
            rows.append(DraftStep(stage.id, stage.name, str(stage.probability)))
    return with_chances(rows)


def as_steps(draft: Iterable[DraftStep]) -> list[Step]:
    """Returns the stages that a draft means; raises InvalidInput for a number that is none."""
    return [
        Step(
            get_stage(row.stage_id),
            _number(row.probability, row.name),
            _number(row.limit_days, row.name) if row.limit_days.strip() else None,
        )
        for row in draft
    ]


def with_chances(draft: list[DraftStep]) -> list[DraftStep]:
    """Returns the rows with the chance to win from each: the product of the chances to the end."""
    chance: float | None = 1.0
    rows = []
    for row in reversed(draft):
        typed = row.probability.strip()
        chance = chance * int(typed) / 100 if chance is not None and typed.isdecimal() else None
        rows.append(replace(row, chance=chance))
    return rows[::-1]


def _chosen(crm: CRM, sent: Any) -> Stage | None:
    name = sent.get("new_stage", "").strip()
    if name:
        return find_stage(name) or create_stage(crm, name)
    text = sent.get("add_stage", "")
    return get_stage(int(text)) if text.isdecimal() else None


def _number(text: str, stage: str) -> int:
    text = text.strip().removesuffix("%").strip()
    if not text.isdecimal() or len(text) > 6:
        raise InvalidInput(_("“%(stage)s”: “%(text)s” is no whole number.", stage=stage, text=text))
    return int(text)


def _at(texts: list[str], index: int) -> str:
    return texts[index] if index < len(texts) else ""

"""What the buttons of the type editor do to the draft: order, take away, take up, and the same for rows of a result."""

from dataclasses import replace
from typing import Any

from core.runtime import CRM
from core.stages.models import Stage
from core.stages.pages.drafts import DraftField, DraftStep, of_stage, with_chances
from core.stages.reference import create_stage, find_stage, get_stage
from core.store.reading import read_number


def edited(crm: CRM, draft: list[DraftStep], action: str, sent: Any) -> list[DraftStep]:
    """Returns the draft after a button.

    `up:2`, `down:2`, `remove:2` for the stage at a place; `add` for one of the list or a new one by its name;
    `result-add:2`, `result-up:2:0`, `result-down:2:0`, `result-remove:2:0` for the rows of what a stage asks to be
    known. Any other word changes nothing.
    """
    verb, *texts = action.split(":")
    places = [place for place in map(read_number, texts) if place is not None]
    rows = list(draft)
    if verb == "add":
        stage = _chosen(crm, sent)
        if stage is not None and stage.id not in {row.stage_id for row in rows}:
            rows.append(of_stage(stage))
    elif verb.startswith("result-") and places and places[0] < len(rows):
        row = rows[places[0]]
        result = _turned(list(row.result), verb.removeprefix("result-"), places[1:])
        rows[places[0]] = replace(row, result=tuple(result), is_open=True)
    else:
        rows = _turned(rows, verb, places)
    return with_chances(rows)


def _turned(rows: list[Any], verb: str, places: list[int]) -> list[Any]:
    if verb == "add":
        number = max((read_number(one.row) or 0 for one in rows), default=-1) + 1
        return [*rows, DraftField(str(number))]
    place = places[0] if places else -1
    if not 0 <= place < len(rows):
        return rows
    if verb == "remove":
        del rows[place]
    other = place + {"up": -1, "down": 1}.get(verb, 0)
    if verb in ("up", "down") and 0 <= other < len(rows):
        rows[place], rows[other] = rows[other], rows[place]
    return rows


def _chosen(crm: CRM, sent: Any) -> Stage | None:
    name = sent.get("new_stage", "").strip()
    if name:
        return find_stage(name) or create_stage(crm, name)
    stage_id = read_number(sent.get("add_stage"))
    return None if stage_id is None else get_stage(stage_id)

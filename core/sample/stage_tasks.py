"""The tasks that came of the stages of the sample's processes, done lately, with believable results."""

import json
import random
from collections.abc import Iterator, Sequence
from datetime import timedelta

from core.i18n import lazy
from core.process.ensuring import COLUMNS
from core.sample.drafts import Draft
from core.sample.seasons import DAY
from core.store.fields import from_microseconds

ANSWERS = (
    lazy("As we had hoped; they want to go on"),
    lazy("The director decides, the engineer advises"),
    lazy("They compare us with one other offer"),
    lazy("Agreed on the phone, confirmed by letter"),
)
# Of what was done longer ago the sample keeps the visits alone: nobody looks at old tasks, and a big base is made soon.
KEPT_DAYS = 90


def done_tasks(deal: Draft, ends_at: int) -> Iterator[tuple]:
    """Yields the rows, by COLUMNS and what `DONE` adds, of the tasks done at the stages that a deal passed lately."""
    for visit in deal.way.visits:
        if visit.left is None or visit.outcome not in ("passed", "won") or visit.left < ends_at - KEPT_DAYS * DAY:
            continue
        step = deal.ladder.steps[visit.place]
        owner_id = deal.owner_at(visit.left)
        checklist = [{"text": text, "is_done": True} for text in step.checklist]
        result = _result(step.result, deal, random.Random(deal.id * 100 + visit.place), visit.left)  # noqa: S311 - repeatable
        due = None if step.limit_days is None else visit.entered + step.limit_days * 7 * DAY // 5
        yield (
            "stage", step.task_title or step.stage.name, step.instructions, deal.client.id, deal.id, step.id, None,
            owner_id, None, json.dumps(checklist, ensure_ascii=False), json.dumps(result, ensure_ascii=False), due,
            "done", visit.entered, visit.left, 2, False, visit.left, owner_id,
        )  # fmt: skip


DONE = (*COLUMNS, "done_at", "done_by_id")


def _result(fields: Sequence[dict], deal: Draft, chance: random.Random, at: int) -> dict[str, object]:
    """Returns what became known, by key; of files the sample has none."""
    moment = from_microseconds(at) + timedelta(days=chance.randint(2, 30))
    values = {
        "text": str(chance.choice(ANSWERS)),
        "number": str(chance.randint(1, 40)),
        "money": str(chance.randint(4, 400) * 50),
        "date": moment.date().isoformat(),
        "moment": moment.replace(minute=0, second=0, microsecond=0).isoformat(),
        "bool": True,
        "contact": deal.client.contact_id,
    }
    found = {one["key"]: chance.choice(one["choices"]) if one["kind"] == "choice" else values.get(one["kind"])
             for one in fields}  # fmt: skip
    return {key: value for key, value in found.items() if value is not None}

"""What the type editor says of a stage that is folded, in a few words: who has it, how long, what it asks for."""

from collections.abc import Iterable, Mapping

from core.i18n import Text, _, ngettext
from core.stages.pages.drafts import DraftStep


def facts_of(draft: Iterable[DraftStep], people: Mapping[str, Text]) -> dict[int, list[Text]]:
    """Returns the words of each stage by its id; `people` has the names of the responsible by their words."""
    return {row.stage_id: [fact for fact in _facts(row, people) if fact] for row in draft}


def _facts(row: DraftStep, people: Mapping[str, Text]) -> Iterable[Text]:
    yield people.get(row.texts["responsible"], "")
    yield _limit(row.texts["limit"], row.texts["unit"])
    yield row.texts["task_title"]
    if row.result:
        yield ngettext("one field to fill in", "%(n)s fields to fill in", len(row.result))
    if row.is_mandatory:
        yield _("may not be skipped")


def _limit(text: str, unit: str) -> str:
    if not text.isdecimal() or len(text) > 5:
        return ""
    if unit == "hours":
        return ngettext("one working hour", "%(n)s working hours", int(text))
    return ngettext("one working day", "%(n)s working days", int(text))

"""What the bridge asks the database for, and how its cells find their deals again."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from functools import partial
from typing import Any

from peewee import Expression

from core.api import CRM, InvalidInput, User, fields, lazy
from core.api import gettext as _
from plugins.reports.dimensions import Dimension, find_dimension, named
from plugins.reports.funnel.common import bounded_period, choose_frames, key_order, make_scope
from plugins.reports.funnel.ladders import Frame
from plugins.reports.funnel.types import load_ladders
from plugins.reports.history import bridge
from plugins.reports.history.behind import Behind, conditions_of
from plugins.reports.history.bridge import BACK_IN, BACK_OUT, CLOSING, OPENING, Cell, Cells, Ledger, Stage
from plugins.reports.history.bridge_facts import Between
from plugins.reports.history.past import as_text, stood_then
from plugins.reports.links import as_query
from plugins.reports.settings.parameters import Settings, refuse
from plugins.reports.settings.periods import Period

TITLE = lazy("Bridge between two days")
WORDS = {
    OPENING: lazy("At the beginning"),
    bridge.CAME: lazy("Came"),
    bridge.REOPENED: lazy("Re-opened"),
    bridge.RESUMED: lazy("Back from hold"),
    bridge.RECEIVED: lazy("Taken over"),
    bridge.ON_IN: lazy("Moved on to here"),
    bridge.ON_OUT: lazy("Moved on from here"),
    BACK_IN: lazy("Moved back to here"),
    BACK_OUT: lazy("Moved back from here"),
    bridge.GREW: lazy("Grew"),
    bridge.SHRANK: lazy("Shrank"),
    bridge.HANDS: lazy("Changed hands"),
    bridge.HELD: lazy("Put on hold"),
    bridge.GIVEN: lazy("Handed over"),
    bridge.WON: lazy("Deals won"),
    bridge.LOST: lazy("Deals lost"),
    bridge.DELETED: lazy("Deleted"),
    CLOSING: lazy("At the end"),
}
# Of the whole a move has one side, since what leaves one stage comes to another.
WHOLE_WORDS = {bridge.ON_IN: lazy("Moved on"), BACK_IN: lazy("Moved back")}


@dataclass(frozen=True)
class Asked:
    """The ledger between two moments, with the frames of its stages and the dimension of its keys."""

    settings: Settings
    ledger: Ledger
    frames: Sequence[Frame]
    since: int
    until: int
    dimension: Dimension | None = None

    def link(self, part: str, key: Any = None, stage: Stage | None = None) -> str:
        """Returns the query of the list of the deals of a part; of one stage, of one key, or of all."""
        cell = {"part": part, "since": self.since, "until": self.until}
        if stage is not None:
            cell |= {"type": stage[0], "stage": stage[1] or ""}
            cell |= {"key": as_text(key)} if self.dimension else {}
        found = conditions_of(self.settings, cell)
        return as_query(found) if found else ""


Line = tuple[Any, Frame, Stage, Cells]


def moments(crm: CRM, settings: Settings) -> tuple[datetime, datetime]:
    """Returns the two moments: the beginning of the first day (else of last Monday), and of the day after the last, or
    now; raises InvalidInput for days that are still to come."""
    today, now = crm.today(), crm.clock.now()
    first = settings.period.first or today - timedelta(days=today.weekday() or 7)
    since = crm.day_start(first)
    until = min(crm.day_start(settings.period.until), now) if settings.period.until else now
    if since >= until:
        refuse("from", _("Between these days nothing can have changed yet: begin before today."))
    return since, until


def ask(crm: CRM, user: User | None, settings: Settings, since: int, until: int, *, is_whole: bool = True) -> Asked:
    ladders, published = load_ladders(crm)
    scope = make_scope(crm, user, settings, ladders)
    period = bounded_period(crm, scope, settings.by, Period(), "opened_at")
    dimension = find_dimension(crm, user, settings.by, period, "opened_at")
    if dimension is not None and dimension.overlaps:
        sentence = _("In the bridge a deal stands in one row only: choose a field that has one value for each deal.")
        raise InvalidInput(sentence, fields={"by": [sentence]})
    between = Between(scope, since, until, ladders, dimension)
    if is_whole:
        ledger = between.ledger()
    else:
        ledger = Ledger()
        ledger.changed(between.changes())
    frames = choose_frames(settings, ladders, published, between.used)
    dimension = named(crm, dimension, (key for key, _stage in ledger.cells))
    return Asked(settings, ledger, frames, since, until, dimension)


def lines_of(asked: Asked) -> list[Line]:
    """Returns the stages in order of type, key and place, each with its parts; of a joined frame those of its types."""
    keys = sorted({key for key, _stage in asked.ledger.cells}, key=partial(_key_order, asked.dimension))
    lines = []
    for frame in asked.frames:
        for key in keys:
            cells = [(stage, _joined(asked.ledger, key, frame, stage[0])) for stage in frame.stages]
            if any(found for _stage, found in cells) or asked.dimension is None:
                lines += [(key, frame, (frame.type_ids[0], stage[0]), found) for stage, found in cells]
    return lines


def _key_order(dimension: Dimension | None, key: Any) -> tuple:
    return (key is not None,) if dimension is None else key_order(dimension, key)


def _joined(ledger: Ledger, key: Any, frame: Frame, stage_id: int | None) -> Cells:
    found: Cells = {}
    for type_id in frame.type_ids:
        for part, cell in ledger.cells.get((key, (type_id, stage_id)), {}).items():
            found.setdefault(part, Cell()).add(cell)
    return found


def _find(crm: CRM, user: User | None, settings: Settings, cell: Mapping[str, str], source: Any) -> Expression:
    since, until, part = int(cell["since"]), int(cell["until"]), cell["part"]
    if part in (OPENING, CLOSING):
        return stood_then(crm, user, settings, since if part == OPENING else until, cell, source)
    stage = (int(cell["type"]), int(cell["stage"]) if cell["stage"] else None) if "type" in cell else None
    asked = ask(crm, user, settings, since, until, is_whole=False)
    ids: set[int] = set()
    for (key, place), cells in asked.ledger.cells.items():
        if stage in (None, place) and cell.get("key", as_text(key)) == as_text(key) and part in cells:
            ids |= cells[part].ids
    return fields.among(source.id, ids)


def _cell_words(cell: Mapping[str, str]) -> str:
    return f"{TITLE}, {WHOLE_WORDS.get(cell['part'], WORDS[cell['part']])}"


BEHIND = Behind(_find, _cell_words, of_past=True)

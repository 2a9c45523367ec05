"""The bridge between two days: what made the funnel of open deals of the one into that of the other.

Pure. Every deal that changed is told by two sides, how it stood before and after; the ledger writes down its way from
the one to the other, so that of each stage opening + parts = closing, in number and in money, whatever happened.
"""

from collections.abc import Hashable, Iterable, Mapping
from dataclasses import dataclass, field
from typing import NamedTuple

# How a deal stands on one of the two days. `OUTSIDE`: open, but not among the deals that are looked at.
IN, HELD, WON, LOST, DELETED, CLOSED, UNBORN, OUTSIDE = (
    "in", "held", "won", "lost", "deleted", "closed", "unborn", "outside",
)  # fmt: skip
OPENING, CLOSING = "opening", "closing"
CAME, REOPENED, RESUMED, RECEIVED = "came", "reopened", "resumed", "received"
ON_IN, ON_OUT, BACK_IN, BACK_OUT = "moved_on_in", "moved_on_out", "moved_back_in", "moved_back_out"
GREW, SHRANK, HANDS = "grew", "shrank", "hands"
GIVEN = "given"
PARTS = (
    CAME, REOPENED, RESUMED, RECEIVED, ON_IN, ON_OUT, BACK_IN, BACK_OUT, GREW, SHRANK, HANDS, HELD, GIVEN, WON, LOST,
    DELETED,
)  # fmt: skip
# Parts that leave the number of deals as it is.
SAME_NUMBER = (GREW, SHRANK, HANDS)
_ENTRANCES = {UNBORN: CAME, CLOSED: REOPENED, HELD: RESUMED, OUTSIDE: RECEIVED}
_EXITS = {HELD: HELD, WON: WON, LOST: LOST, DELETED: DELETED, OUTSIDE: GIVEN}

Stage = tuple[int, int | None]  # type and stage; the stage is None where the type has none


class Side(NamedTuple):
    """How a deal stands on one day: at which stage and place, under which key, whose it is, what it may bring."""

    what: str
    stage: Stage = (0, None)
    place: int | None = None
    key: Hashable = None
    owner_id: int | None = None
    potential: int | None = None


class Change(NamedTuple):
    """A deal that does not stand after as it stood before."""

    deal_id: int
    before: Side
    after: Side


@dataclass(slots=True)
class Cell:
    """One part at one stage: how it changes number and money, and which deals do it; unchanged ones are not named."""

    count: int = 0
    money: int = 0
    ids: set[int] = field(default_factory=set)

    def add(self, other: "Cell") -> None:
        """Adds what another cell holds."""
        self.count += other.count
        self.money += other.money
        self.ids |= other.ids


Cells = dict[str, Cell]


class Ledger:
    """What every stage had, got, gave and has, by key and stage; a key is one of a dimension, or None for all."""

    def __init__(self) -> None:
        self.cells: dict[tuple[Hashable, Stage], Cells] = {}

    def stood(self, key: Hashable, stage: Stage, count: int, money: int) -> None:
        """Writes down deals that stand at the same stage on both days, unchanged."""
        for part in (OPENING, CLOSING):
            cell = self._cell(key, stage, part)
            cell.count += count
            cell.money += money

    def changed(self, changes: Iterable[Change]) -> None:
        """Writes down the way of each deal from how it stood before to how it stands after."""
        for change in changes:
            self._follow(*change)

    def whole(self, key: Hashable = None, *, of_all: bool = True) -> Cells:
        """Returns the parts of all stages together, of one key or of all."""
        found: Cells = {}
        for (other, _stage), cells in self.cells.items():
            if of_all or other == key:
                for part, cell in cells.items():
                    _sum_into(found, part, cell)
        return found

    def joined(self) -> Mapping[Stage, Cells]:
        """Returns the parts by stage, of all keys together."""
        found: dict[Stage, Cells] = {}
        for (_key, stage), cells in self.cells.items():
            for part, cell in cells.items():
                _sum_into(found.setdefault(stage, {}), part, cell)
        return found

    def _follow(self, deal_id: int, before: Side, after: Side) -> None:
        here, now = (before, after) if before.what == IN else (after, after)
        if before.what == IN:
            self._write(OPENING, before, deal_id, 1, before.potential)
        elif not _is_told(before, after):
            return
        else:
            # What came from elsewhere stood at its own stage when it came; of all others only the end is known.
            if before.what == OUTSIDE:
                here = before._replace(key=after.key, owner_id=after.owner_id)
            self._write(_ENTRANCES[before.what], here, deal_id, 1, here.potential)
        if after.what == OUTSIDE:
            self._write(GIVEN, here, deal_id, -1, -(here.potential or 0))
            return
        self._hand_over(deal_id, here, now)
        self._move(deal_id, here, now)
        self._grow(deal_id, here, now)
        part, sign = (CLOSING, 1) if after.what == IN else (_EXITS[after.what], -1)
        self._write(part, now, deal_id, sign, sign * (now.potential or 0))

    def _hand_over(self, deal_id: int, here: Side, now: Side) -> None:
        if here.key != now.key:
            self._write(GIVEN, here, deal_id, -1, -(here.potential or 0))
            self._write(RECEIVED, here._replace(key=now.key), deal_id, 1, here.potential)
        elif here.owner_id != now.owner_id:
            self._write(HANDS, now, deal_id, 0, 0)

    def _move(self, deal_id: int, here: Side, now: Side) -> None:
        if here.stage == now.stage:
            return
        is_back = (now.place or 0) < (here.place or 0)
        leaves, comes = (BACK_OUT, BACK_IN) if is_back else (ON_OUT, ON_IN)
        self._write(leaves, here._replace(key=now.key), deal_id, -1, -(here.potential or 0))
        self._write(comes, now, deal_id, 1, here.potential)

    def _grow(self, deal_id: int, here: Side, now: Side) -> None:
        grown = (now.potential or 0) - (here.potential or 0)
        if grown:
            self._write(GREW if grown > 0 else SHRANK, now, deal_id, 0, grown)

    def _write(self, part: str, side: Side, deal_id: int, count: int, money: int | None) -> None:
        cell = self._cell(side.key, side.stage, part)
        cell.ids.add(deal_id)
        cell.count += count
        cell.money += money or 0

    def _cell(self, key: Hashable, stage: Stage, part: str) -> Cell:
        parts = self.cells.get((key, stage))
        if parts is None:
            parts = self.cells[key, stage] = {}
        cell = parts.get(part)
        if cell is None:
            cell = parts[part] = Cell()
        return cell


def _is_told(before: Side, after: Side) -> bool:
    """Tells whether a deal that did not stand in the funnel before is worth a word.

    One that was opened and deleted since is none, nor is one that lay on hold, or elsewhere, on both days.
    """
    if after.what in (DELETED, OUTSIDE, UNBORN, CLOSED):
        return False
    return after.what != before.what


def _sum_into(found: Cells, part: str, cell: Cell) -> None:
    found.setdefault(part, Cell()).add(cell)

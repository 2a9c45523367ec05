"""Deals that hang: open, not on hold, and too long at their stage, or with nothing planned."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal

from peewee import JOIN, SQL, Case, Expression, ModelSelect, Value, fn

from core.deals.models import Deal
from core.i18n import Text, lazy
from core.interactions.models import Interaction
from core.money import from_units
from core.process.usual import UsualStay
from core.runtime import CRM
from core.store.fields import from_microseconds, to_microseconds
from core.store.written import Written, is_among
from core.tasks.models import Task
from core.users.access import visible_to
from core.users.models import User

LATE, OLD, IDLE = "late", "old", "idle"
REASONS: dict[str, Text] = {
    LATE: lazy("Over the limit of its stage"),
    OLD: lazy("Longer here than usual"),
    IDLE: lazy("No next step"),
}
_SECOND = 1_000_000
_DAY_US = 86_400 * _SECOND
# Where the values stand in the rows of the query.
_OWNER, _MONEY, _LATE, _OLD, _IS_HELD, _IDLE = range(1, 7)
# In the words of the index of open deals: SQLite can't see that a parameter says the same.
IS_OPEN = (Deal.state == SQL("'open'")) & Deal.deleted_at.is_null()


@dataclass(frozen=True)
class HangMark:
    """Why a deal hangs: over its stage's limit since `late_at`, longer there than usual since `old_at`, or idle."""

    late_at: datetime | None = None
    old_at: datetime | None = None
    is_idle: bool = False

    @property
    def reasons(self) -> tuple[str, ...]:
        """Which of late, old, idle hold."""
        held = ((LATE, self.late_at), (OLD, self.old_at), (IDLE, self.is_idle))
        return tuple(key for key, holds in held if holds)

    @property
    def since(self) -> datetime | None:
        """When it began to be too long at its stage; None for a deal that is only idle."""
        return min((at for at in (self.late_at, self.old_at) if at), default=None)


@dataclass(frozen=True)
class Hung:
    """A deal that hangs: whose it is, what it may bring, and why."""

    deal_id: int
    owner_id: int | None
    potential: Decimal
    mark: HangMark


@dataclass(frozen=True)
class Share:
    """One manager's share: how many deals hang, for each reason too, what they may bring, how many are on hold."""

    owner_id: int | None
    count: int
    potential: Decimal
    by_reason: dict[str, int]
    on_hold: int


@dataclass(frozen=True)
class Hanging:
    """The deals that hang, the gravest first, the share of each manager, and how many deals on hold stand apart."""

    shares: Sequence[Share]
    on_hold: int
    count: int
    _rows: Sequence[tuple]
    _now: datetime

    @property
    def found(self) -> list[Hung]:
        """All deals that hang."""
        return self.part(0, self.count)

    def part(self, start: int, end: int) -> list[Hung]:
        """Returns the deals of a part, such as a page."""
        return [_hung(row, self._now) for row in self._rows[start:end]]


def hanging(crm: CRM, user: User | None, where: Expression | None = None) -> Hanging:
    """Returns the deals that hang of those that `user` may see (None: all) and that meet `where`, by one query."""
    now = crm.clock.now()
    now_us, today_us = _moments(crm, now)
    query = _marked(today_us).where(IS_OPEN, _hangs(now_us, today_us) | Deal.on_hold_until.is_null(False))
    if user is not None:
        query = query.where(visible_to(user, Deal.owner))
    if where is not None:
        query = query.where(where)
    found, held = [], {}
    # The bare cursor, and whole numbers: of many thousand deals a page shows forty.
    for row in crm.database.execute(query):
        if row[_IS_HELD]:
            held[row[_OWNER]] = held.get(row[_OWNER], 0) + 1
        else:
            found.append((-_weight(row, now_us), row[0], row))
    found.sort()
    rows = [row for _weight_of, _id, row in found]
    return Hanging(_shares(rows, held, now_us), sum(held.values()), len(rows), rows, now)


def marks_of(crm: CRM, deal_ids: Iterable[int]) -> dict[int, HangMark]:
    """Returns why these deals hang, by their id, for those that do, by one query."""
    ids = list(deal_ids)
    if not ids:
        return {}
    now = crm.clock.now()
    return {row[0]: _mark(row, now) for row in _MARKS.bare(*_moments(crm, now), ids=ids)}


def _moments(crm: CRM, now: datetime) -> tuple[int, int]:
    """Returns now, and the beginning of today, as the database keeps moments."""
    return to_microseconds(now), to_microseconds(crm.day_start(crm.today()))


def _marked(today_us: int) -> ModelSelect:
    usual = (UsualStay.deal_type == Deal.deal_type) & (UsualStay.stage == Deal.stage)
    query = Deal.select(
        Deal.id,
        Deal.owner,
        Deal.potential_base,
        Deal.late_at,
        Deal.entered_at + UsualStay.most_s * _SECOND,
        Deal.on_hold_until.is_null(False),
        Case(None, [(_is_idle(today_us), 1)], 0),
    )
    return query.join(UsualStay, JOIN.LEFT_OUTER, on=usual)


def _hangs(now_us: int, today_us: int) -> Expression:
    late = Deal.late_at < now_us
    old = Deal.entered_at + UsualStay.most_s * _SECOND < now_us
    return Deal.on_hold_until.is_null() & (late | old | _is_idle(today_us))


def _is_idle(today_us: int) -> Expression:
    """Returns the condition that a deal has no open task, and no interaction planned for today or later."""
    tasks = Task.select(Value(1)).where(Task.deal == Deal.id, Task.state.in_(("open", "reported")))
    planned = Interaction.select(Value(1)).where(
        Interaction.deal == Deal.id, Interaction.at >= today_us, Interaction.is_planned
    )
    return ~fn.EXISTS(tasks) & ~fn.EXISTS(planned)


def _weight(row: tuple, now_us: int) -> int:
    """Returns days late × money in the least units of both; no plan counts as a day, so that dear deals stand first."""
    late_us = max((now_us - at for at in row[_LATE:_IS_HELD] if at is not None), default=0)
    return int(row[_MONEY] or 0) * (max(int(late_us), 0) + _DAY_US)


def _mark(row: tuple, now: datetime) -> HangMark:
    late_at, old_at = (None if units is None else from_microseconds(int(units)) for units in row[_LATE:_IS_HELD])
    return HangMark(
        late_at if late_at and late_at < now else None, old_at if old_at and old_at < now else None, bool(row[_IDLE])
    )


def _hung(row: tuple, now: datetime) -> Hung:
    return Hung(row[0], row[_OWNER], from_units(int(row[_MONEY] or 0)), _mark(row, now))


def _shares(rows: Sequence[tuple], held: dict[int | None, int], now_us: int) -> list[Share]:
    sums: dict[int | None, list[int]] = {owner_id: [0] * 5 for owner_id in held}
    for row in rows:
        mine = sums.setdefault(row[_OWNER], [0] * 5)
        mine[0] += 1
        mine[1] += int(row[_MONEY] or 0)
        mine[2] += row[_LATE] is not None and row[_LATE] < now_us
        mine[3] += row[_OLD] is not None and row[_OLD] < now_us
        mine[4] += row[_IDLE]
    shares = [
        Share(owner_id, count, from_units(money), dict(zip(REASONS, reasons, strict=True)), held.get(owner_id, 0))
        for owner_id, (count, money, *reasons) in sums.items()
    ]
    return sorted(shares, key=lambda share: (-share.count, -share.potential, share.owner_id or 0))


# In whole numbers, as the database keeps moments.
_MARKS = Written(lambda now_us, today_us: _marked(today_us).where(is_among(Deal.id), IS_OPEN, _hangs(now_us, today_us)))

"""Deals that hang: open, not on hold, and too long at their stage, or with nothing planned."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from decimal import Decimal

from peewee import JOIN, SQL, Case, Expression, ModelSelect, Value, fn

from core.deals.models import Deal
from core.i18n import Text, lazy
from core.interactions.models import Interaction
from core.money import from_units
from core.process.usual import UsualStay
from core.runtime import CRM
from core.store.fields import from_microseconds, to_microseconds
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
_DAY_S = 86_400
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
    """A deal that hangs: whose it is, what it may bring, why, and how grave that is (days late × money)."""

    deal_id: int
    owner_id: int | None
    potential: Decimal
    mark: HangMark
    weight: Decimal


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
    """The deals that hang, the gravest first, the share of each manager, and the deals on hold, which stand apart."""

    found: Sequence[Hung]
    shares: Sequence[Share]
    on_hold: int


def hanging(crm: CRM, user: User | None, where: Expression | None = None) -> Hanging:
    """Returns the deals that hang of those that `user` may see (None: all) and that meet `where`, by one query."""
    now = crm.clock.now()
    query = _marked(crm, now).where(IS_OPEN, _hangs(crm, now) | Deal.on_hold_until.is_null(False))
    if user is not None:
        query = query.where(visible_to(user, Deal.owner))
    if where is not None:
        query = query.where(where)
    found: list[Hung] = []
    held: dict[int | None, int] = {}
    # The bare cursor: peewee's rows take longer to come than to be read.
    for row in crm.database.execute(query):
        if row[5]:
            held[row[1]] = held.get(row[1], 0) + 1
        else:
            found.append(_hung(row, now))
    found.sort(key=lambda one: (-one.weight, one.mark.since or now, one.deal_id))
    return Hanging(found, _shares(found, held), sum(held.values()))


def marks_of(crm: CRM, deal_ids: Iterable[int]) -> dict[int, HangMark]:
    """Returns why these deals hang, by their id, for those that do, by one query."""
    ids = list(deal_ids)
    if not ids:
        return {}
    now = crm.clock.now()
    query = _marked(crm, now).where(Deal.id.in_(ids), IS_OPEN, Deal.on_hold_until.is_null(), _hangs(crm, now))
    return {row[0]: _mark(row, now) for row in crm.database.execute(query)}


def _marked(crm: CRM, now: datetime) -> ModelSelect:
    usual = (UsualStay.deal_type == Deal.deal_type) & (UsualStay.stage == Deal.stage)
    query = Deal.select(
        Deal.id,
        Deal.owner,
        Deal.potential_base,
        Deal.late_at,
        Deal.entered_at + UsualStay.most_s * _SECOND,
        Deal.on_hold_until.is_null(False),
        Case(None, [(_is_idle(crm), 1)], 0),
    )
    return query.join(UsualStay, JOIN.LEFT_OUTER, on=usual)


def _hangs(crm: CRM, now: datetime) -> Expression:
    late = Deal.late_at < now
    old = Deal.entered_at + UsualStay.most_s * _SECOND < to_microseconds(now)
    return Deal.on_hold_until.is_null() & (late | old | _is_idle(crm))


def _is_idle(crm: CRM) -> Expression:
    """Returns the condition that a deal has no open task, and no interaction planned for today or later."""
    tasks = Task.select(Value(1)).where(Task.deal == Deal.id, Task.state.in_(("open", "reported")))
    planned = Interaction.select(Value(1)).where(
        Interaction.deal == Deal.id, Interaction.at >= crm.day_start(crm.today()), Interaction.is_planned
    )
    return ~fn.EXISTS(tasks) & ~fn.EXISTS(planned)


def _mark(row: tuple, now: datetime) -> HangMark:
    late_at, old_at = (None if units is None else from_microseconds(int(units)) for units in row[3:5])
    return HangMark(
        late_at if late_at and late_at < now else None, old_at if old_at and old_at < now else None, bool(row[6])
    )


def _hung(row: tuple, now: datetime) -> Hung:
    mark = _mark(row, now)
    potential = from_units(int(row[2] or 0))
    late = now - mark.since if mark.since else timedelta()
    # A deal that only lacks a plan counts like one that is late since a day: dearer ones stand above cheaper ones.
    weight = potential * (1 + Decimal(int(late.total_seconds())) / _DAY_S)
    return Hung(row[0], row[1], potential, mark, weight)


def _shares(found: Sequence[Hung], held: dict[int | None, int]) -> list[Share]:
    by_owner: dict[int | None, list[Hung]] = {owner_id: [] for owner_id in held}
    for one in found:
        by_owner.setdefault(one.owner_id, []).append(one)
    shares = [
        Share(
            owner_id,
            len(hung),
            sum((one.potential for one in hung), Decimal(0)),
            {key: sum(key in one.mark.reasons for one in hung) for key in REASONS},
            held.get(owner_id, 0),
        )
        for owner_id, hung in by_owner.items()
    ]
    return sorted(shares, key=lambda share: (-share.count, -share.potential, share.owner_id or 0))

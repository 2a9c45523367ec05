"""The live route map of a deal type: what stands at each stage now, how long is usual, what went on and what was lost.

What stands there is counted at this moment. Arrows tell of the deals that were closed in a period, as the funnel of
closed deals does: how many passed a stage, how many were lost at it. Usual stays are those of the whole company, as
they were learned in the night.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from decimal import Decimal

from peewee import SQL, Case, Expression, fn

from core.deals.models import Deal
from core.money import from_units
from core.process.hanging import IS_OPEN
from core.process.usual import UsualStay, usual_stays_of
from core.runtime import CRM
from core.stages.models import DealType, Stage, TypeStage
from core.stages.types import ladders, steps_of
from core.users.access import visible_to
from core.users.models import User

# More than twice the places that a version can have.
_ENDS = 256


@dataclass(frozen=True)
class MapStage:
    """A stage on the map; `place` is None for one that only older versions of the type have.

    `count`, `potential` and `late` are those of open deals that aren't on hold; `passed` and `lost` those of deals
    closed in the period. `usual` is None until it is learned.
    """

    place: int | None
    stage_id: int
    name: str
    count: int
    potential: Decimal
    late: int
    passed: int
    lost: int
    usual: timedelta | None

    @property
    def drop_off(self) -> float | None:
        """The share lost here of the closed deals that came so far; None where none did."""
        reached = self.passed + self.lost
        return self.lost / reached if reached else None


@dataclass(frozen=True)
class TypeMap:
    """The whole map; `learned_at` is when usual stays were learned, None if never."""

    stages: Sequence[MapStage]
    won: int
    lost: int
    on_hold: int
    learned_at: datetime | None

    @property
    def count(self) -> int:
        """How many deals are open and not on hold."""
        return sum(stage.count for stage in self.stages)

    @property
    def potential(self) -> Decimal:
        """What they may bring."""
        return sum((stage.potential for stage in self.stages), Decimal(0))

    @property
    def late(self) -> int:
        """How many of them are over the limit of their stage."""
        return sum(stage.late for stage in self.stages)


@dataclass(frozen=True)
class _Now:
    """What stands at a stage."""

    count: int = 0
    potential: Decimal = Decimal(0)
    late: int = 0


def type_map(
    crm: CRM, user: User, deal_type: DealType, days: tuple[date, date], where: Expression | None = None
) -> TypeMap:
    """Returns the map of a type as `user` may see it, of the deals that meet `where`.

    `days` are the first day of the period and the day after its last. It asks the database five times.
    """
    seen = visible_to(user, Deal.owner)
    seen = seen if where is None else seen & where
    standing, on_hold = _standing(crm, deal_type, seen)
    passed, lost, ends = _closed(crm, deal_type, days, seen)
    usual = usual_stays_of(deal_type.id)
    stages = [
        _stage(stage_id, name, place, standing, passed, lost, usual)
        for stage_id, (name, place) in _names(deal_type, {*standing, *passed, *lost}).items()
    ]
    learned_at = max((one.learned_at for one in usual.values()), default=None)
    return TypeMap(stages, ends.get("won", 0), ends.get("lost", 0), on_hold, learned_at)


def _standing(crm: CRM, deal_type: DealType, seen: Expression) -> tuple[dict[int, _Now], int]:
    """Returns what stands at each stage, and how many deals are on hold: one walk along the index of open deals."""
    is_free = Deal.on_hold_until.is_null()
    is_late = is_free & (Deal.late_at < crm.clock.now())
    query = Deal.select(
        Deal.stage,
        fn.COUNT(Deal.id),
        fn.COUNT(Case(None, [(is_free, 1)])),
        fn.SUM(Case(None, [(is_free, Deal.potential_base)])),
        fn.COUNT(Case(None, [(is_late, 1)])),
    )
    query = query.where(Deal.deal_type == deal_type.id, IS_OPEN, seen).group_by(Deal.stage)
    found: dict[int, _Now] = {}
    on_hold = 0
    for stage_id, count, free, potential, late in crm.database.execute(query):
        on_hold += count - free
        found[stage_id] = _Now(free, from_units(int(potential or 0)), late)
    found.pop(None, None)
    return found, on_hold


def _closed(
    crm: CRM, deal_type: DealType, days: tuple[date, date], seen: Expression
) -> tuple[dict[int, int], dict[int, int], dict[str, int]]:
    """Returns how many closed deals passed each stage, how many were lost at it, and how many were won and lost."""
    first, after = (crm.day_start(day) for day in days)
    # One number to group by: SQLite sorts what it groups, and numbers sort three times as quickly as three columns.
    is_won = Case(None, [(Deal.state == "won", 1)], 0)
    key = Deal.type_version * _ENDS + fn.COALESCE(Deal.place, 0) * 2 + is_won
    query = Deal.select(key, fn.COUNT(Deal.id)).where(
        Deal.deal_type == deal_type.id, Deal.closed_at >= first, Deal.closed_at < after, Deal.deleted_at.is_null(), seen
    )
    groups = [(*divmod(key, _ENDS), count) for key, count in crm.database.execute(query.group_by(SQL("1")))]
    steps = ladders(sorted({version_id for version_id, _end, _count in groups})) if groups else {}
    passed: dict[int, int] = {}
    lost: dict[int, int] = {}
    ends: dict[str, int] = {}
    for version_id, end, count in groups:
        place, is_won = divmod(end, 2)
        state = "won" if is_won else "lost"
        ends[state] = ends.get(state, 0) + count
        for step in steps[version_id]:
            if is_won or step.place < place:
                passed[step.stage_id] = passed.get(step.stage_id, 0) + count
            elif step.place == place:
                lost[step.stage_id] = lost.get(step.stage_id, 0) + count
    return passed, lost, ends


def _names(deal_type: DealType, met: set[int]) -> dict[int, tuple[str, int | None]]:
    """Returns {stage id: (name, place)} in order: those of the published version, then those only older ones have."""
    found: dict[int, tuple[str, int | None]] = {
        step.stage_id: (step.stage.name, step.place) for step in steps_of(deal_type)
    }
    if missing := met - set(found):
        older = TypeStage.select(TypeStage, Stage).join(Stage).where(TypeStage.stage.in_(missing))
        found.update({step.stage_id: (step.stage.name, None) for step in older.order_by(TypeStage.place)})
    return found


def _stage(
    stage_id: int,
    name: str,
    place: int | None,
    standing: dict[int, _Now],
    passed: dict[int, int],
    lost: dict[int, int],
    usual: dict[int, UsualStay],
) -> MapStage:
    now = standing.get(stage_id, _Now())
    median = usual[stage_id].median_s if stage_id in usual else None
    return MapStage(
        place,
        stage_id,
        name,
        now.count,
        now.potential,
        now.late,
        passed.get(stage_id, 0),
        lost.get(stage_id, 0),
        None if median is None else timedelta(seconds=median),
    )

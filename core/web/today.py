"""The numbers of the home page: what one user may see of clients, deals and tasks today, and the first steps."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import timedelta
from decimal import Decimal

from peewee import Case, fn

from core.clients.models import Client
from core.deals.models import Deal
from core.runtime import CRM
from core.stages.models import DealType, DealTypeVersion, Stage, TypeStage
from core.store.fields import money_sum
from core.tasks import services as tasks
from core.tasks.models import Task
from core.users.access import visible_to
from core.users.models import User


@dataclass(frozen=True)
class StageLoad:
    """How many open deals stand at a stage, and what they may bring."""

    stage_id: int
    stage: str
    count: int
    potential: Decimal


@dataclass(frozen=True)
class TypeLoad:
    """The stages of one deal type at which open deals stand, from the first to the last."""

    type_id: int
    deal_type: str
    stages: list[StageLoad]

    @property
    def most(self) -> int:
        """The number of deals at the fullest stage."""
        return max(stage.count for stage in self.stages)


@dataclass(frozen=True)
class Today:
    """The numbers of the home page."""

    has_clients: bool
    has_deals: bool
    open_deals: int
    potential: Decimal
    without_potential: int
    won: int
    won_amount: Decimal
    lost: int
    late_tasks: int
    tasks_today: int
    loads: list[TypeLoad]


@dataclass(frozen=True)
class _Group:
    version_id: int
    place: int | None
    count: int
    potential: Decimal
    known: int


def numbers_of_today(crm: CRM, user: User) -> Today:
    """Returns the numbers of the home page, each from an index that holds all it needs, whatever the base's size."""
    groups = _open_groups(user)
    count = sum(group.count for group in groups)
    won, won_amount, lost = _closed_this_month(crm, user)
    late, due = _due_tasks(crm, user)
    return Today(
        has_clients=Client.select().where(visible_to(user, Client.owner), Client.deleted_at.is_null()).exists(),
        has_deals=count > 0 or Deal.select().where(visible_to(user, Deal.owner), Deal.deleted_at.is_null()).exists(),
        open_deals=count,
        potential=sum((group.potential for group in groups), Decimal(0)),
        without_potential=count - sum(group.known for group in groups),
        won=won,
        won_amount=won_amount,
        lost=lost,
        late_tasks=late,
        tasks_today=due,
        loads=_loads(groups),
    )


def next_tasks(user: User, limit: int = 10) -> list[Task]:
    """Returns the user's open tasks, the most urgent first."""
    return list(tasks.visible_tasks(user).where(Task.user == user.id, Task.state == tasks.OPEN).limit(limit))


def _open_groups(user: User) -> list[_Group]:
    query = (
        Deal.select(
            Deal.type_version,
            Deal.place,
            fn.COUNT(Deal.id),
            money_sum(Deal.potential_base),
            fn.COUNT(Deal.potential_base),
        )
        .where(visible_to(user, Deal.owner), Deal.deleted_at.is_null(), Deal.state == "open")
        .group_by(Deal.type_version, Deal.place)
    )
    rows = query.tuples()
    return [
        _Group(version, place, count, potential or Decimal(0), known)
        for version, place, count, potential, known in rows
    ]


def _closed_this_month(crm: CRM, user: User) -> tuple[int, Decimal, int]:
    """Returns how many deals were won this month, for how much, and how many were lost."""
    month = crm.day_start(crm.today().replace(day=1))
    is_won, is_lost = (Case(None, [(Deal.state == state, 1)], 0) for state in ("won", "lost"))
    # The index of closed deals begins with the type: naming all types, and nothing to group by, SQLite walks the month.
    query = Deal.select(fn.SUM(is_won), money_sum(Deal.amount_base * is_won), fn.SUM(is_lost)).where(
        Deal.deal_type.in_(DealType.select(DealType.id)),
        Deal.closed_at >= month,
        visible_to(user, Deal.owner),
        Deal.deleted_at.is_null(),
    )
    won, amount, lost = query.tuples().first()
    return int(won or 0), amount or Decimal(0), int(lost or 0)


def _loads(groups: Iterable[_Group]) -> list[TypeLoad]:
    """Returns the groups by type and stage: several versions of a type are one, a stage stands where it first stood."""
    groups = sorted((group for group in groups if group.place is not None), key=lambda group: group.place)
    versions = sorted({group.version_id for group in groups})
    if not versions:
        return []
    query = (
        TypeStage.select(TypeStage.version, TypeStage.place, Stage.id, Stage.name, DealType.id, DealType.name)
        .join(Stage)
        .join_from(TypeStage, DealTypeVersion)
        .join(DealType)
        .where(TypeStage.version.in_(versions))
    )
    found = {(version, place): rest for version, place, *rest in query.tuples()}
    types: dict[int, tuple[str, dict[int, StageLoad]]] = {}
    for group in groups:
        stage_id, stage, type_id, type_name = found[group.version_id, group.place]
        stages = types.setdefault(type_id, (type_name, {}))[1]
        before = stages.get(stage_id)
        count = group.count + (before.count if before else 0)
        potential = group.potential + (before.potential if before else 0)
        stages[stage_id] = StageLoad(stage_id, stage, count, potential)
    ordered = sorted(types.items(), key=lambda item: item[1][0].casefold())
    return [TypeLoad(type_id, name, list(stages.values())) for type_id, (name, stages) in ordered]


def _due_tasks(crm: CRM, user: User) -> tuple[int, int]:
    """Returns how many of the user's tasks are late, and how many more are due until the end of today."""
    tomorrow = crm.day_start(crm.today() + timedelta(days=1))
    is_late = Case(None, [(Task.due_at < crm.clock.now(), 1)], 0)
    query = Task.select(fn.COUNT(Task.id), fn.SUM(is_late)).where(
        Task.user == user, Task.state == tasks.OPEN, Task.due_at < tomorrow
    )
    count, late = query.tuples().first()
    return int(late or 0), count - int(late or 0)

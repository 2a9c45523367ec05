"""The board by manager: what each has at each stage of a version, in one question, however many deals there are."""

from collections.abc import Sequence
from dataclasses import dataclass
from decimal import Decimal

from peewee import Expression, fn

from core.deals.columns import Column, chances_from, is_here
from core.deals.models import Deal
from core.money import from_units
from core.stages.models import TypeStage
from core.users.models import User

# Stands for deals that nobody owns, where an address names the owner.
NOBODY = 0


@dataclass(frozen=True)
class Cell:
    """What a manager has at one stage; money is in the company's currency."""

    count: int = 0
    potential: Decimal = Decimal(0)


@dataclass(frozen=True)
class Lane:
    """One manager's deals, those on hold apart: `cells` by place, and their sums."""

    owner_id: int
    cells: dict[int | None, Cell]
    count: int
    potential: Decimal
    weighted: Decimal | None
    owner: User | None = None


def lanes(version_id: int, steps: Sequence[TypeStage], where: Expression) -> list[Lane]:
    """Returns the lanes of the managers who have deals here that meet `where`, the most money first."""
    query = Deal.select(Deal.owner, Deal.place, fn.COUNT(Deal.id), fn.SUM(Deal.potential_base))
    query = query.where(is_here(version_id), Deal.on_hold_until.is_null(), where).group_by(Deal.owner, Deal.place)
    found: dict[int, dict[int | None, Cell]] = {}
    for owner_id, place, count, units in query.tuples():
        found.setdefault(owner_id or NOBODY, {})[place] = Cell(count, from_units(int(units or 0)))
    owners = {user.id: user for user in User.select().where(User.id.in_(list(found)))}
    chances = chances_from(steps)
    made = [_lane(owner_id, cells, chances, owners.get(owner_id)) for owner_id, cells in found.items()]
    return sorted(made, key=lambda lane: (-lane.potential, -lane.count, lane.owner_id))


def total(shown: Sequence[Column]) -> Lane:
    """Returns all columns together as a lane."""
    cells = {column.place: Cell(column.count, column.potential) for column in shown}
    weighted = [column.weighted for column in shown if column.weighted is not None]
    return Lane(NOBODY, cells, *_sums(cells), sum(weighted, Decimal(0)) if weighted else None)


def owned_by(owner_id: int) -> Expression:
    """Returns the condition of a lane's deals."""
    return Deal.owner.is_null() if owner_id == NOBODY else Deal.owner == owner_id


def _lane(owner_id: int, cells: dict[int | None, Cell], chances: Sequence[float], owner: User | None) -> Lane:
    weighted = [cell.potential * Decimal(str(chances[place])) for place, cell in cells.items() if place is not None]
    return Lane(owner_id, cells, *_sums(cells), sum(weighted, Decimal(0)) if chances else None, owner)


def _sums(cells: dict[int | None, Cell]) -> tuple[int, Decimal]:
    return sum(cell.count for cell in cells.values()), sum((cell.potential for cell in cells.values()), Decimal(0))

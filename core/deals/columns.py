"""The board's columns: what stands at each stage of a version now, and the cards of each, the latest arrivals first.

Deals on hold stand apart and are only counted. However many deals there are, a board asks five times.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal
from functools import reduce
from operator import add

from peewee import JOIN, Case, Expression, ModelSelect, Select, fn

from core.clients.models import Client
from core.deals.models import Deal
from core.errors import InvalidInput
from core.i18n import _
from core.money import from_units
from core.stages.models import DealType, DealTypeVersion, TypeStage
from core.stages.types import versions_of
from core.store.fields import from_microseconds, to_microseconds
from core.users.models import User

PAGE = 20


@dataclass(frozen=True)
class Column:
    """A stage of the board, or the one column of a type without stages; money is in the company's currency."""

    place: int | None
    stage_id: int | None
    name: str
    chance: float | None
    count: int
    potential: Decimal
    no_potential: int
    on_hold: int

    @property
    def weighted(self) -> Decimal | None:
        """The potential times the chance to be won from here."""
        return None if self.chance is None else self.potential * Decimal(str(self.chance))


@dataclass(frozen=True)
class Cards:
    """A page of a column's cards; `after` continues where it ends, and is empty at the end of the column."""

    deals: Sequence[Deal]
    after: str


def columns(version_id: int, steps: Sequence[TypeStage], where: Expression) -> list[Column]:
    """Returns the columns of a version, with the totals of its open deals that meet `where`."""
    held = Deal.on_hold_until.is_null(False)
    is_free = Deal.on_hold_until.is_null()
    query = Deal.select(
        Deal.place,
        fn.COUNT(Case(None, [(is_free, 1)])),
        fn.COUNT(Case(None, [(is_free, Deal.potential_base)])),
        fn.SUM(Case(None, [(is_free, Deal.potential_base)])),
        fn.COUNT(Case(None, [(held, 1)])),
    )
    rows = query.where(_is_here(version_id), where).group_by(Deal.place).tuples()
    totals = {place: values for place, *values in rows}
    if not steps:
        return [_column(None, None, "", None, totals)]
    chances = chances_from(steps)
    return [_column(step.place, step.stage_id, step.stage.name, chances[step.place], totals) for step in steps]


def running_versions(deal_type: DealType, where: Expression) -> list[DealTypeVersion]:
    """Returns the type's versions that open deals keep, newest first, with `count` of the deals that meet `where`."""
    versions = {version.id: version for version in versions_of(deal_type)}
    query = Deal.select(Deal.type_version, fn.COUNT(Deal.id)).where(
        Deal.state == "open", Deal.type_version.in_(list(versions)), Deal.deleted_at.is_null(), where
    )
    counts = dict(query.group_by(Deal.type_version).tuples())
    for version in versions.values():
        version.count = counts.get(version.id, 0)
    return [version for version in versions.values() if version.count]


def chances_from(steps: Sequence[TypeStage]) -> list[float]:
    """Returns the chance to win from each place: the product of the chances to pass it and all that follow."""
    chances, chance = [], 1.0
    for step in reversed(steps):
        chance *= step.probability / 100
        chances.append(chance)
    return chances[::-1]


def first_cards(version_id: int, found: Sequence[Column], where: Expression) -> Mapping[int | None, Cards]:
    """Returns the first page of cards of every column, by place."""
    filled = [column.place for column in found if column.count]
    pages = [_ids(version_id, place, where, "") for place in filled]
    # All pages in one query; SQLite takes parts with a limit only when each is wrapped.
    parts = [Select((page,), (page.c.id,)) for page in (query.alias("page") for query in pages)]
    ids = [row[0] for row in reduce(add, parts).bind(Deal._meta.database).tuples()] if parts else []
    by_place: dict[int | None, list[Deal]] = {}
    for deal in _full(ids):
        by_place.setdefault(deal.place, []).append(deal)
    return {column.place: _page(by_place.get(column.place, [])) for column in found}


def more_cards(version_id: int, place: int | None, where: Expression, after: str) -> Cards:
    """Returns the next page of a column's cards."""
    return _page(_full([row[0] for row in _ids(version_id, place, where, after).tuples()]))


def _is_here(version_id: int) -> Expression:
    return (Deal.state == "open") & (Deal.type_version == version_id) & Deal.deleted_at.is_null()


def _ids(version_id: int, place: int | None, where: Expression, after: str) -> ModelSelect:
    """Returns the query of a page of ids, and one more, which tells that there are more."""
    here = Deal.place.is_null() if place is None else Deal.place == place
    query = Deal.select(Deal.id).where(_is_here(version_id), here, Deal.on_hold_until.is_null(), where)
    if after:
        query = query.where(_comes_after(place, after))
    return query.order_by(Deal.entered_at.desc(), Deal.id.desc()).limit(PAGE + 1)


def _comes_after(place: int | None, after: str) -> Expression:
    entered, _dash, deal_id = after.partition("-")
    if not (deal_id.isdecimal() and (entered.isdecimal() or place is None)):
        raise InvalidInput(_("The board's columns go on from a card; reload the page."))
    if place is None:
        return Deal.id < int(deal_id)
    entered_at = from_microseconds(int(entered))
    return (Deal.entered_at < entered_at) | ((Deal.entered_at == entered_at) & (Deal.id < int(deal_id)))


def _full(ids: Sequence[int]) -> list[Deal]:
    """Returns the deals of these ids with client and owner, the latest arrivals first."""
    query = Deal.select(Deal, Client, User).join(Client).join_from(Deal, User, JOIN.LEFT_OUTER)
    return list(query.where(Deal.id.in_(ids)).order_by(Deal.entered_at.desc(), Deal.id.desc())) if ids else []


def _page(deals: list[Deal]) -> Cards:
    if len(deals) <= PAGE:
        return Cards(deals, "")
    last = deals[PAGE - 1]
    entered = "" if last.entered_at is None else to_microseconds(last.entered_at)
    return Cards(deals[:PAGE], f"{entered}-{last.id}")


def _column(place: int | None, stage_id: int | None, name: str, chance: float | None, totals: Mapping) -> Column:
    count, priced, potential, on_hold = totals.get(place) or (0, 0, None, 0)
    return Column(place, stage_id, name, chance, count, from_units(int(potential or 0)), count - priced, on_hold)

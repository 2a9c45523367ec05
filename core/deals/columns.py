"""The board's columns: what stands at each stage of a version now, and the cards of each, the latest arrivals first.

Deals on hold stand apart and are only counted. However many deals there are, a board asks five times.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal
from typing import NamedTuple

from peewee import JOIN, Case, Expression, ModelSelect, Select, fn

from core.clients.models import Client
from core.deals.models import Deal
from core.errors import InvalidInput
from core.i18n import _
from core.money import from_units
from core.stages.models import DealType, DealTypeVersion, TypeStage
from core.stages.types import versions_of
from core.store.fields import to_microseconds
from core.store.reading import read_number
from core.store.written import Written, is_among
from core.users.models import User

PAGE = 12


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


class Card(NamedTuple):
    """What a card shows of a deal: no more is read, for a board shows a hundred of them."""

    id: int
    version: int
    place: int | None
    title: str
    client: str
    potential: Decimal | None
    currency: str
    expected_on: date | None
    opened_at: datetime
    entered_at: datetime | None
    owner_id: int | None
    owner: str | None

    @property
    def since(self) -> datetime:
        """When it came to where it stands."""
        return self.entered_at or self.opened_at


@dataclass(frozen=True)
class Cards:
    """A page of a column's cards; `after` continues where it ends, and is empty at the end of the column."""

    shown: Sequence[Card]
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
    rows = query.where(is_here(version_id), where).group_by(Deal.place).tuples()
    totals = {place: values for place, *values in rows}
    if not steps:
        return [_column(None, None, "", None, totals)]
    chances = chances_from(steps)
    return [_column(step.place, step.stage_id, step.stage.name, chances[step.place], totals) for step in steps]


def is_here(version_id: int) -> Expression:
    """Returns the condition of the open deals of a version."""
    return (Deal.state == "open") & (Deal.type_version == version_id) & Deal.deleted_at.is_null()


def running_versions(deal_type: DealType) -> list[DealTypeVersion]:
    """Returns the type's versions that open deals keep, newest first, with `count` of those deals."""
    versions = {version.id: version for version in versions_of(deal_type)}
    query = Deal.select(Deal.type_version, fn.COUNT(Deal.id)).where(
        Deal.state == "open", Deal.type_version.in_(list(versions)), Deal.deleted_at.is_null()
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


def first_cards(version_id: int, where: Expression) -> Mapping[int | None, Cards]:
    """Returns the first page of cards of every column that has any, by place."""
    order = [Deal.entered_at.desc(), Deal.id.desc()]
    rank = fn.ROW_NUMBER().over(partition_by=[Deal.place], order_by=order)
    ranked = Deal.select(Deal.id.alias("id"), rank.alias("rank"))
    ranked = ranked.where(is_here(version_id), Deal.on_hold_until.is_null(), where).alias("ranked")
    query = Select((ranked,), (ranked.c.id,)).where(ranked.c.rank <= PAGE + 1).bind(Deal._meta.database)
    by_place: dict[int | None, list[Card]] = {}
    for card in cards_of([row[0] for row in query.tuples()]):
        by_place.setdefault(card.place, []).append(card)
    return {place: _page(cards) for place, cards in by_place.items()}


def more_cards(version_id: int, place: int | None, where: Expression, after: str) -> Cards:
    """Returns the page of a column's cards that comes after a mark; raises InvalidInput for a mark that is none."""
    here = Deal.place.is_null() if place is None else Deal.place == place
    query = Deal.select(Deal.id).where(is_here(version_id), here, Deal.on_hold_until.is_null(), where)
    query = query.where(_comes_after(place, after)).order_by(Deal.entered_at.desc(), Deal.id.desc()).limit(PAGE + 1)
    return _page(cards_of([row[0] for row in query.tuples()]))


def cards_of(ids: Sequence[int]) -> list[Card]:
    """Returns the cards of these deals, the latest arrivals first."""
    return [Card(*row) for row in _CARDS.rows(ids=ids)] if ids else []


def _cards() -> ModelSelect:
    query = Deal.select(
        Deal.id, Deal.version, Deal.place, Deal.title, Client.name, Deal.potential, Deal.currency, Deal.expected_on,
        Deal.opened_at, Deal.entered_at, Deal.owner, User.name,
    )  # fmt: skip
    query = query.join(Client).join_from(Deal, User, JOIN.LEFT_OUTER).where(is_among(Deal.id))
    return query.order_by(Deal.entered_at.desc(), Deal.id.desc()).tuples()


_CARDS = Written(_cards)


def _comes_after(place: int | None, after: str) -> Expression:
    entered, _dash, deal_id = after.partition("-")
    last, entered_at = read_number(deal_id), read_number(entered)
    if last is None or (entered_at is None and place is not None):
        raise InvalidInput(_("The board's columns go on from a card; reload the page."))
    if place is None:
        return Deal.id < last
    return (Deal.entered_at < entered_at) | ((Deal.entered_at == entered_at) & (Deal.id < last))


def _page(cards: list[Card]) -> Cards:
    if len(cards) <= PAGE:
        return Cards(cards, "")
    last = cards[PAGE - 1]
    entered = "" if last.entered_at is None else to_microseconds(last.entered_at)
    return Cards(cards[:PAGE], f"{entered}-{last.id}")


def _column(place: int | None, stage_id: int | None, name: str, chance: float | None, totals: Mapping) -> Column:
    count, priced, potential, on_hold = totals.get(place) or (0, 0, None, 0)
    return Column(place, stage_id, name, chance, count, from_units(int(potential or 0)), count - priced, on_hold)

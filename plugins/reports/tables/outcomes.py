"""What became of the deals closed in a period, by one dimension: counts and sums, with their whole."""

from collections.abc import Hashable, Iterable
from dataclasses import dataclass, fields
from decimal import Decimal
from typing import Any

from peewee import SQL, Case, fn

from core.api import CRM, Deal, User
from plugins.reports.dimensions import Dimension, by_type, find_dimension, named
from plugins.reports.facts import Scope, grouped, keyed, total
from plugins.reports.funnel.closed_facts import in_period
from plugins.reports.funnel.common import bounded_period, make_scope
from plugins.reports.funnel.data import money
from plugins.reports.funnel.types import load_ladders
from plugins.reports.settings.parameters import Settings


@dataclass(frozen=True)
class Outcome:
    """Deals of one key that were closed: how many, how they ended, what they brought or could have brought."""

    key: Hashable
    closed: int = 0
    won: int = 0
    lost: int = 0
    won_amount: int = 0
    lost_potential: int = 0
    no_potential: int = 0

    @property
    def win_rate(self) -> float | None:
        """The share of the closed deals that were won."""
        return self.won / self.closed if self.closed else None

    @property
    def mean_amount(self) -> Decimal | None:
        """What a won deal brought on average."""
        return money(self.won_amount / self.won) if self.won else None

    def data(self) -> dict[str, Any]:
        """Returns the numbers by their names, money as decimals."""
        return {
            "closed": self.closed,
            "won": self.won,
            "lost": self.lost,
            "win_rate": self.win_rate,
            "won_amount": money(self.won_amount),
            "mean_amount": self.mean_amount,
            "lost_potential": money(self.lost_potential),
            "no_potential": self.no_potential,
        }


@dataclass(frozen=True)
class Asked:
    """The outcomes by key, of all together, and by what they are parted."""

    scope: Scope
    dimension: Dimension
    rows: list[Outcome]
    whole: Outcome


def ask_outcomes(crm: CRM, user: User | None, settings: Settings, usual: str) -> Asked:
    """Returns the outcomes of the settings' period by their dimension, or by the `usual` one."""
    ladders, _published = load_ladders(crm)
    scope = make_scope(crm, user, settings, ladders)
    dimension = dimension_of(scope, settings, usual)
    rows = _counted(scope, settings, dimension)
    dimension = named(crm, dimension, [row.key for row in rows])
    whole = rows if not dimension.overlaps else _counted(scope, settings, None)
    return Asked(scope, dimension, rows, _sum(whole))


def dimension_of(scope: Scope, settings: Settings, usual: str) -> Dimension:
    """Returns the dimension by which rows part, or the `usual` one; deal types are one here, too."""
    name = settings.by or usual
    period = bounded_period(scope.crm, scope, name, settings.period)
    return find_dimension(scope.crm, scope.user, name, period) or by_type(scope.crm)


def _counted(scope: Scope, settings: Settings, dimension: Dimension | None) -> list[Outcome]:
    won, lost = Deal.state == "won", Deal.state == "lost"
    sums = (
        fn.COUNT(SQL("*")),
        fn.SUM(Case(None, [(won, 1)], 0)),
        fn.SUM(Case(None, [(lost, 1)], 0)),
        total(Case(None, [(won, Deal.amount_base)])),
        total(Case(None, [(lost, Deal.potential_base)])),
        fn.COUNT(SQL("*")) - fn.COUNT(Deal.potential_base),
    )
    query = Deal.select(Deal.id).where(*in_period(scope, settings.period))
    found: dict[Hashable, Outcome] = {}
    rows = keyed(scope.rows(grouped(query, [Deal.deal_type], sums, dimension, Deal)), 1, dimension)
    for _type_id, key, *numbers in rows:
        one = Outcome(key, *(int(number or 0) for number in numbers))
        found[key] = _sum([found[key], one], key) if key in found else one
    return list(found.values())


def _sum(outcomes: Iterable[Outcome], key: Hashable = None) -> Outcome:
    outcomes = list(outcomes)
    names = [one.name for one in fields(Outcome) if one.name != "key"]
    return Outcome(key, **{name: sum(getattr(one, name) for one in outcomes) for name in names})

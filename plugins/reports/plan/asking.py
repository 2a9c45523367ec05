"""Makes a plan of a report's settings: reads the goal, learns from the past, looks at what is open."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, timedelta
from fractions import Fraction
from math import ceil

from core.api import CRM, User, bulk, format_date, money, visible_to
from core.api import gettext as _
from plugins.reports.facts import Scope
from plugins.reports.funnel.common import make_scope
from plugins.reports.funnel.ladders import Ladder
from plugins.reports.funnel.types import load_ladders
from plugins.reports.plan import facts
from plugins.reports.plan.learning import Learned, from_template, learn
from plugins.reports.plan.planning import Awaited, Goal, Plan, make_plan
from plugins.reports.settings.parameters import Settings, read_day, refuse
from plugins.reports.settings.periods import add_months

MOST_CONTRACTS, MOST_AMOUNT, FARTHEST = 1_000_000, 10**13, timedelta(days=3 * 366)
A_GOAL = 10  # contracts, where nothing was ever won
A_MONTH = Fraction(1461, 48)  # days


@dataclass(frozen=True)
class Asked:
    """The plan, with the months it was learned from and what its managers are called.

    `is_unripe` tells that deals were won, but that every month has too many open ones to learn from.
    """

    plan: Plan
    months: tuple[date, ...]
    names: Mapping[int | None, str]
    is_unripe: bool = False


def ask(crm: CRM, user: User | None, settings: Settings) -> Asked | None:
    """Returns the plan, or None where there is no type of deals to plan by; raises InvalidInput for a wrong goal."""
    ladders, published = load_ladders(crm)
    scope = make_scope(crm, user, settings, ladders)
    begin, due = _days(crm, settings)
    months = tuple(sorted(facts.matured_months(scope)))
    learned = _learned(scope, months, ladders)
    is_unripe = not months and facts.has_won(scope)
    if learned is None:
        ladder = _template(scope.type_ids, ladders, published)
        if ladder is None:
            return None
        learned, months = from_template(ladder), ()
    goal = _goal(settings, learned, len(months), begin, due)
    names = _managers(crm, user)
    shares = {key: learned.owners[key] for key in names if learned.owners.get(key)} or dict.fromkeys(names or [None], 1)
    return Asked(make_plan(goal, learned, _awaited(scope, learned, goal), shares), months, names, is_unripe)


def _days(crm: CRM, settings: Settings) -> tuple[date, date]:
    """Returns the first day, today at the earliest, and the last; by default the end of the next quarter."""
    today, period = crm.today(), settings.period
    given = settings.given.get("due")
    due = read_day(crm, "due", _last(given)) if given else period.last
    if due is None:
        due = add_months(date(today.year, (today.month - 1) // 3 * 3 + 1, 1), 6) - timedelta(days=1)
    begin = max(today, period.first or today)
    if due < begin:
        refuse("due", _("%(day)s is over: plan until a day that is still to come.", day=format_date(due)))
    if due - begin > FARTHEST:
        refuse("due", _("A plan reaches three years ahead at most: choose an earlier day."))
    return begin, due


def _learned(scope: Scope, months: tuple[date, ...], ladders: Mapping[int, Ladder]) -> Learned | None:
    if not months:
        return None
    deals = facts.past_deals(scope, frozenset(months))
    visits, held = facts.first_visits(scope, months), facts.interactions_held(scope, months)
    return learn(deals, visits, held, ladders)


def _template(type_ids: tuple[int, ...], ladders: Mapping[int, Ladder], published: set[int]) -> Ladder | None:
    """Returns the published ladder of the first of the types that has stages."""
    found = [ladders[key] for key in sorted(published) if ladders[key].type_id in type_ids and ladders[key].steps]
    return next((one for one in found if one.chance_from(0)), None)


def _goal(settings: Settings, learned: Learned, months: int, begin: date, due: date) -> Goal:
    contracts, amount = settings.given.get("contracts"), settings.given.get("amount")
    if contracts and amount:
        refuse("contracts", _("Plan either a number of contracts or a sum, not both."))
    if amount:
        units = _units(_last(amount))
        if not learned.won_amount:
            refuse(
                "amount", _("No won deal has an amount yet, so nobody knows how many make this sum: plan contracts.")
            )
        return Goal(begin, due, Fraction(units * learned.with_amount, learned.won_amount), units)
    if contracts:
        return Goal(begin, due, Fraction(_number(_last(contracts))))
    # As many as usual: so the page has something to say before anybody has typed a goal.
    usual = Fraction(learned.won * ((due - begin).days + 1)) / (months * A_MONTH) if months else Fraction(A_GOAL)
    return Goal(begin, due, Fraction(max(ceil(usual), 1)))


def _awaited(scope: Scope, learned: Learned, goal: Goal) -> Awaited:
    now = bulk.to_microseconds(scope.crm.clock.now())
    days = (scope.moment(goal.due + timedelta(days=1)) - now) / facts.DAY
    deals = facts.open_deals(scope)
    chances = [learned.expected(deal, now, days) for deal in deals]
    known = [
        (deal.potential, chance) for deal, chance in zip(deals, chances, strict=True) if deal.potential is not None
    ]
    return Awaited(
        deals=len(deals),
        wins=_sum(chances),
        amount=_sum([potential * chance for potential, chance in known]),
        no_potential=len(deals) - len(known),
    )


def _sum(values: list[Fraction]) -> Fraction:
    """Returns the exact sum; equal values are added up at once, since most deals share their chance with others."""
    by_denominator: dict[int, int] = {}
    for value in values:
        by_denominator[value.denominator] = by_denominator.get(value.denominator, 0) + value.numerator
    return sum((Fraction(top, bottom) for bottom, top in by_denominator.items()), Fraction(0))


def _managers(crm: CRM, user: User | None) -> dict[int | None, str]:
    """Returns the names of those whose work the reader plans: active users whose deals the reader sees."""
    query = User.select(User.id, User.name).where(User.is_active)
    if user is not None:
        query = query.where(visible_to(user, User.id))
    return {row.id: row.name for row in query.order_by(User.name)}


def _last(given: str | list[str]) -> str:
    return given if isinstance(given, str) else given[-1]


def _number(text: str) -> int:
    if not text.isdecimal() or len(text) > 9 or not 0 < int(text) <= MOST_CONTRACTS:
        refuse("contracts", _("“%(value)s” is not a number of contracts: write one like 10.", value=text))
    return int(text)


def _units(text: str) -> int:
    try:
        amount = money.parse_amount(text, thousands=",.")
    except ValueError:
        amount = None
    if amount is None or not 0 < amount <= MOST_AMOUNT:
        refuse("amount", _("“%(value)s” is not a sum: write one like 50000.", value=text))
    return money.to_units(amount)

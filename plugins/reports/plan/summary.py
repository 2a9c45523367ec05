"""What a plan says in sentences: its goal, what open deals bring of it, what is missing, and whether there is time."""

from fractions import Fraction

from core.api import format_date, format_number, format_percent, ngettext
from core.api import gettext as _
from plugins.reports.funnel.data import money
from plugins.reports.plan.learning import CONTRACTS, INTERESTED
from plugins.reports.plan.planning import Plan


def goal_words(plan: Plan, currency: str) -> str:
    """Returns what is to be reached, and by when."""
    day = format_date(plan.goal.due)
    if plan.goal.amount is not None:
        return _("%(sum)s by %(day)s", sum=_sum_words(plan.goal.amount, currency), day=day)
    contracts = int(plan.goal.contracts)
    return ngettext("%(n)s contract by %(day)s", "%(n)s contracts by %(day)s", contracts, day=day)


def summary(plan: Plan, currency: str) -> list[str]:
    """Returns the sentences above a plan: what it takes, and until when new interest counts or that it is too late."""
    found = [_missing_words(plan, currency) if plan.contracts_needed else _enough_words(plan, currency)]
    if plan.is_too_late:
        found.append(_too_late(plan))
    elif plan.learned.is_learned and plan.contracts_needed:
        found.append(
            _("New interest counts until %(day)s: from then on there is no time left to win it.",
              day=format_date(plan.line(INTERESTED).window.last))
        )  # fmt: skip
    return found


def _enough_words(plan: Plan, currency: str) -> str:
    if plan.goal.amount is not None:
        return _("The deals open now will usually bring this much already: about %(sum)s.",
                 sum=_sum_words(plan.awaited.amount, currency))  # fmt: skip
    wins = format_number(float(plan.awaited.wins), 1)
    return _("The deals open now will usually bring this much already: about %(wins)s contracts.", wins=wins)


def _missing_words(plan: Plan, currency: str) -> str:
    told = {
        "missing": format_number(plan.line(CONTRACTS).needed),
        "interested": format_number(plan.line(INTERESTED).needed),
        "rate": format_percent(float(plan.learned.conversion), 1),
    }
    if plan.goal.amount is None:
        return _(
            "Open deals will bring about %(wins)s contracts by that day, so %(missing)s must come from new clients: "
            "that takes %(interested)s interested ones, %(rate)s of whom become contracts.",
            wins=format_number(float(plan.awaited.wins), 1),
            **told,
        )
    # Open deals may be worth more or less than usual ones, so here contracts don't add up: sums do.
    return _(
        "Open deals will bring about %(brought)s of this sum by that day; the missing %(sum)s take %(missing)s new "
        "contracts of usually %(mean)s each: that takes %(interested)s interested clients, %(rate)s of whom become "
        "contracts.",
        brought=_sum_words(plan.awaited.amount, currency),
        sum=_sum_words(plan.goal.amount - plan.awaited.amount, currency),
        mean=_sum_words(Fraction(plan.learned.won_amount, plan.learned.with_amount), currency),
        **told,
    )


def _sum_words(units: Fraction | int, currency: str) -> str:
    return f"{format_number(money(units), 0)} {currency}"


def _too_late(plan: Plan) -> str:
    return _(
        "Too late for new clients: half of the deals take %(days)s days or more from interest to contract, and "
        "%(left)s are left. A client who becomes interested today is usually won about %(earliest)s. Only open deals "
        "can still be won by %(due)s.",
        days=format_number(plan.learned.lag, 0),
        left=format_number(plan.goal.days),
        earliest=format_date(plan.earliest),
        due=format_date(plan.goal.due),
    )

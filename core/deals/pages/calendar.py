"""The calendar: open deals by the day on which they are expected, a month at a time."""

from dataclasses import dataclass
from datetime import date, timedelta
from decimal import Decimal

from babel.dates import format_skeleton, get_day_names
from flask import request
from peewee import Expression, fn
from werkzeug.wrappers import Response

from core.clients.models import Client
from core.deals.models import Deal
from core.deals.pages.blueprint import blueprint
from core.deals.pages.lists import asked, in_list, part_of_bar, view_of
from core.errors import InvalidInput
from core.fields.periods import first_day, next_first_day
from core.i18n import _, language
from core.money import from_units
from core.web.context import crm, needs

SHOWN_A_DAY = 4


@dataclass(frozen=True)
class Day:
    """A day: how many deals are expected, what they are worth, the first few; `url` lists all of them."""

    on: date
    is_inside: bool
    count: int
    potential: Decimal
    deals: list[Deal]
    url: str


@blueprint.route("/calendar", methods=["GET", "POST"])
@needs("deals.read")
def calendar() -> str | Response:
    """Shows a month; `month` of the address is like 2026-11."""
    if (part := part_of_bar()) is not None:
        return part
    month = _month(request.args.get("month", ""))
    start = first_day("week", month)
    after = next_first_day("month", month)
    end = after if after.weekday() == 0 else next_first_day("week", first_day("week", after))
    search = asked()
    days = _days(month, start, end, search.where)
    return view_of(
        "calendar",
        search,
        weeks=[days[index : index + 7] for index in range(0, len(days), 7)],
        names=[get_day_names("abbreviated", "stand-alone", locale=language())[day] for day in range(7)],
        month=format_skeleton("yMMMM", month, locale=language()),
        before=(month - timedelta(days=1)).strftime("%Y-%m"),
        after=after.strftime("%Y-%m"),
        today=crm().today(),
    )


def _month(text: str) -> date:
    try:
        return date.fromisoformat(f"{text}-01") if text else crm().today().replace(day=1)
    except ValueError as error:
        raise InvalidInput(_("“%(month)s” is no month; write it like 2026-11.", month=text)) from error


def _days(month: date, start: date, end: date, where: Expression) -> list[Day]:
    is_meant = (Deal.state == "open") & Deal.expected_on.between(start, end - timedelta(days=1)) & where
    sums = Deal.select(Deal.expected_on, fn.COUNT(Deal.id), fn.SUM(Deal.potential_base)).where(is_meant)
    totals = {on: (count, potential) for on, count, potential in sums.group_by(Deal.expected_on).tuples()}
    first = _first_deals(is_meant)
    days = []
    for index in range((end - start).days):
        on = start + timedelta(days=index)
        count, potential = totals.get(on, (0, None))
        days.append(
            Day(on, on.month == month.month, count, from_units(int(potential or 0)), first.get(on, []), _list_of(on))
        )
    return days


def _first_deals(is_meant: Expression) -> dict[date, list[Deal]]:
    """Returns the few most valuable deals of each day."""
    order = [Deal.potential_base.desc(nulls="last"), Deal.id]
    rank = fn.ROW_NUMBER().over(partition_by=[Deal.expected_on], order_by=order)
    ranked = Deal.select(Deal.id.alias("id"), rank.alias("rank")).where(is_meant).alias("ranked")
    query = Deal.select(Deal, Client).join(Client).join_from(Deal, ranked, on=Deal.id == ranked.c.id)
    found: dict[date, list[Deal]] = {}
    for deal in query.where(ranked.c.rank <= SHOWN_A_DAY).order_by(Deal.expected_on, ranked.c.rank):
        found.setdefault(deal.expected_on, []).append(deal)
    return found


def _list_of(on: date) -> str:
    conditions = (
        {"field": "state", "op": "equal", "value": "open"},
        {"field": "expected_on", "op": "equal", "value": on.isoformat()},
    )
    return in_list(conditions)

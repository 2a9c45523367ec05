"""Sets what reports are measured against: standards of service by category, costs of marketing by source and month."""

from collections.abc import Mapping
from datetime import date
from decimal import Decimal

from core.api import CRM, InvalidInput, money, write_history
from core.api import gettext as _
from plugins.reports.models import Cost, Standard

MOST_DAYS, MOST_COST = 3650, Decimal(10) ** 13


def categories(crm: CRM) -> list[tuple[int, str]]:
    """Returns the categories of clients by name."""
    return crm.database.execute_sql("SELECT id, name FROM core_category ORDER BY name").fetchall()


def sources(crm: CRM) -> list[tuple[int, str]]:
    """Returns the sources of clients by name."""
    return crm.database.execute_sql("SELECT id, name FROM core_source ORDER BY name").fetchall()


def standards() -> dict[int, int]:
    """Returns how often, in days, clients of a category are to hear from us, by category."""
    return {row.category_id: row.days for row in Standard.select()}


def set_standards(crm: CRM, texts: Mapping[int, str]) -> None:
    """Sets the days of each category from what was typed; an empty text takes the standard away.

    Raises InvalidInput, with the field of each wrong one, before anything is written.
    """
    known, wrong, days = dict(categories(crm)), {}, {}
    for category, text in texts.items():
        text = text.strip()
        if text and not (text.isdecimal() and len(text) < 6 and 0 < int(text) <= MOST_DAYS):
            wrong[f"days-{category}"] = [_("Write a number of days, such as 30.")]
        elif category in known:
            days[category] = int(text) if text else None
    if wrong:
        raise InvalidInput(_("Write a number of days, such as 30."), fields=wrong)
    with crm.work():
        before = standards()
        for category, count in days.items():
            if before.get(category) == count:
                continue
            Standard.delete().where(Standard.category_id == category).execute()
            if count is not None:
                Standard.create(category_id=category, days=count)
            write_history(crm, "category", category, "standard changed", {"days": [before.get(category), count]})


def costs(month: date) -> dict[int, Decimal]:
    """Returns what each source cost in the month that begins on a day, by source."""
    return {row.source_id: row.amount for row in Cost.select().where(Cost.month_on == month)}


def set_costs(crm: CRM, month: date, texts: Mapping[int, str]) -> None:
    """Sets what each source cost in a month from what was typed; an empty text means that nothing is known.

    Raises InvalidInput, with the field of each wrong one, before anything is written.
    """
    known, wrong, amounts = dict(sources(crm)), {}, {}
    for source, text in texts.items():
        try:
            amount = money.parse_amount(text, thousands=",.") if text.strip() else None
        except ValueError:
            amount = Decimal(-1)
        if amount is not None and not 0 <= amount < MOST_COST:
            wrong[f"cost-{source}"] = [_("Write a sum, such as 1200.")]
        elif source in known:
            amounts[source] = amount
    if wrong:
        raise InvalidInput(_("Write a sum, such as 1200."), fields=wrong)
    with crm.work():
        before = costs(month)
        for source, amount in amounts.items():
            if before.get(source) == amount:
                continue
            Cost.delete().where(Cost.source_id == source, Cost.month_on == month).execute()
            if amount is not None:
                Cost.create(source_id=source, month_on=month, amount=amount)
            write_history(crm, "source", source, "cost changed", {str(month): [before.get(source), amount]})

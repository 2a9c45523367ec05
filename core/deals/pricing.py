"""Prices deals whose rate came to be known only after they were opened, changed or closed."""

from collections.abc import Iterator
from datetime import date
from decimal import Decimal
from functools import cache

from core.deals import history, rows
from core.deals.models import Deal
from core.deals.rates import in_company_currency
from core.runtime import CRM
from core.store.bulk import execute_many, plain

CHUNK = 500
LACKING = {"potential": (Deal.potential, Deal.potential_base), "amount": (Deal.amount, Deal.amount_base)}


def price_deals(crm: CRM) -> int:
    """Gives deals without a value in the company's currency one, where a rate is known by now; returns how many.

    Open deals get today's rate, and their history says since when their value is known. Closed ones get the rate of
    the day on which they were closed; what was frozen with a rate stays as it is.
    """
    return _price_open(crm) + _price_closed(crm)


def _price_open(crm: CRM) -> int:
    waiting = _waiting(crm, "potential").where(Deal.state == "open", Deal.deleted_at.is_null())
    priced = 0
    for deal in list(waiting):
        with crm.work():
            row = rows.take(crm, Deal.get_by_id(deal.id))
            value = in_company_currency(crm, row.potential, row.currency, crm.today())
            if value is None or not row.is_open:
                continue
            # No new version: whoever edits the deal at this moment has lost no race.
            Deal.update(potential_base=value).where(Deal.id == row.id).execute()
            row.potential_base = value
            history.turn_period(row, rows.moment(crm, row, None))
        priced += 1
    return priced


def _price_closed(crm: CRM) -> int:
    rate = cache(lambda currency, day: in_company_currency(crm, Decimal(1), currency, day))
    priced = set()
    for name in LACKING:
        for chunk in _closed_chunks(crm, name):
            days = [(deal, deal.closed_at.astimezone(crm.config.zone).date()) for deal in chunk]
            known = [(deal, day) for deal, day in days if rate(deal.currency, day) is not None]
            with crm.work():
                _write_closed(crm, name, known)
            priced |= {deal.id for deal, _day in known}
    return len(priced)


def _closed_chunks(crm: CRM, name: str) -> Iterator[list[Deal]]:
    last = 0
    while True:
        query = _waiting(crm, name).where(Deal.state != "open", Deal.closed_at.is_null(False), Deal.id > last)
        chunk = list(query.order_by(Deal.id).limit(CHUNK))
        if not chunk:
            return
        yield chunk
        last = chunk[-1].id


def _write_closed(crm: CRM, name: str, known: list[tuple[Deal, date]]) -> None:
    """Writes a value into deals and their last closings, unless they were re-opened meanwhile."""
    values = [
        (plain(in_company_currency(crm, getattr(deal, name), deal.currency, day)), deal.id, plain(deal.closed_at))
        for deal, day in known
    ]
    deals = f"UPDATE core_deal SET {name}_base = ? WHERE id = ? AND closed_at = ?"
    closings = f"UPDATE core_closing SET {name}_base = ? WHERE deal_id = ? AND closed_at = ? AND reopened_at IS NULL"
    if values:
        execute_many(crm.database, deals, values)
        execute_many(crm.database, closings, values)


def _waiting(crm: CRM, name: str) -> object:
    typed, in_base = LACKING[name]
    return Deal.select().where(typed.is_null(False), in_base.is_null(), Deal.currency != crm.currency)

"""Prices open deals whose rate came to be known only after they were opened or changed."""

from core.deals import history, rows
from core.deals.models import Deal
from core.deals.rates import in_company_currency
from core.runtime import CRM


def price_deals(crm: CRM) -> int:
    """Gives open deals without a value in the company's currency one, by today's rate; returns how many got it.

    Closed deals stay as they were frozen. Each deal's history says since when its value is known.
    """
    waiting = Deal.select().where(
        Deal.state == "open",
        Deal.potential.is_null(False),
        Deal.potential_base.is_null(),
        Deal.currency != crm.currency,
        Deal.deleted_at.is_null(),
    )
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

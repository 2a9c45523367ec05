"""Exchange rates by date: what one unit of a currency was worth in the company's currency."""

from datetime import date
from decimal import Decimal

from peewee import CharField, DateField

from core.errors import InvalidInput, NotFound
from core.hooks.contributions import Rate
from core.i18n import _
from core.money import convert
from core.runtime import CRM
from core.store.fields import Record


class ExchangeRate(Record):
    """The rate of a currency on a day, kept as a decimal string."""

    currency = CharField()
    rate_on = DateField()
    rate = CharField()

    class Meta:
        table_name = "core_exchange_rate"


def set_rate(crm: CRM, currency: str, rate_on: date, rate: Decimal) -> None:
    """Saves the rate of a day and has waiting deals priced; raises InvalidInput for a rate that isn't above zero."""
    if not rate.is_finite() or rate <= 0:
        raise InvalidInput(_("A rate must be a number above zero."), fields={"rate": [_("Above zero, please.")]})
    with crm.work():
        ExchangeRate.insert(currency=currency, rate_on=rate_on, rate=str(rate)).on_conflict(
            conflict_target=[ExchangeRate.currency, ExchangeRate.rate_on], update={ExchangeRate.rate: str(rate)}
        ).execute()
        # Deals that wait for this rate need not wait for the hourly look.
        crm.jobs.enqueue("core.keep_deals", {}, dedupe_key="core.keep_deals")


def rate_of_table(crm: CRM, currency: str, rate_on: date) -> Rate | None:
    """Returns the newest rate on or before a day, or None when the table has none."""
    if currency == crm.currency:
        return Rate("1", rate_on.isoformat())
    row = (
        ExchangeRate.select()
        .where(ExchangeRate.currency == currency, ExchangeRate.rate_on <= rate_on)
        .order_by(ExchangeRate.rate_on.desc())
        .first()
    )
    return Rate(row.rate, row.rate_on.isoformat()) if row else None


def in_company_currency(crm: CRM, amount: Decimal | None, currency: str, rate_on: date) -> Decimal | None:
    """Returns an amount in the company's currency by the rate of a day, or None when amount or rate is unknown."""
    if amount is None:
        return None
    if currency == crm.currency:
        return amount
    rate = crm.hooks.ask("exchange_rate", crm=crm, currency=currency, rate_on=rate_on)
    return None if rate is None else convert(amount, Decimal(rate.rate), crm.currency)


def newest_rates(limit: int = 200) -> list[ExchangeRate]:
    """Returns the newest rates, newest day first."""
    return list(ExchangeRate.select().order_by(ExchangeRate.rate_on.desc(), ExchangeRate.currency).limit(limit))


def delete_rate(crm: CRM, rate_id: int) -> None:
    """Deletes a rate of the table; raises NotFound."""
    with crm.work():
        if not ExchangeRate.delete().where(ExchangeRate.id == rate_id).execute():
            raise NotFound(_("There is no such rate."))

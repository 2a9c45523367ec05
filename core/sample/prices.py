"""What the sample company's deals are worth: skewed sums in four currencies, and exchange rates that walk slowly."""

import random
from dataclasses import dataclass
from datetime import date, timedelta
from decimal import Decimal
from math import exp
from zoneinfo import ZoneInfo

from core.deals.rates import ExchangeRate
from core.money import SCALE, convert, from_units, to_units
from core.runtime import CRM
from core.sample.seasons import Seasons
from core.store.fields import from_microseconds

# What one euro is worth, roughly: the sizes of the sample's deals follow it.
EURO_IN = {"EUR": Decimal(1), "ALL": Decimal(98), "USD": Decimal("1.09"), "CHF": Decimal("0.95"), "RUB": Decimal(92)}
OTHERS = ("EUR", "ALL", "USD", "CHF", "RUB")
WEIGHTS = (86, 8, 4, 2)
UNKNOWN = 0.02
SPREAD = 0.8


@dataclass(frozen=True)
class Price:
    """A deal's currency and its potential in the database's units, None where nobody knows it."""

    currency: str
    potential: int | None


@dataclass(frozen=True)
class Prices:
    """The company's currency and three others, with what one unit of each was worth from the 1st of each month."""

    currencies: tuple[str, ...]
    rates: dict[tuple[str, int, int], Decimal]
    zone: ZoneInfo
    chance: random.Random

    def draw(self, median: float) -> Price:
        """Returns the price of a deal from a skewed distribution with this median, in euros."""
        chance = self.chance
        currency = chance.choices(self.currencies, WEIGHTS)[0]
        if chance.random() < UNKNOWN:
            return Price(currency, None)
        value = median * exp(chance.gauss(0, SPREAD)) * float(EURO_IN.get(currency, 1))
        step = 10 ** max(len(str(int(value))) - 2, 0)
        return Price(currency, max(round(value / step), 1) * step * SCALE)

    def in_base(self, units: int | None, currency: str, moment: int) -> int | None:
        """Returns units of a currency in the company's own, by the rate of the moment's day."""
        if units is None or currency == self.currencies[0]:
            return units
        day = from_microseconds(moment).astimezone(self.zone)
        rate = self.rates[currency, day.year, day.month]
        return to_units(convert(from_units(units), rate, self.currencies[0]))


def make_prices(crm: CRM, seasons: Seasons) -> Prices:
    """Returns the prices, and writes a rate for the first of each month where there is none."""
    chance, first = seasons.chance, from_microseconds(seasons.begins_at).date().replace(day=1)
    own = EURO_IN.get(crm.currency, Decimal(1))
    others = [currency for currency in OTHERS if currency != crm.currency][:3]
    rates: dict[tuple[str, int, int], Decimal] = {}
    for currency in others:
        rate, day = own / EURO_IN[currency], first - timedelta(days=1)
        while day <= crm.today():
            rate *= Decimal(str(round(1 + chance.uniform(-0.012, 0.012), 6)))
            day = (day.replace(day=1) + timedelta(days=32)).replace(day=1)
            rates[currency, day.year, day.month] = rate.quantize(Decimal("0.000001"))
    rows = [
        {"currency": currency, "rate_on": date(year, month, 1), "rate": str(rate)}
        for (currency, year, month), rate in rates.items()
    ]
    ExchangeRate.insert_many(rows).on_conflict_ignore().execute()
    return Prices((crm.currency, *others), rates, crm.config.zone, chance)

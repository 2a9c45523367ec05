"""Money: exact decimals outside, integers of 1/10,000 of the unit in the database. Pure calculations."""

import re
from decimal import ROUND_HALF_UP, Decimal
from functools import lru_cache

from babel.numbers import format_currency, get_currency_precision, is_currency

SCALE = 10_000
_SPACES = re.compile(r"[\s\u00a0\u202f'’]")
_NUMBER = re.compile(r"^[+-]?\d+([.,]\d+)*$")
_GROUPS = re.compile(r"^\d{1,3}([.,]\d{2,3})*[.,]\d{3}$")
_MAY_BE_THOUSANDS = re.compile(r"^[1-9]\d{0,2}([.,])\d{3}$")
_SIGNS = {
    "€": "EUR", "$": "USD", "£": "GBP", "₽": "RUB", "₴": "UAH", "LEK": "ALL", "LEKË": "ALL", "LEKE": "ALL",
    "РУБ": "RUB", "Р": "RUB",
}  # fmt: skip


def to_units(value: Decimal) -> int:
    """Returns `value` as the integer that the database keeps."""
    return int((value * SCALE).to_integral_value(ROUND_HALF_UP))


def from_units(units: int) -> Decimal:
    """Returns the decimal of a database integer."""
    return Decimal(units) / SCALE


def rounded(value: Decimal, currency: str) -> Decimal:
    """Returns `value` rounded half up to the digits its currency has."""
    return value.quantize(Decimal(1).scaleb(-get_currency_precision(currency)), ROUND_HALF_UP)


def as_text(value: Decimal | None, currency: str) -> str | None:
    """Returns the decimal string of the contract, e.g. "649.00", or None."""
    return None if value is None else str(rounded(value, currency))


def convert(value: Decimal, rate: Decimal, currency: str) -> Decimal:
    """Returns `value` times `rate`, rounded to the digits of the target `currency`."""
    return rounded(value * rate, currency)


@lru_cache(maxsize=4096)
def format_money(value: Decimal | None, currency: str, locale: str) -> str:
    """Returns money as people write it in `locale`, or a dash for None."""
    return "—" if value is None else format_currency(value, currency, locale=locale)


def parse_amount(text: str, decimal: str = "", thousands: str = "") -> Decimal:
    """Returns the amount that somebody typed, such as "1 234,50 €" or "1,234.50".

    Only "1,234" and "1.234" may mean two things: the sign is that of the fraction, unless `decimal` says that the other
    one is, or `thousands` names it. Raises ValueError when the text is no amount, e.g. "31.12.2026".
    """
    cleaned = _SPACES.sub("", text.strip())
    if letters := _letters(cleaned):
        if not currency_in(text):
            raise ValueError(text)
        cleaned = cleaned.replace(f"{letters}.", "").replace(letters, "")
    if not _NUMBER.match(cleaned):
        raise ValueError(text)
    if (number := _with_point(cleaned, decimal, thousands)) is None:
        raise ValueError(text)
    return Decimal(number)


def currency_in(text: str) -> str:
    """Returns the code of the currency that an amount bears as a sign, word or code; "" if it bears none."""
    letters = _letters(_SPACES.sub("", text.strip())).upper()
    return _SIGNS.get(letters) or (letters if is_currency(letters) else "")


def _letters(text: str) -> str:
    return text.strip("0123456789.,+-")


def _with_point(number: str, decimal: str, thousands: str) -> str | None:
    if lone := _MAY_BE_THOUSANDS.match(number.lstrip("+-")):
        is_whole = lone[1] != decimal and (bool(decimal) or lone[1] in thousands)
        return number.replace(lone[1], "" if is_whole else ".")
    place = max(number.rfind(","), number.rfind("."))
    if place < 0:
        return number
    if number.count(number[place]) > 1:
        return _without_groups(number)
    whole = _without_groups(number[:place])
    return None if whole is None else f"{whole}.{number[place + 1 :]}"


def _without_groups(number: str) -> str | None:
    """Takes the signs between thousands out; None where one stands elsewhere or they are of two kinds."""
    if number.lstrip("+-").isdecimal():
        return number
    if not _GROUPS.match(number.lstrip("+-")) or {",", "."} <= set(number):
        return None
    return number.replace(",", "").replace(".", "")

"""Money: exact decimals outside, integers of 1/10,000 of the unit in the database. Pure calculations."""

import re
from decimal import ROUND_HALF_UP, Decimal, InvalidOperation
from functools import lru_cache

from babel.numbers import format_currency, get_currency_precision

SCALE = 10_000
_SPACES = re.compile(r"[\s\u00a0\u202f'’]")
_NUMBER = re.compile(r"^[+-]?\d+([.,]\d+)*$")
_SYMBOLS = re.compile(r"(?i)€|\$|£|₽|₴|lekë|leke|lek|руб\.?|р\.|^[A-Z]{3}|[A-Z]{3}$")


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


def parse_amount(text: str, decimal: str = "") -> Decimal:
    """Returns the amount that somebody typed, such as "1 234,50 €" or "1,234.50".

    `decimal` says which sign separates the fraction ("," or "."); without it the last separator decides, and a
    single one followed by exactly three digits is taken for thousands only if there are several of it.
    Raises ValueError when the text is no amount or may mean two things.
    """
    cleaned = _SYMBOLS.sub("", _SPACES.sub("", text.strip())).strip()
    if not _NUMBER.match(cleaned):
        raise ValueError(text)
    cleaned = _with_point(cleaned, decimal)
    try:
        return Decimal(cleaned)
    except InvalidOperation as error:
        raise ValueError(text) from error


def _with_point(number: str, decimal: str) -> str:
    if decimal:
        thousands = "," if decimal == "." else "."
        number = number.replace(thousands, "").replace(decimal, ".")
    elif "," in number and "." in number:
        last = max(number.rfind(","), number.rfind("."))
        number = number[:last].replace(",", "").replace(".", "") + "." + number[last + 1 :]
    elif number.count(",") > 1 or number.count(".") > 1:
        number = number.replace(",", "").replace(".", "")
    else:
        number = number.replace(",", ".")
    return number

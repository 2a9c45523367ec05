"""One cell to one value: texts, phones, e-mails, tax numbers, dates, amounts, words. Pure; refusals say why."""

import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import date, datetime, time
from decimal import Decimal, InvalidOperation
from zoneinfo import ZoneInfo

from core.api import lazy, money, read_email, start_of_day
from plugins.importers.cells.dates import read_date, read_moment
from plugins.importers.cells.phones import read_phones
from plugins.importers.cells.words import (
    CLIENT_KINDS,
    CLIENT_STATUSES,
    LANGUAGES,
    NOTHING,
    STATES,
    YES_NO,
    country_code,
    plain_word,
)
from plugins.importers.errors import CellRefused
from plugins.importers.reading.table import UNREADABLE, BadCell, is_empty, shown

MAX_TEXT = 200
MAX_LONG_TEXT = 20_000
MAX_PROPERTY_TEXT = 1000
MAX_NAME = 300
_AROUND_DIGITS = re.compile(r"^\D+|\D+$")


@dataclass(frozen=True)
class Reading:
    """How the cells of this file are to be understood; `currency` is that of amounts which don't name another."""

    region: str = "AL"
    zone: ZoneInfo = ZoneInfo("Europe/Tirane")
    date_order: str = "dmy"
    decimal: str = ""
    currency: str = ""
    states: tuple[tuple[str, str], ...] = ()


Reader = Callable[[object, Reading], object]


def read_cell(reader: str, cell: object, reading: Reading) -> object:
    """Returns the value of a cell, None for an empty one; raises CellRefused."""
    if isinstance(cell, BadCell):
        raise CellRefused(cell.reason)
    if is_empty(cell):
        return None
    if isinstance(cell, str) and UNREADABLE in cell:
        raise CellRefused(
            lazy(
                "“%(text)s” has letters that can't be read. Choose the encoding of the file, or type the cell again",
                text=shown(cell)[:MAX_TEXT],
            )
        )
    return READERS[reader](cell, reading)


def read_text(cell: object, reading: Reading) -> str | None:
    """Returns a text on one line; raises CellRefused if it is too long to be one."""
    text = shown(cell)
    if len(text) > MAX_TEXT:
        raise CellRefused(
            lazy("the text has %(count)s signs; at most %(limit)s fit. Shorten it", count=len(text), limit=MAX_TEXT)
        )
    return text or None


def read_long_text(cell: object, reading: Reading) -> str | None:
    """Returns a text with its line ends."""
    text = cell.replace("\r\n", "\n").replace("\r", "\n").strip() if isinstance(cell, str) else shown(cell)
    if len(text) > MAX_LONG_TEXT:
        raise CellRefused(
            lazy(
                "the text has %(count)s signs; at most %(limit)s fit. Shorten it", count=len(text), limit=MAX_LONG_TEXT
            )
        )
    return text or None


def read_tax_number(cell: object, reading: Reading) -> str | None:
    """Returns a tax number without blanks and dashes; the zeros that Excel took off a Russian number are put back."""
    text = shown(cell)
    if _is_nothing(text):
        return None
    number = text.replace(" ", "").replace("-", "").upper()
    if isinstance(cell, float) and reading.region == "RU" and len(number) in (9, 11):
        number = number.zfill(len(number) + 1)
    if "E+" in number:
        raise CellRefused(
            lazy("“%(text)s” has lost its digits in Excel. Format the column as text and type it again", text=text)
        )
    return number


def read_emails(cell: object, reading: Reading) -> tuple[str, ...] | None:
    """Returns the e-mail addresses of a cell, in lower case; raises CellRefused for what is none."""
    text = shown(cell)
    if _is_nothing(text):
        return None
    found = []
    parts = text.replace(",", ";").replace(" ", ";").split(";") if any(sign in text for sign in ",; ") else (text,)
    for part in parts:
        if part := part.strip("<>"):
            point = read_email(part)
            if not point.is_valid:
                raise CellRefused(lazy("“%(text)s” is no e-mail address. Correct it or empty the cell", text=part))
            found.append(point.value)
    return tuple(dict.fromkeys(found)) or None


def read_money(cell: object, reading: Reading) -> Decimal | None:
    """Returns an amount such as "1 234,50 €"; negative ones, those of another currency and what is none are refused."""
    amount = _number(cell, reading, thousands=",.")
    named = money.currency_in(cell) if isinstance(cell, str) else ""
    if amount is not None and named and reading.currency and named != reading.currency:
        raise CellRefused(
            lazy(
                "“%(text)s” is in %(named)s, but amounts of this row are in %(currency)s. Write it in %(currency)s, or "
                "add a column with the currency",
                text=shown(cell),
                named=named,
                currency=reading.currency,
            )
        )
    if amount is not None and amount < 0:
        raise CellRefused(lazy("the amount %(text)s is below zero. Write it without the minus", text=shown(cell)))
    if amount is not None and amount >= Decimal(10) ** 14:
        raise CellRefused(lazy("the amount %(text)s is too large. Correct it", text=shown(cell)))
    return amount


def read_number(cell: object, reading: Reading) -> Decimal | None:
    """Returns a number."""
    return _number(cell, reading)


def _number(cell: object, reading: Reading, thousands: str = "") -> Decimal | None:
    if isinstance(cell, bool | date | time):
        raise CellRefused(lazy("“%(text)s” is no number. Write it like 1234.50", text=shown(cell)))
    if isinstance(cell, float | int):
        number = Decimal(repr(cell))
        if not number.is_finite():
            raise CellRefused(lazy("“%(text)s” is no number. Write it like 1234.50", text=shown(cell)))
        return number
    text = shown(cell)
    if _is_nothing(text):
        return None
    try:
        return Decimal(text.upper()) if "e+" in text.lower() else money.parse_amount(text, reading.decimal, thousands)
    except (ValueError, InvalidOperation):
        raise CellRefused(lazy("“%(text)s” is no number. Write it like 1234.50", text=text)) from None


def read_day(cell: object, reading: Reading) -> date | None:
    """Returns a date."""
    return None if _is_nothing(shown(cell)) else read_date(cell, reading.date_order)


def read_instant(cell: object, reading: Reading) -> datetime | None:
    """Returns a moment in UTC; a date alone means the beginning of that day in the company's time zone."""
    if _is_nothing(shown(cell)):
        return None
    moment = read_moment(cell, reading.date_order)
    return start_of_day(moment, reading.zone) if not isinstance(moment, datetime) else _to_utc(moment, reading.zone)


def read_yes_no(cell: object, reading: Reading) -> bool | None:
    """Returns yes or no from words of three languages."""
    word = plain_word(shown(cell))
    if _is_nothing(shown(cell)) and word not in YES_NO:
        return None
    if word not in YES_NO:
        raise CellRefused(lazy("“%(text)s” is neither yes nor no. Write yes or no", text=shown(cell)))
    return YES_NO[word]


def read_state(cell: object, reading: Reading) -> str | None:
    """Returns open, won or lost; the words of the map win over the known ones."""
    word = plain_word(shown(cell))
    state = dict(reading.states).get(word) or STATES.get(word)
    if state is None:
        raise CellRefused(
            lazy(
                "“%(text)s” is no state of a deal. Write open, won or lost, or name the word in the map",
                text=shown(cell),
            )
        )
    return state


def read_client_kind(cell: object, reading: Reading) -> str | None:
    """Returns company or person."""
    kind = CLIENT_KINDS.get(plain_word(shown(cell)))
    if kind is None:
        raise CellRefused(lazy("“%(text)s” is no kind of client. Write company or person", text=shown(cell)))
    return kind


def read_client_status(cell: object, reading: Reading) -> str | None:
    """Returns prospect, active, dormant or former."""
    if _is_nothing(shown(cell)):
        return None
    status = CLIENT_STATUSES.get(plain_word(shown(cell)))
    if status is None:
        raise CellRefused(
            lazy("“%(text)s” is no status of a client. Write prospect, active, dormant or former", text=shown(cell))
        )
    return status


def read_country(cell: object, reading: Reading) -> str | None:
    """Returns the two letters of a country named in one of our languages; another text as it is."""
    text = shown(cell)
    return None if _is_nothing(text) else country_code(text) or text[:MAX_TEXT]


def read_language(cell: object, reading: Reading) -> str | None:
    """Returns en, sq or ru."""
    if _is_nothing(shown(cell)):
        return None
    code = LANGUAGES.get(plain_word(shown(cell)))
    if code is None:
        raise CellRefused(lazy("“%(text)s” is no language of ours. Write en, sq or ru", text=shown(cell)))
    return code


def read_property_text(cell: object, reading: Reading) -> str | None:
    """Returns the text of a property, which may be longer than others."""
    text = shown(cell)
    if len(text) > MAX_PROPERTY_TEXT:
        raise CellRefused(
            lazy(
                "the text has %(count)s signs; at most %(limit)s fit. Shorten it",
                count=len(text),
                limit=MAX_PROPERTY_TEXT,
            )
        )
    return text or None


def read_currency(cell: object, reading: Reading) -> str | None:
    """Returns the code of a currency; a sign such as € counts for its code."""
    text = shown(cell)
    code = money.currency_in(text)
    if not code:
        raise CellRefused(lazy("“%(text)s” is no currency. Write a code such as EUR, ALL or RUB", text=text))
    return code


def read_words(cell: object, reading: Reading) -> tuple[str, ...] | None:
    """Returns the words of a list that is separated by commas, semicolons or lines."""
    text = cell if isinstance(cell, str) else shown(cell)
    parts = text.replace(";", ",").replace("\n", ",").replace("|", ",").split(",")
    words = tuple(dict.fromkeys(filter(None, (shown(part) for part in parts))))
    if any(len(word) > MAX_TEXT for word in words):
        raise CellRefused(lazy("one word of the list is too long. Shorten it"))
    return words or None


def read_phone_list(cell: object, reading: Reading) -> tuple | None:
    """Returns the phones of a cell: (value, raw, is_valid) each."""
    return None if _is_nothing(shown(cell)) else read_phones(cell, reading.region)


def guess_date_order(cells: Sequence[object]) -> str:
    """Returns dmy or mdy, as the dates of a column prove; "" if they leave it open."""
    from_day = from_month = False
    for cell in cells:
        parts = shown(cell).replace(".", "/").replace("-", "/").split("/") if isinstance(cell, str) else ()
        if len(parts) == 3 and parts[0].isdigit() and parts[1].isdigit() and len(parts[0]) <= 2:
            from_day |= int(parts[0]) > 12
            from_month |= int(parts[1]) > 12
    return "dmy" if from_day and not from_month else "mdy" if from_month and not from_day else ""


def guess_decimal(cells: Sequence[object]) -> str:
    """Returns the sign before the fraction, as the amounts of a column prove; "" if they leave it open.

    "1,234" alone proves nothing; "12,50" does, and so does "1,234.5".
    """
    signs = set()
    for cell in cells:
        digits = _AROUND_DIGITS.sub("", shown(cell)) if isinstance(cell, str) else ""
        last = max(digits.rfind(","), digits.rfind("."))
        is_proof = len(digits) - last - 1 != 3 or {",", "."} <= set(digits) or digits.startswith(("0,", "0."))
        if last > 0 and is_proof and digits.count(digits[last]) == 1 and digits[last + 1 :].isdigit():
            signs.add(digits[last])
    return signs.pop() if len(signs) == 1 else ""


def guess_currency(cells: Sequence[object]) -> str:
    """Returns the currency that the amounts of a column bear; "" if they bear none, or several."""
    named = {money.currency_in(cell) for cell in cells if isinstance(cell, str)} - {""}
    return named.pop() if len(named) == 1 else ""


def _is_nothing(text: str) -> bool:
    return text.casefold() in NOTHING


def _to_utc(moment: datetime, zone: ZoneInfo) -> datetime:
    aware = moment if moment.tzinfo else moment.replace(tzinfo=zone)
    return aware.astimezone(ZoneInfo("UTC"))


READERS: dict[str, Reader] = {
    "text": read_text,
    "long_text": read_long_text,
    "tax_number": read_tax_number,
    "phones": read_phone_list,
    "emails": read_emails,
    "money": read_money,
    "number": read_number,
    "date": read_day,
    "moment": read_instant,
    "yes_no": read_yes_no,
    "state": read_state,
    "client_kind": read_client_kind,
    "client_status": read_client_status,
    "country": read_country,
    "language": read_language,
    "property_text": read_property_text,
    "currency": read_currency,
    "words": read_words,
}

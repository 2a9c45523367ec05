"""What cells look like by themselves: phones, e-mails, dates, amounts, tax numbers, yes or no. Pure."""

import re
from collections.abc import Sequence
from datetime import date, datetime, time

from plugins.importers.cells.words import STATES, YES_NO, plain_word
from plugins.importers.reading.table import is_empty, shown

_EMAIL = re.compile(r"^\S+@\S+\.\w{2,}$")
_PHONE = re.compile(r"^\+?[\d\s()./-]{7,22}(\s?(ext|доб|x)\.?\s?\d+)?$")
_NUMBER = re.compile(r"^[+-]?\d[\d\s\xa0\u202f.,]*\d*\s?(€|\$|£|₽|lekë|lek|руб\.?|[A-Z]{3})?$")
_MONEY = re.compile(r"(€|\$|£|₽|lek|руб)|\d[.,]\d\d$")
_DATE = re.compile(
    r"^(\d{1,4}[./-]\d{1,2}[./-]\d{1,4}|\d{1,2} \w+ \d{4}.*|\w{3,9} \d{1,2}, \d{4})([ T]\d{1,2}:\d\d.*)?$"
)
_TAX_NUMBER = re.compile(r"^([A-Z]\d{8}[A-Z]|\d{10}|\d{12}|[A-Z]{2}\d{8,12})$")
_URL = re.compile(r"^(https?://|www\.)\S+$")
ENOUGH = 0.7


def look(cell: object) -> str:
    """Tells what a filled cell is like: email, phone, tax_number, date, money, number, yes_no, state, website, text."""
    if isinstance(cell, bool):
        return "yes_no"
    if isinstance(cell, datetime | date):
        return "date"
    if isinstance(cell, time):
        return "text"
    if isinstance(cell, float):
        return "phone" if cell.is_integer() and 1e9 <= cell < 1e15 else "number"
    text = shown(cell)
    if _EMAIL.match(text):
        return "email"
    if _URL.match(text):
        return "website"
    if _DATE.match(text):
        return "date"
    if _TAX_NUMBER.match(text):
        return "tax_number"
    if _NUMBER.match(text) and _MONEY.search(text):
        return "money"
    if _PHONE.match(text) and sum(char.isdigit() for char in text) >= 7:
        return "phone"
    if _NUMBER.match(text):
        return "number"
    word = plain_word(text)
    if word in YES_NO:
        return "yes_no"
    return "state" if word in STATES else "text"


def looks_like_data(cell: object) -> bool:
    """Tells whether a cell can't be the title of a column."""
    return look(cell) in ("email", "phone", "date", "money", "number", "tax_number", "website")


def column_look(cells: Sequence[object]) -> str:
    """Returns what most filled cells of a column look like, "text" if they agree on nothing, "" if all are empty."""
    looks = [look(cell) for cell in cells if not is_empty(cell)]
    if not looks:
        return ""
    most = max(set(looks), key=looks.count)
    if most in ("number", "money") and looks.count("number") + looks.count("money") >= len(looks) * ENOUGH:
        return "money" if "money" in looks else "number"
    return most if looks.count(most) >= len(looks) * ENOUGH else "text"

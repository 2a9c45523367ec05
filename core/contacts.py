"""Phones and e-mail addresses as people write them, made comparable. Pure, no input or output."""

import re
import unicodedata
from dataclasses import dataclass
from functools import lru_cache

import phonenumbers
from phonenumbers import NumberParseException, PhoneNumberFormat

_EMAIL = re.compile(r"^[^@\s,;<>\"]+@[^@\s,;<>\"]+\.[^@\s,;<>\".]{2,}$")
_NOT_WORD = re.compile(r"[^\w]+")
_LEGAL_FORMS = frozenset(
    "shpk sh.p.k sha llc ltd limited inc corp co company gmbh ag kg sarl srl spa bv nv oy ab as plc sia doo dooel ooo "
    "ооо оао зао пао ао ип тоо нко".split()
)


@dataclass(frozen=True)
class Point:
    """A phone or an e-mail: the comparable value, the text as it was typed, whether it was understood."""

    value: str
    raw: str
    is_valid: bool


def read_phone(text: str, region: str) -> Point:
    """Returns the phone in E.164; a number that can't be understood keeps its raw text as value.

    `region` is the ISO country in whose way numbers without a country code are read.
    """
    raw = text.strip()
    try:
        number = phonenumbers.parse(raw, region)
    except NumberParseException:
        return Point(raw, raw, is_valid=False)
    if not phonenumbers.is_valid_number(number):
        return Point(raw, raw, is_valid=False)
    return Point(phonenumbers.format_number(number, PhoneNumberFormat.E164), raw, is_valid=True)


# Numbers come again from page to page, and to understand one takes as long as a tenth of a row.
@lru_cache(maxsize=10_000)
def format_phone(value: str) -> str:
    """Returns an E.164 number grouped for reading; any other text as it is."""
    try:
        number = phonenumbers.parse(value, None)
    except NumberParseException:
        return value
    return phonenumbers.format_number(number, PhoneNumberFormat.INTERNATIONAL)


def read_email(text: str) -> Point:
    """Returns the e-mail address in lower case; what is no address keeps its raw text."""
    raw = text.strip()
    if _EMAIL.match(raw):
        return Point(raw.lower(), raw, is_valid=True)
    return Point(raw, raw, is_valid=False)


def name_key(name: str) -> str:
    """Returns a name made comparable: no accents, case, punctuation or legal form; for order and search."""
    plain = unicodedata.normalize("NFKD", name.casefold())
    if not plain.isascii():
        plain = "".join(char for char in plain if not unicodedata.combining(char))
    words = [word for word in _NOT_WORD.sub(" ", plain.replace(".", "")).split() if word not in _LEGAL_FORMS]
    return " ".join(words) or plain.strip()

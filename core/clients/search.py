"""Finds clients by what somebody types: parts of the name, a phone, an e-mail, a tax number, a contact's name."""

import re
from typing import Any

from peewee import Expression

from core.clients.models import Contact, ContactPoint
from core.contacts import name_key

_FEWEST_DIGITS = 4


def matches(source: Any, text: str) -> Expression:
    """Returns the condition of a search on `source` (the model or an alias): every word, or the whole as a number.

    It reads each table once at most, so it takes some milliseconds for a hundred thousand clients.
    """
    found = _by_name(source, text) | _by_contact(source, text)
    digits = re.sub(r"\D", "", text)
    if len(digits) >= _FEWEST_DIGITS and not re.search(r"[^\W\d_]{2}", text):
        # A national number begins with 0, which the international form has not.
        points = _points("phone", f"%{digits.lstrip('0')}%")
        found = found | source.id.in_(points) | source.tax_number.startswith(digits)
    elif digits:
        found = found | (source.tax_number == text.strip())
    if "@" in text:
        found = found | source.id.in_(_points("email", f"%{_escaped(text.strip().lower())}%"))
    return found


def _by_name(source: Any, text: str) -> Expression:
    words = name_key(text).split() or [text.strip()]
    found = source.name_key.contains(words[0])
    for word in words[1:]:
        found = found & source.name_key.contains(word)
    return found


def _by_contact(source: Any, text: str) -> Expression:
    # LIKE of SQLite ignores the case of Latin letters only, so the usual ways to write a name are all asked for.
    typed = " ".join(text.split())
    found = None
    for form in sorted({typed, typed.title(), typed.lower()}):
        one = Contact.name.contains(form)
        found = one if found is None else found | one
    return source.id.in_(Contact.select(Contact.client).where(found, Contact.deleted_at.is_null()))


def _points(kind: str, pattern: str) -> Any:
    return ContactPoint.select(ContactPoint.client).where(ContactPoint.kind == kind, ContactPoint.value**pattern)


def _escaped(text: str) -> str:
    return text.replace("%", "")

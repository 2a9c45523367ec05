"""Finds clients by what somebody types: parts of the name, a phone, an e-mail, a tax number, a contact's name."""

import re
from typing import Any

from peewee import Expression, fn

from core.clients.models import Client, Contact, ContactPoint
from core.contacts import name_key, read_phone
from core.store.database import is_postgres

_FEWEST_DIGITS = 4


def matches(source: Any, text: str, region: str = "") -> Expression:
    """Returns the condition of a search on `source` (the model or an alias): every word, or the whole as a number.

    A phone that is complete, read in the way of the country `region`, is found by the index; anything else reads each
    table once at most, some ten milliseconds for a hundred thousand clients.
    """
    digits = re.sub(r"\D", "", text)
    if len(digits) >= _FEWEST_DIGITS and not re.search(r"[^\W\d_]{2}", text):
        phone = read_phone(text, region)
        if phone.is_valid:
            return source.id.in_(_points(ContactPoint.kind == "phone", ContactPoint.value == phone.value))
        # A national number begins with 0, which the international form has not.
        points = _points(ContactPoint.kind == "phone", ContactPoint.value.contains(digits.lstrip("0") or digits))
        return _by_name(source, text) | source.id.in_(points) | source.tax_number.startswith(digits)
    found = _by_name(source, text) | _by_contact(source, text)
    if digits:
        found = found | (source.tax_number == text.strip())
    if "@" in text:
        points = _points(ContactPoint.kind == "email", ContactPoint.value.contains(text.strip().lower()))
        found = found | source.id.in_(points)
    return found


def _by_name(source: Any, text: str) -> Expression:
    # Keys are in lower case without accents already, so a plain search of the text does, which is much quicker.
    find = fn.strpos if is_postgres(Client._meta.database.obj) else fn.instr
    words = name_key(text).split() or [text.strip()]
    found = find(source.name_key, words[0]) > 0
    for word in words[1:]:
        found = found & (find(source.name_key, word) > 0)
    return found


def _by_contact(source: Any, text: str) -> Expression:
    typed = " ".join(text.split())
    forms = {typed}
    if not typed.isascii():
        # SQLite, and PostgreSQL with the locale C, know the case of Latin letters only, so the usual ways to write a
        # name are all asked for.
        forms |= {typed.title(), typed.lower()}
    first, *others = sorted(forms)
    found = Contact.name.contains(first)
    for form in others:
        found = found | Contact.name.contains(form)
    return source.id.in_(Contact.select(Contact.client).where(found, Contact.deleted_at.is_null()))


def _points(*conditions: Any) -> Any:
    return ContactPoint.select(ContactPoint.client).where(*conditions)

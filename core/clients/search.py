"""Finds clients by what somebody types: parts of the name, a phone, an e-mail, a tax number, a contact's name."""

import re
from collections.abc import Sequence
from functools import reduce
from operator import and_, or_
from typing import Any

from peewee import Expression

from core.clients.models import Client, Contact, ContactPoint
from core.contacts import name_key, read_phone
from core.store.search import Way, begins, found_by, holds, holds_in_any_case, is_inside

_FEWEST_DIGITS = 4


def matches(source: Any, text: str, region: str = "") -> Expression:
    """Returns the condition of a search on `source` (the model or an alias): every word, or the whole as a number.

    A phone that is complete is read in the way of the country `region`. Asks the database once, so it is called
    where the search is made.
    """
    digits = re.sub(r"\D", "", text)
    if len(digits) >= _FEWEST_DIGITS and not re.search(r"[^\W\d_]{2}", text):
        return found_by(source, _by_number(text, digits, region))
    return found_by(source, _by_words(text, digits))


def by_name(text: str) -> Way:
    """Returns the way to clients whose names hold every word; keys are in lower case without accents already."""
    words = name_key(text).split() or [text.strip()]
    return Way(
        Client,
        lambda client: reduce(and_, [holds(client.name_key, word) for word in words]),
        index="client",
        forms=[words],
    )


def _by_number(text: str, digits: str, region: str) -> list[Way]:
    phone = read_phone(text, region)
    if phone.is_valid:
        return [
            Way(
                ContactPoint,
                lambda point: (point.kind == "phone") & (point.value == phone.value),
                owner=ContactPoint.client,
            )
        ]
    # A national number begins with 0, which the international form has not.
    part = digits.lstrip("0") or digits
    return [by_name(text), _by_point("phone", part), Way(Client, lambda client: begins(client.tax_number, digits))]


def _by_words(text: str, digits: str) -> list[Way]:
    ways = [by_name(text), _by_contact(text)]
    if digits:
        ways.append(Way(Client, lambda client: client.tax_number == text.strip()))
    if "@" in text:
        ways.append(_by_point("email", text.strip().lower()))
    return ways


def _by_contact(text: str) -> Way:
    typed = " ".join(text.split())
    forms = {typed}
    if not typed.isascii():
        # SQLite, and PostgreSQL with the locale C, know the case of Latin letters only, so the usual ways to write a
        # name are all asked for.
        forms |= {typed.title(), typed.lower()}
    return Way(
        Contact,
        lambda contact: _one_of(contact.name, sorted(forms)) & contact.deleted_at.is_null(),
        owner=Contact.client,
        index="contact",
        forms=[[form] for form in forms],
    )


def _by_point(kind: str, part: str) -> Way:
    return Way(
        ContactPoint,
        lambda point: (
            (point.kind == kind) & (is_inside(point.value, part) if part.isdecimal() else point.value.contains(part))
        ),
        owner=ContactPoint.client,
        index="point",
        forms=[[part]],
    )


def _one_of(column: Any, forms: Sequence[str]) -> Expression:
    return reduce(or_, [holds_in_any_case(column, form) for form in forms])

"""Finds deals by what somebody types: the number, part of the title, or part of the client's name."""

from functools import reduce
from operator import or_
from typing import Any

from peewee import Expression

from core.clients.models import Client
from core.contacts import name_key
from core.deals.models import Deal
from core.store.search import Through, Way, found_by, holds, holds_in_any_case


def matches(source: Any, text: str) -> Expression:
    """Returns the condition of a search on `source` (the model or an alias); asks the database once."""
    # LIKE of SQLite ignores the case of Latin letters only, so the usual ways to write a word are all asked for.
    forms = sorted({text, text.lower(), text.capitalize(), text.title()}) if not text.isascii() else [text]
    ways: list[Way | Through] = [
        Way(Deal, lambda deal: deal.number == text),
        Way(
            Deal,
            lambda deal: reduce(or_, [holds_in_any_case(deal.title, form) for form in forms]),
            index="deal",
            forms=[[form] for form in forms],
        ),
    ]
    if key := name_key(text):
        named = Way(Client, lambda client: holds(client.name_key, key), index="client", forms=[[key]])
        ways.append(Through(Deal.client, named))
    return found_by(source, ways)

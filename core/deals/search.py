"""Finds deals by what somebody types: the number, part of the title, or part of the client's name."""

from functools import reduce
from operator import or_
from typing import Any

from peewee import Expression

from core.clients.models import Client
from core.contacts import name_key
from core.deals.models import Deal


def matches(source: Any, text: str) -> Expression:
    """Returns the condition of a search on `source` (the model or an alias).

    Titles and names are searched inside indexes that hold nothing else, so a hundred thousand deals take milliseconds.
    """
    titled, named = Deal.alias(), Client.alias()
    # LIKE of SQLite ignores the case of Latin letters only, so the usual ways to write a word are all asked for.
    forms = sorted({text, text.lower(), text.capitalize(), text.title()}) if not text.isascii() else [text]
    by_title = titled.select(titled.id).where(reduce(or_, [titled.title.contains(form) for form in forms]))
    found = (source.number == text) | source.id.in_(by_title)
    if key := name_key(text):
        found = found | source.client.in_(named.select(named.id).where(named.name_key.contains(key)))
    return found

"""What the sample company is made of besides people: reference lists, properties, deal types, prices."""

from dataclasses import dataclass

from core.clients.models import Category, Property, Source
from core.runtime import CRM
from core.sample import words
from core.sample.ladders import Ladder, make_ladders
from core.sample.people import People, make_people
from core.sample.prices import Prices, make_prices
from core.sample.seasons import Seasons


@dataclass(frozen=True)
class Company:
    """What clients and deals of the sample refer to."""

    people: People
    source_ids: list[int]
    category_ids: list[int]
    ladders: list[Ladder]
    prices: Prices


def make_company(crm: CRM, seasons: Seasons, sellers: int) -> Company:
    """Returns the company that it has made; what is there already by name is taken up."""
    people = make_people(crm, seasons.chance, sellers)
    _make_properties()
    sources = [Source.get_or_create(name=str(name), defaults={"is_active": True})[0].id for name, _ in words.SOURCES]
    categories = [
        Category.get_or_create(name=str(name), defaults={"colour": colour})[0].id
        for name, colour, _ in words.CATEGORIES
    ]
    return Company(people, sources, categories, make_ladders(crm, seasons), make_prices(crm, seasons))


def _make_properties() -> None:
    sizes = [str(name) for name, *_ in words.SIZES]
    interests = [str(name) for name in words.INTERESTS]
    wanted = (
        ("client", "size", words.SIZE, "choice", sizes),
        ("client", "employees", words.EMPLOYEES, "number", []),
        ("client", "interests", words.INTERESTED_IN, "multichoice", interests),
        ("client", "is_chain", words.IS_CHAIN, "bool", []),
        ("deal", "delivery_on", words.DELIVERY_ON, "date", []),
        ("deal", "cost", words.COST, "money", []),
    )
    for place, (entity, key, name, kind, choices) in enumerate(wanted):
        values = {"name": str(name), "kind": kind, "choices": choices, "place": place}
        Property.get_or_create(entity=entity, key=key, defaults={**values, "is_required": False, "is_active": True})

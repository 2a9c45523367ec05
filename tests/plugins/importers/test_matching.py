"""Columns find their fields by title in three languages and by their data; similar names are found quickly."""

import random
import time

import pytest

from plugins.importers.columns.matching import match_columns
from plugins.importers.columns.synonyms import synonyms
from plugins.importers.kinds.fields import CLIENTS, DEALS, KINDS
from plugins.importers.records.similar import NameIndex, is_similar, similar_key


def fields_of(kind, titles, *rows, **options):
    return [match.field for match in match_columns(kind, titles, rows, **options)]


@pytest.mark.parametrize(
    ("titles", "fields"),
    [
        (["Company", "Phone (office) *", "E-mail:"], ["name", "phone", "email"]),
        (["Emri", "Telefoni", "Qyteti", "NIPT"], ["name", "phone", "city", "tax_number"]),
        (["Наименование", "Телефон ", "Город", "ИНН", "ФИО "], ["name", "phone", "city", "tax_number", "contact_name"]),
        (["Nmae", "Telephonee"], ["", "phone"]),
        (["*****", "\u00a0Адрес"], ["", "address"]),
    ],
)
def test_titles_of_three_languages(titles, fields):
    assert fields_of(CLIENTS, titles) == fields


def test_every_field_bears_its_own_name():
    for kind in KINDS.values():
        assert fields_of(kind, [field.key for field in kind.fields]) == [field.key for field in kind.fields]


def test_synonyms_name_fields_that_there_are():
    for key, words in synonyms().items():
        assert set(words.values()) <= {field.key for field in KINDS[key].fields}


def test_data_tell_what_titles_do_not():
    row = ["069 234 5678", "info@hoxha.al", "L12345678A", "Hoxha", "1005-00-589-1271"]
    assert fields_of(CLIENTS, ["a", "b", "c", "d", "e"], row) == ["phone", "email", "tax_number", "name", ""]


def test_stage_that_says_won_and_lost_is_the_state():
    assert fields_of(DEALS, ["deal_stage"], ["Won"], ["In_Progress"]) == ["state"]
    assert fields_of(DEALS, ["deal_stage"], ["Won"], ["Offer"]) == ["stage"]


def test_the_map_wins():
    assert fields_of(CLIENTS, ["Phone", "Company"], mapped={"phone": "name"}) == ["name", ""]


@pytest.mark.parametrize(
    ("name", "other", "same"),
    [
        ("Hoxha Ndërtim SHPK", "NDERTIM HOXHA", True),
        ("ООО Ромашка", "Romashka LLC", True),
        ("Kastrati Group", "Kastarti Group", True),
        ("Shop 12", "Shop 13", False),
        ("Arben Hoxha", "Besnik Hoxha", False),
        ("7927b2df-8bba-4d29", "7927b2fd-8bba-4d29", False),
    ],
)
def test_similar_names(name, other, same):
    assert is_similar(name, other) is same


def test_a_hundred_thousand_names_are_searched_in_seconds():
    chance = random.Random(3)
    syllables = "ba be di dra fi ga gjo ka la me ni po ra shi ta ve za zhe ulq orm".split()
    keys = [similar_key("kompania tregtare " + "".join(chance.choices(syllables, k=5))) for _number in range(100_000)]
    index = NameIndex()
    began = time.process_time()
    for number, key in enumerate(keys):
        index.find(key)
        index.add(key, number)
    assert time.process_time() - began < 30

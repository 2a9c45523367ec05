"""Fixtures of saved settings: a director who has some sent on Mondays, and a channel of letters."""

import pytest

from plugins.reports.variants import schedules
from plugins.reports.variants.keeping import save_variant
from tests.plugins.reports.variants.mailing import MONDAY, Letters


@pytest.fixture
def director(make):
    return make.user("director", name="Dita")


@pytest.fixture
def variant(crm, director):
    return save_variant(crm, director, "managers", "Managers", [("period", "this_year")])


@pytest.fixture
def schedule(crm, director, variant):
    return schedules.save_schedule(crm, director, {**MONDAY, "variant": variant.id})


@pytest.fixture
def letters(crm):
    """Returns a channel of letters that carries files."""
    fake = Letters()
    fake.join(crm)
    return fake

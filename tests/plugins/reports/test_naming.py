"""Saved settings name things by number and are written out by name: a rename takes no filter away."""

from importlib import import_module

import pytest

from core.api import DealType, User
from core.store.migrate import Migration
from plugins.reports.models import Variant
from plugins.reports.registry import make_report
from plugins.reports.settings.naming import named, numbered
from plugins.reports.settings.parameters import CLOSED
from plugins.reports.variants import keeping

PAIRS = [("type", "Sale"), ("owner", "Arta"), ("team:in", "North|South"), ("currency", "EUR"), ("by", "owner")]


@pytest.fixture
def people(base, make):
    for name in ("North", "South"):
        make.team(name)
    return make.user("director")


def test_a_rename_takes_no_filter_away(crm, people, base):
    saved = keeping.save_variant(
        crm, people, "funnel-closed", "Ours", [("type", "Sale"), ("owner", base.users["Arta"].name)]
    )
    before = make_report(crm, people, "funnel-closed", keeping.pairs_of(saved)).data["totals"]
    DealType.update(name="Renamed").where(DealType.name == "Sale").execute()
    User.update(name="Married").where(User.id == base.users["Arta"].id).execute()
    made = make_report(crm, people, "funnel-closed", keeping.pairs_of(saved))
    assert made.data["totals"] == before
    assert dict(made.settings) == {"Deal type": "Renamed", "Owner": "Married"}
    assert keeping.written_pairs(crm, people, saved) == [("type", "Renamed"), ("owner", "Married")]


def test_what_is_written_out_by_name_is_read_back_as_the_same(crm, people, base):
    pairs = [(name, base.users["Arta"].name if value == "Arta" else value) for name, value in PAIRS]
    kept = numbered(crm, people, CLOSED, pairs)
    assert [name for name, _value in kept] == ["type", "f", "f", "currency", "by"]
    written = named(crm, people, kept)
    assert ("owner.team:in", "North|South") in written
    assert numbered(crm, people, CLOSED, written) == kept
    assert numbered(crm, people, CLOSED, kept) == kept


def test_a_name_that_two_bear_stays_a_number(crm, people, make):
    one, _other = make.client("Alba"), make.client("Alba")
    kept = [("f", f"client={one.id}")]
    make.deal(client=one)
    assert named(crm, people, kept) in (kept, [("client", "Alba")])
    assert numbered(crm, people, CLOSED, named(crm, people, kept)) == kept


def test_me_and_periods_stay_words(crm, people):
    kept = numbered(crm, people, CLOSED, [("owner", "me"), ("period", "this_year")])
    assert kept == [("f", "owner=me"), ("period", "this_year")]


def test_older_settings_are_written_anew_when_one_bears_the_name(crm, people, base):
    arta, sale = base.users["Arta"], DealType.get(DealType.name == "Sale")
    old = [
        ["type", "Sale"],
        ["owner", arta.name],
        ["source", "Nowhere"],
        ["by", "owner"],
        ["team", "North"],
        ["team", "South"],
    ]
    row = Variant.create(
        report="funnel-closed", owner=people.id, name="Old", settings=old,
        created_at=crm.clock.now(), changed_at=crm.clock.now(),
    )  # fmt: skip
    with crm.work():
        import_module("plugins.reports.migrations.m0019_numbers").up(Migration(crm.database))
    assert Variant.get_by_id(row.id).settings == [
        ["type", str(sale.id)], ["f", f"owner={arta.id}"], *old[2:],
    ]  # fmt: skip

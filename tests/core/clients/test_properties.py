"""Properties: an administrator adds fields, records keep typed values, choices are renamed and retired."""

from datetime import date
from decimal import Decimal

import pytest
from marshmallow import ValidationError

from core.clients.models import Client
from core.clients.properties import (
    add_choice,
    change_property,
    create_property,
    key_of,
    move_property,
    properties_of,
    rename_choice,
    retire_choice,
    typed,
)
from core.clients.property_fields import property_schema, typed_values
from core.clients.schemas import client_form, client_schema
from core.clients.services import change_client
from core.deals.models import Deal
from core.deals.services import change_deal
from core.errors import InvalidInput

VALUES = {
    "text": ("Contract 12", "Contract 12"),
    "number": (Decimal("12.5"), 12.5),
    "money": (Decimal("1234567.89"), "1234567.89"),
    "date": (date(2026, 12, 31), "2026-12-31"),
    "choice": ("Small", "Small"),
    "multichoice": (["Small", "Large"], ["Small", "Large"]),
    "bool": (True, True),
    "user": (1, 1),
}


def make_property(crm, kind="text", name="Size", **values):
    if kind in ("choice", "multichoice"):
        values.setdefault("choices", ["Small", "Large"])
    return create_property(crm, entity=values.pop("entity", "client"), name=name, kind=kind, **values)


@pytest.mark.parametrize("kind", VALUES)
def test_value_of_each_kind_comes_back_as_it_was(crm, make, kind):
    value, kept = VALUES[kind]
    one = make_property(crm, kind)
    client = make.client(properties={"size": value})
    row = Client.get_by_id(client.id)
    assert row.properties == {"size": kept}
    assert typed_values([one], row.properties) == {"size": value}


@pytest.mark.parametrize(
    ("kind", "given"),
    [
        ("number", "many"),
        ("date", "tomorrow"),
        ("choice", "Huge"),
        ("multichoice", ["Huge"]),
        ("user", 99),
        ("bool", "perhaps"),
    ],
)
def test_schema_refuses_what_is_no_value(crm, kind, given):
    make_property(crm, kind)
    with pytest.raises(ValidationError):
        property_schema(crm, "client")().load({"size": given})


def test_required_property_must_be_given(crm):
    make_property(crm, "choice", is_required=True)
    with pytest.raises(ValidationError):
        client_form(crm)().load({"name": "Mira"})
    assert client_form(crm)().load({"name": "Mira", "properties.size": "Small"})["properties"] == {"size": "Small"}


def test_schema_follows_the_properties_and_is_kept_between(crm):
    before = client_schema(crm)
    assert client_schema(crm) is before
    make_property(crm)
    assert "size" in client_schema(crm)().fields["properties"].schema.fields


def test_emptied_value_goes_and_unnamed_ones_stay(crm, make):
    make_property(crm)
    make_property(crm, name="Region")
    client = make.client(properties={"size": "A", "region": "B"})
    changed = change_client(crm, client, {"properties": {"size": ""}}, version=1)
    assert changed.properties == {"region": "B"}


def test_unknown_property_is_refused(crm, make):
    with pytest.raises(InvalidInput, match="shoe"):
        make.client(properties={"shoe": 42})


@pytest.mark.parametrize(
    ("name", "key"),
    [
        ("Size of the enterprise", "size_of_the_enterprise"),
        ("Размер предприятия", "razmer_predpriyatiya"),
        ("Qyteti në veri", "qyteti_ne_veri"),
        ("№", "no"),
        ("!!", "property"),
    ],
)
def test_key_is_made_of_the_name_in_any_script(name, key):
    assert key_of(name) == key


@pytest.mark.parametrize("entity", ["client", "deal"])
def test_renamed_choice_is_renamed_in_every_record(crm, make, entity):
    one = make_property(crm, "choice", entity=entity)
    many = make_property(crm, "multichoice", name="Interests", entity=entity)
    values = {"size": "Small", "interests": ["Large", "Small"]}
    client = make.client(properties=values if entity == "client" else {})
    deal = make.deal(client=client)
    if entity == "deal":
        change_deal(crm, deal, {"properties": values})
    assert rename_choice(crm, one, "Small", "Маленький") == 1
    assert rename_choice(crm, many, "Small", "Маленький") == 1
    row = Client.get_by_id(client.id) if entity == "client" else Deal.get_by_id(deal.id)
    assert row.properties == {"size": "Маленький", "interests": ["Large", "Маленький"]}


def test_retired_choice_is_valid_where_it_stands_but_not_offered(crm, make):
    one = make_property(crm, "choice")
    client = make.client(properties={"size": "Small"})
    retire_choice(crm, one, "Small")
    field = property_schema(crm, "client")().fields["size"]
    assert field.metadata["choices"] == [("Large", "Large")]
    assert property_schema(crm, "client")().load({"size": "Small"}) == {"size": "Small"}
    assert Client.get_by_id(client.id).properties == {"size": "Small"}
    add_choice(crm, one, "Small")
    assert (one.choices, one.retired_choices) == (["Large", "Small"], [])


def test_last_choice_is_not_retired(crm):
    one = make_property(crm, "choice", choices=["Small"])
    with pytest.raises(InvalidInput):
        retire_choice(crm, one, "Small")


def test_choice_is_not_renamed_to_another_one(crm):
    one = make_property(crm, "choice")
    with pytest.raises(InvalidInput):
        rename_choice(crm, one, "Small", "Large")


def test_property_out_of_use_keeps_its_values(crm, make):
    one = make_property(crm)
    client = make.client(properties={"size": "A"})
    change_property(crm, one, is_active=False)
    assert properties_of("client") == []
    assert Client.get_by_id(client.id).properties == {"size": "A"}


def test_property_moves_within_its_entity(crm):
    make_property(crm, name="One")
    two = make_property(crm, name="Two")
    move_property(crm, two, is_up=True)
    move_property(crm, two, is_up=True)
    assert [one.name for one in properties_of("client")] == ["Two", "One"]


@pytest.mark.parametrize(
    "values", [{"kind": "colour"}, {"name": " "}, {"kind": "choice", "choices": []}, {"entity": "shoe"}]
)
def test_property_that_cant_be_is_refused(crm, values):
    with pytest.raises(InvalidInput):
        create_property(crm, **{"entity": "client", "name": "Size", "kind": "text", **values})


def test_second_property_of_a_name_is_refused(crm):
    make_property(crm)
    with pytest.raises(InvalidInput):
        make_property(crm)


def test_nothing_is_typed_as_nothing():
    assert typed("number", None) is None

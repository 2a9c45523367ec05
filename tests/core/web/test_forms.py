"""Forms drawn from schemas: what they show, what they read, what they say."""

from datetime import UTC, date, datetime
from decimal import Decimal

import pytest
from marshmallow import Schema, fields, validate
from werkzeug.datastructures import MultiDict

from core.errors import InvalidInput
from core.i18n import lazy, speaking
from core.web.factory import create_web
from core.web.forms import SchemaForm


class Trial(Schema):
    name = fields.String(required=True, validate=validate.Length(1, 20), metadata={"label": lazy("Name")})
    note = fields.String(load_default="", metadata={"widget": "textarea"})
    email = fields.Email(load_default="")
    amount = fields.Decimal(load_default=None, allow_none=True)
    count = fields.Integer(load_default=None, allow_none=True)
    born_on = fields.Date(load_default=None, allow_none=True)
    due_at = fields.AwareDateTime(load_default=None, allow_none=True)
    is_good = fields.Boolean(load_default=False)
    colour = fields.String(load_default="red", validate=validate.OneOf(["red", "blue"], ["Red", "Blue"]))
    tags = fields.List(fields.String(validate=validate.OneOf(["a", "b"])), load_default=[])
    secret = fields.String(load_default="", metadata={"secret": True})
    id = fields.Integer(dump_only=True)


@pytest.fixture(autouse=True)
def request_context(crm):
    with create_web(crm).test_request_context("/"):
        yield


def read(**sent):
    return SchemaForm(Trial).read(MultiDict({"name": "Ada", **sent}))


@pytest.mark.parametrize(
    ("name", "text", "value"),
    [
        ("amount", "1 234,50 €", Decimal("1234.50")),
        ("amount", "", None),
        ("count", "1 000", 1000),
        ("born_on", "31.12.2026", date(2026, 12, 31)),
        ("born_on", "2026-12-31", date(2026, 12, 31)),
        ("is_good", "yes", True),
        ("name", "  Ada  ", "Ada"),
        ("tags", "a", ["a"]),
    ],
)
def test_what_people_write_is_understood(name, text, value):
    assert read(**{name: text})[name] == value


def test_moment_is_of_the_company_and_kept_in_utc():
    assert read(due_at="2026-07-01T14:30")["due_at"] == datetime(2026, 7, 1, 12, 30, tzinfo=UTC)


def test_unticked_box_is_a_no():
    assert read()["is_good"] is False


@pytest.mark.parametrize(
    ("name", "text", "sentence"),
    [
        ("amount", "much", "“much” is no number; write it like 1234.50."),
        ("count", "1.5", "“1.5” is no whole number."),
        ("born_on", "yesterday", "“yesterday” is no date; write it like 31/12/2026."),
        ("due_at", "soon", "“soon” is no date with time; write it like 31/12/2026 14:30."),
        ("email", "ada", "This is no e-mail address."),
        ("name", "", "Please fill this in."),
        ("colour", "green", "Please choose one of the list."),
        ("tags", "z", "Please choose one of the list."),
        ("name", "x" * 21, "From 1 to 20 characters, please."),
    ],
)
def test_wrong_field_gets_one_sentence(name, text, sentence):
    with pytest.raises(InvalidInput) as refused:
        read(**{name: text})
    assert refused.value.fields == {name: [sentence]}


@pytest.mark.parametrize(("tongue", "amount"), [("en", "1234"), ("ru", "1.234")])
def test_a_number_is_read_with_the_thousands_of_the_readers_language(tongue, amount):
    with speaking(tongue):
        assert read(amount="1,234")["amount"] == Decimal(amount)


def test_wrong_form_shows_what_was_typed_and_what_is_wrong():
    form = SchemaForm(Trial, {"name": "Old", "amount": Decimal(5)})
    with form.catching():
        form.read(MultiDict({"name": "New", "amount": "much"}))
    assert form["name"].value == "New"
    assert form["amount"].value == "much"
    assert form["amount"].errors
    assert form.sentence == "One field needs a correction."


def test_form_shows_the_values_of_a_record():
    values = {"name": "Ada", "amount": Decimal("1234.50"), "born_on": date(2000, 1, 2), "is_good": True, "tags": ["b"]}
    form = SchemaForm(Trial, values)
    shown = {field.name: field.value for field in form.fields}
    assert shown["amount"] == "1234.5"
    assert shown["born_on"] == "2000-01-02"
    assert shown["is_good"] is True
    assert shown["tags"] == ["b"]


def test_what_is_read_from_a_shown_form_is_the_same_again():
    values = {
        "name": "Ada",
        "amount": Decimal("1234.50"),
        "due_at": datetime(2026, 7, 1, 12, 30, tzinfo=UTC),
        "count": 7,
    }
    form = SchemaForm(Trial, values)
    sent = MultiDict({field.name: field.value for field in form.fields if field.widget not in ("switch", "checks")})
    again = form.read(sent)
    assert {name: again[name] for name in values} == values


def test_secret_is_never_shown():
    assert SchemaForm(Trial, {"name": "Ada", "secret": "token"})["secret"].value == ""


def test_secret_that_is_kept_says_so():
    assert SchemaForm(Trial, {"secret": "token"})["secret"].placeholder == "Kept; type to replace it"
    assert SchemaForm(Trial, {"secret": ""})["secret"].placeholder == ""


def test_what_only_goes_out_is_no_field():
    assert "id" not in {field.name for field in SchemaForm(Trial).fields}


def test_fixed_field_is_not_read():
    values = SchemaForm(Trial, fixed=["note"]).read(MultiDict({"name": "Ada", "note": "mine"}), partial=True)
    assert "note" not in values


@pytest.mark.parametrize(
    ("name", "widget"),
    [("note", "textarea"), ("colour", "select"), ("tags", "checks"), ("secret", "password"), ("due_at", "moment")],
)
def test_control_follows_from_the_field(name, widget):
    assert SchemaForm(Trial)[name].widget == widget

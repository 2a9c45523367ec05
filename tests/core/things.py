"""A made-up kind of record with a field of every kind, for the tests of core.fields."""

from peewee import BooleanField, CharField, DateField, FloatField, ForeignKeyField, IntegerField, JSONField

from core.fields import Entity, Field, Members, property_field
from core.store.fields import MoneyField, Record, UtcField
from core.store.migrate import Migration
from core.testing import Filling
from core.users.models import User

SHAPES = (("round", "Round"), ("flat", "Flat"), ("édgy", "Édgy"))


class Thing(Record):
    name = CharField(null=True)
    size = FloatField(null=True)
    price = MoneyField(null=True)
    made_on = DateField(null=True)
    seen_at = UtcField(null=True)
    shape = CharField(null=True)
    is_new = BooleanField(null=True)
    owner = ForeignKeyField(User, null=True)
    parent = ForeignKeyField("self", null=True)
    properties = JSONField(default=dict)

    class Meta:
        table_name = "test_thing"


class Label(Record):
    thing = ForeignKeyField(Thing)
    number = IntegerField()

    class Meta:
        table_name = "test_label"


def thing_entity(crm):
    kinds = {
        "text": "text",
        "number": "number",
        "money": "money",
        "date": "date",
        "choice": "choice",
        "multichoice": "multichoice",
        "bool": "bool",
        "user": "user",
    }
    return Entity(
        "thing",
        "Thing",
        Thing,
        (
            Field("name", "Name", "text", Thing.name),
            Field("size", "Size", "number", Thing.size),
            Field("price", "Price", "money", Thing.price),
            Field("made_on", "Made", "date", Thing.made_on),
            Field("seen_at", "Seen", "moment", Thing.seen_at),
            Field("shape", "Shape", "choice", Thing.shape, choices=SHAPES),
            Field("is_new", "New", "bool", Thing.is_new),
            Field("labels", "Labels", "multichoice", members=Members(Label, "thing", "number"), choices=_labels),
            Field("owner", "Owner", "user", Thing.owner, target="user"),
            Field("parent", "Parent", "link", Thing.parent, target="thing"),
            Field("parts", "Parts", "link", target="thing", reverse="parent"),
            *(
                property_field(Thing, key, key, kind, SHAPES if kind in ("choice", "multichoice") else ())
                for key, kind in kinds.items()
            ),
        ),
        owner="owner",
    )


def _labels():
    return [(number, f"Label {number}") for number in (1, 2, 3)]


def make_tables(crm):
    """Makes the tables of things."""
    migration = Migration(crm.database)
    migration.create_table(
        "test_thing",
        """
        id id
        name text
        size real
        price money
        made_on date
        seen_at utc
        shape text
        is_new bool
        owner_id ref core_user
        parent_id ref test_thing
        properties json not null
        """,
    )
    migration.create_table("test_label", "id id\n thing_id ref test_thing not null\n number int not null")


# Once a run: a database whose tables a test changed would not serve another one.
WITH_THINGS = Filling("things", make_tables)

"""Plugins of real weight for benches: models and migrations, services, schemas, pages, REST, hooks, translations."""

from pathlib import Path

from babel.messages.catalog import Catalog
from babel.messages.mofile import write_mo

MODELS, SCHEMAS, PAGES, SERVICES, WORDS = 4, 6, 12, 40, 300

HEAD = '''"""The {name} plugin: as much code as one of the house."""

from flask import Blueprint, jsonify
from marshmallow import Schema, fields, validate
from peewee import CharField, IntegerField, TextField, fn

from core.api import (
    CardAction, CardTab, JobKind, MenuItem, Permission, Record, RecordField, RestRoutes, Routes, SettingsGroup,
    UtcField, hook, lazy, rest_blueprint,
)
from core.api import fields as fields_of

pages = Blueprint("{name}", __name__, template_folder="templates")
rest = rest_blueprint("{name}", "{name}")
'''
MODEL = '''

class Thing{n}(Record):
    """Something that the plugin keeps."""

    name = CharField()
    note = TextField(default="")
    amount = IntegerField(default=0)
    changed_at = UtcField(null=True)

    class Meta:
        table_name = "{name}_thing{n}"
'''
SCHEMA = '''

class Schema{n}(Schema):
    """What is typed about it."""

    name = fields.String(required=True, validate=validate.Length(1, 200), metadata={{"label": lazy("Word {n}")}})
    note = fields.String(load_default="", validate=validate.Length(max=20_000))
    amount = fields.Decimal(load_default=None, allow_none=True, places=2)
    kind = fields.String(load_default="a", validate=validate.OneOf(["a", "b", "c"]))
    is_open = fields.Boolean(load_default=True)
'''
SERVICE = '''

def service{n}(crm, record, *, note="", amount=0):
    """Changes something and returns it."""
    with crm.work():
        found = Thing1.get_or_none(Thing1.name == note)
        if found is None:
            found = Thing1.create(name=note, amount=amount)
        else:
            found.amount = amount
            found.save()
    return {{"found": found.id, "record": record.id, "note": note}}
'''
PAGE = '''

@pages.get("/page{n}/<int:number>")
def page{n}(number):
    """Shows something."""
    return jsonify(number=number)


@rest.route("/{name}/things{n}")
@rest.response(200, Schema1(many=True))
def things{n}():
    """Returns things."""
    return []
'''
HOOKS = """

@hook
def permissions():
    return [Permission("{name}.see", lazy("Word 1")), Permission("{name}.write", lazy("Word 2"))]


@hook
def menu_items():
    return [MenuItem("{name}", lazy("Word 3"), "home.index", "star", permission="{name}.see")]


@hook
def routes():
    return [Routes(pages, "/{name}")]


@hook
def rest_routes():
    return [RestRoutes(rest)]


@hook
def settings_groups():
    return [SettingsGroup("{name}", lazy("Word 4"), Schema0)]


@hook
def job_kinds():
    return [JobKind("{name}.work", lambda crm, args, progress: None)]


@hook
def record_fields():
    length = lambda source: fn.LENGTH(source.name, coerce=False)
    return [RecordField("client", fields_of.Field("{name}.length", lazy("Word 5"), "number", length))]


@hook
def card_actions(crm, entity, record, user):
    return [CardAction("{name}.act", lazy("Word 6"), "/{name}/")]


@hook
def card_tabs(crm, entity, record, user):
    return [CardTab("{name}.tab", lazy("Word 7"), "ui.html", dict)]


@hook
def timeline_entries(crm, entity, record, user, until, limit):
    return []


@hook
def search_results(crm, user, text, limit):
    return []


@hook
def deal_turned(crm, turn):
    return None


@hook
def record_changed(crm, change):
    return None
"""
MIGRATION = '''COLUMNS = """
    id          id
    name        text not null
    note        text not null
    amount      int not null default 0
    changed_at  utc
"""


def up(migration):
    for number in range({models}):
        migration.create_table(f"{name}_thing{{number}}", COLUMNS)


def down(migration):
    for number in range({models}):
        migration.drop_table(f"{name}_thing{{number}}")
'''


def write_heavy(folder: Path, name: str) -> None:
    """Writes one such plugin into the plugins of the instance in `folder`."""
    place = folder / "plugins" / name
    for part in ("migrations", "translations/sq/LC_MESSAGES", "translations/ru/LC_MESSAGES"):
        (place / part).mkdir(parents=True)
    (place / "plugin.toml").write_text(f'name = "{name}"\ntitle = "{name}"\nversion = "1.0"\ndefault_on = true\n')
    (place / "__init__.py").write_text("")
    counts = ((MODEL, MODELS), (SCHEMA, SCHEMAS), (SERVICE, SERVICES), (PAGE, PAGES))
    parts = [part.format(name=name, n=number) for part, count in counts for number in range(count)]
    (place / "hooks.py").write_text("".join([HEAD.format(name=name), *parts, HOOKS.format(name=name)]))
    (place / "migrations" / "m0001_things.py").write_text(MIGRATION.format(name=name, models=MODELS))
    for language in ("sq", "ru"):
        catalog = Catalog(locale=language)
        for number in range(WORDS):
            catalog.add(f"Word {number}", f"{language} {number}")
        with (place / "translations" / language / "LC_MESSAGES" / "messages.mo").open("wb") as file:
            write_mo(file, catalog)

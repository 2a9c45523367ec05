"""The result of a task as a schema: its form, its REST shape and its check are one class, made of a step's fields."""

from collections.abc import Callable, Iterable, Mapping, Sequence
from datetime import UTC
from functools import lru_cache
from typing import Any

from marshmallow import Schema, ValidationError, fields, validate
from peewee import Value

from core.clients.models import Contact
from core.deals.models import Deal
from core.errors import InvalidInput
from core.i18n import _, language, lazy
from core.interactions.models import StoredFile
from core.once import once
from core.process.losses import LOSS_FIELDS
from core.stages.results import ResultField, read_fields
from core.store import audit
from core.tasks.models import Task
from core.tasks.words import LOSS

MOST_TEXT = 5_000
# What is chosen from the records of the deal and its client.
OF_THE_DEAL = ("contact", "file")
_EMPTY = lazy("Please fill this in.")


def result_schema(step: Any, deal: Deal | None = None) -> type[Schema]:
    """Returns the schema class of what a step (its row, or a Step) asks to be known; no fields when it asks nothing.

    With a deal, contacts and files are chosen from those of its client and its own.
    """
    found = [one if isinstance(one, ResultField) else read_fields([one])[0] for one in step.result]
    return _schema(found, deal)


def schema_of_task(task: Task) -> type[Schema]:
    """Returns the schema class of what is to be known when a task is done; no fields for a task made by hand."""
    if task.kind == LOSS:
        return _schema(LOSS_FIELDS, task.deal)
    return result_schema(task.step, task.deal) if task.step_id else _schema((), task.deal)


def checked_result(
    task: Task, given: Mapping[str, Any], *, partial: bool = False
) -> tuple[dict[str, Any], dict[str, Any]]:
    """Returns the result of a task, typed and as the task keeps it; raises InvalidInput by field.

    Values may be typed, as the schema loads them, or as JSON keeps them; records count as their ids.
    """
    plain = {key: audit.as_json(getattr(value, "id", value)) for key, value in given.items()}
    schema = schema_of_task(task)()
    try:
        typed = schema.load({key: value for key, value in plain.items() if value not in ("", None)}, partial=partial)
    except ValidationError as error:
        wrong = {str(name): _sentences(found) for name, found in error.normalized_messages().items()}
        raise InvalidInput(_("The result of “%(task)s” isn't complete.", task=task.title), fields=wrong) from error
    return typed, schema.dump(typed)


def _schema(found: Iterable[ResultField], deal: Deal | None) -> type[Schema]:
    asked = tuple(found)
    if any(one.kind in OF_THE_DEAL for one in asked):
        return _made(asked, deal)
    return _kept(asked, language())


def _made(asked: Sequence[ResultField], deal: Deal | None) -> type[Schema]:
    return Schema.from_dict({one.key: MAKERS[one.kind](one, deal) for one in asked}, name="Result")


@lru_cache(maxsize=256)
def _kept(asked: tuple[ResultField, ...], _language: str) -> type[Schema]:
    """Returns the schema of fields that ask nothing of a certain deal: making it takes as long as using it."""
    return _made(asked, None)


def _common(one: ResultField, **metadata: Any) -> dict[str, Any]:
    required = {"required": True, "error_messages": {"required": str(_EMPTY), "null": str(_EMPTY)}}
    optional = {"load_default": None, "allow_none": True}
    return {
        **(required if one.is_required else optional),
        "metadata": {"label": one.label, "kind": one.kind, **metadata},
    }


def _text(one: ResultField, deal: Deal | None) -> fields.Field:
    length = validate.Length(1 if one.is_required else 0, MOST_TEXT)
    return fields.String(validate=length, **_common(one, wide=True))


def _number(one: ResultField, deal: Deal | None) -> fields.Field:
    return fields.Decimal(as_string=True, allow_nan=False, **_common(one))


def _bool(one: ResultField, deal: Deal | None) -> fields.Field:
    must = [validate.Equal(True, error=str(lazy("This must be so.")))] if one.is_required else []
    return fields.Boolean(validate=must, **_common(one))


def _choice(one: ResultField, deal: Deal | None) -> fields.Field:
    return fields.String(validate=validate.OneOf(one.choices), **_common(one))


def _contact(one: ResultField, deal: Deal | None) -> fields.Field:
    return _record(one, deal, lambda: _contacts(deal), lazy("Choose a contact of the client."))


def _file(one: ResultField, deal: Deal | None) -> fields.Field:
    return _record(one, deal, lambda: _files(deal), lazy("Choose a file of the deal."), widget="upload")


def _record(
    one: ResultField,
    deal: Deal | None,
    choices: Callable[[], list[tuple]],
    sentence: Any,
    widget: str = "select",
) -> fields.Field:
    def check(record_id: int) -> None:
        if record_id is not None and deal is not None and record_id not in {key for key, _label in choices()}:
            raise ValidationError(str(sentence))

    if deal is None:
        return fields.Integer(strict=True, **_common(one))
    shown = choices if one.is_required else lambda: [("", ""), *choices()]
    return fields.Integer(validate=check, **_common(one, choices=shown, widget=widget))


def _contacts(deal: Deal) -> list[tuple]:
    return [(key, name) for kind, key, name, _at in _choosable(deal) if kind == "contact"]


def _files(deal: Deal) -> list[tuple]:
    return [(key, name) for kind, key, name, _at in reversed(_choosable(deal)) if kind == "file"]


def _choosable(deal: Deal) -> list[tuple]:
    """Returns (kind, id, name, stored at) of the contacts of the client, by name, and of the deal's files, by age."""
    contacts = Contact.select(Value("contact"), Contact.id, Contact.name, Value(0)).where(
        Contact.client == deal.client_id, Contact.deleted_at.is_null()
    )
    files = StoredFile.select(Value("file"), StoredFile.id, StoredFile.name, StoredFile.at.cast("bigint")).where(
        StoredFile.entity == "deal", StoredFile.entity_id == deal.id
    )
    # A form may ask for several of either: they are found once, together.
    found = once(("choosable", deal.id), lambda: list((contacts | files).tuples()))
    return sorted(found, key=lambda row: (row[3], row[2].casefold(), row[1]))


def _sentences(found: Any) -> list[str]:
    if isinstance(found, Mapping):
        return [sentence for inner in found.values() for sentence in _sentences(inner)]
    return [str(one) for one in (found if isinstance(found, list | tuple) else [found])]


MAKERS: dict[str, Callable[[ResultField, Deal | None], fields.Field]] = {
    "text": _text,
    "number": _number,
    "money": _number,
    "date": lambda one, deal: fields.Date(**_common(one)),
    "moment": lambda one, deal: fields.AwareDateTime(default_timezone=UTC, **_common(one)),
    "bool": _bool,
    "choice": _choice,
    "contact": _contact,
    "file": _file,
}

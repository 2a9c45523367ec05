"""Forms drawn from marshmallow schemas: the same schema serves form, REST and import.

A field's metadata says how it looks: `label`, `help`, `placeholder`, `group` (a heading), `widget` (else it follows
from the type; `upload` chooses among files that are there, or takes a new one under the name `<name>.file`), `choices`
(pairs of value and label, or a function that returns them), `secret`, `wide`.
"""

from collections.abc import Callable, Iterable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from itertools import groupby
from typing import Any

from marshmallow import EXCLUDE, Schema, ValidationError, missing
from marshmallow.fields import Boolean, Email, Field, List, String
from marshmallow.utils import set_value
from werkzeug.datastructures import MultiDict

from core.errors import InvalidInput
from core.i18n import Text, _, ngettext
from core.web.sentences import plain
from core.web.typed import KINDS, written

UPLOAD = "upload"
Choices = Iterable[tuple[Any, Text]] | Callable[[], Iterable[tuple[Any, Text]]]


@dataclass
class FormField:
    """One field as a template draws it; `value` is text, or a list of texts for a field with several."""

    name: str
    label: Text
    widget: str
    value: Any
    is_required: bool = False
    is_fixed: bool = False
    is_wide: bool = False
    help: Text = ""
    placeholder: Text = ""
    group: Text = ""
    choices: list[tuple[str, Text]] = field(default_factory=list)
    errors: list[str] = field(default_factory=list)

    @property
    def id(self) -> str:
        """The HTML id of the control."""
        return f"field-{self.name}"


class SchemaForm:
    """A form of a schema: shows `values`, reads what was sent, and keeps what was wrong with it."""

    def __init__(
        self,
        schema: Schema | type[Schema],
        values: Mapping[str, Any] | Any = None,
        *,
        choices: Mapping[str, Choices] | None = None,
        fixed: Iterable[str] = (),
    ) -> None:
        self.schema = schema() if isinstance(schema, type) else schema
        self.errors: dict[str, list[str]] = {}
        self.sentence = ""
        self._choices = choices or {}
        self._fixed = set(fixed)
        # Secrets that have a value, which is never shown.
        self._kept: set[str] = set()
        self._written = self._written_values(values)

    def read(self, sent: MultiDict, *, partial: bool = False) -> dict[str, Any]:
        """Returns the typed values of a sent form; raises InvalidInput with a sentence for each wrong field."""
        given, empty, wrong = {}, {}, {}
        for name, kind in self._shown():
            if name in self._fixed:
                continue
            self._written[name] = sent.getlist(name) if _has_many(kind) else sent.get(name, "").strip()
            if name in sent and self._written[name] == "" and not isinstance(kind, Boolean):
                empty.update(_emptied(name, kind))
                continue
            try:
                given.update(_lenient(name, kind, sent))
            except ValueError as error:
                wrong[name] = [str(error)]
        try:
            # A hidden token or a button's name is no field of the schema.
            loaded = self.schema.load(given, partial=partial or None, unknown=EXCLUDE)
        except ValidationError as error:
            wrong = {**_flat(error.normalized_messages()), **wrong}
        wrong.update({name: [_("Please fill this in.")] for name, value in empty.items() if value is missing})
        if wrong:
            raise InvalidInput(self._count(wrong), fields=wrong)
        for name, value in empty.items():
            # As the schema itself does it: by the attribute, whose dots lead into dictionaries.
            set_value(loaded, self.schema.fields[name].attribute or name, value)
        return loaded

    @contextmanager
    def catching(self) -> Iterator[None]:
        """Runs the block; an InvalidInput stays in the form, which then shows what to correct."""
        try:
            yield
        except InvalidInput as error:
            self.take(error)

    def take(self, error: InvalidInput) -> None:
        """Takes the sentences of an error to its fields; those about nothing shown stand above the form."""
        shown = {name for name, _kind in self._shown()}
        self.errors = _flat(error.fields)
        rest = [sentence for name, found in self.errors.items() if name not in shown for sentence in found]
        self.sentence = " ".join(dict.fromkeys([str(error), *rest]))

    def rewrite(self, name: str, text: str) -> None:
        """Shows `text` in a field in place of what was read: the words a user typed, not what they were taken for."""
        self._written[name] = text

    @property
    def has_uploads(self) -> bool:
        """Whether files may be sent along."""
        return any(kind.metadata.get("widget") == UPLOAD for _name, kind in self._shown())

    @property
    def fields(self) -> list[FormField]:
        """The fields in the schema's order."""
        return [self._field(name, kind) for name, kind in self._shown()]

    @property
    def groups(self) -> list[tuple[Text, list[FormField]]]:
        """The fields under their headings."""
        return [(group, list(found)) for group, found in groupby(self.fields, key=lambda one: one.group)]

    def __getitem__(self, name: str) -> FormField:
        """Returns one field; raises KeyError."""
        return self._field(name, self.schema.fields[name])

    def __contains__(self, name: str) -> bool:
        return name in self.schema.fields

    def _shown(self) -> list[tuple[str, Field]]:
        return [(name, kind) for name, kind in self.schema.fields.items() if not kind.dump_only]

    def _field(self, name: str, kind: Field) -> FormField:
        metadata = kind.metadata
        choices = self._choices_of(name, kind)
        return FormField(
            name=name,
            label=metadata.get("label", name.replace("_", " ").capitalize()),
            widget=_widget(name, kind, bool(choices)),
            value=self._written.get(name, [] if _has_many(kind) else ""),
            is_required=kind.required,
            is_fixed=name in self._fixed,
            is_wide=metadata.get("wide", False),
            help=metadata.get("help", ""),
            placeholder=_("Kept; type to replace it") if name in self._kept else metadata.get("placeholder", ""),
            group=metadata.get("group", ""),
            choices=choices,
            errors=self.errors.get(name, []),
        )

    def _choices_of(self, name: str, kind: Field) -> list[tuple[str, Text]]:
        found = self._choices.get(name) or kind.metadata.get("choices") or _validated_choices(kind)
        if callable(found):
            found = found()
        return [("" if value is None else str(value), label) for value, label in found]

    def _written_values(self, values: Any) -> dict[str, Any]:
        shown = {}
        given = values if isinstance(values, Mapping) else None
        for name, kind in self._shown():
            value = given.get(name) if given is not None else getattr(values, kind.attribute or name, None)
            if value is None and values is None and not callable(kind.load_default):
                value = None if kind.load_default is missing else kind.load_default
            if not kind.metadata.get("secret") and not kind.load_only:
                shown[name] = written(kind, value)
            elif value:
                self._kept.add(name)
        return shown

    def _count(self, wrong: Mapping[str, Any]) -> str:
        return ngettext("One field needs a correction.", "%(n)s fields need a correction.", len(wrong))


def _lenient(name: str, kind: Field, sent: MultiDict) -> dict[str, Any]:
    """Returns {name: value} as the schema takes it, or {} for a field that wasn't sent; raises ValueError."""
    if isinstance(kind, Boolean):
        return {name: name in sent}
    if _has_many(kind):
        return {name: [value for value in sent.getlist(name) if value != ""]}
    if name not in sent:
        return {}
    text = sent[name].strip()
    for field_class, kind_of_value in KINDS:
        if isinstance(kind, field_class):
            return {name: kind_of_value.read(text)}
    return {name: text}


def _emptied(name: str, kind: Field) -> dict[str, Any]:
    """Returns {name: value} of a field that was left empty: its default; `missing` stands for one that is required."""
    if kind.required:
        return {name: missing}
    if kind.load_default is not missing and not callable(kind.load_default):
        return {name: kind.load_default}
    if isinstance(kind, String):
        return {name: ""}
    return {name: None} if kind.allow_none else {}


def _widget(name: str, kind: Field, has_choices: bool) -> str:
    if widget := kind.metadata.get("widget"):
        return widget
    if kind.metadata.get("secret"):
        return "password"
    if name == "version":
        return "hidden"
    if _has_many(kind):
        return "checks"
    if has_choices:
        return "select"
    if isinstance(kind, Boolean):
        return "switch"
    for field_class, kind_of_value in KINDS:
        if isinstance(kind, field_class):
            return kind_of_value.widget
    return "email" if isinstance(kind, Email) else "text"


def _validated_choices(kind: Field) -> list[tuple[Any, Text]]:
    """Returns the choices that a OneOf or ContainsOnly of the schema names, with its labels."""
    inner = kind.inner if isinstance(kind, List) else kind
    rule = next((rule for rule in (*kind.validators, *inner.validators) if hasattr(rule, "choices")), None)
    if rule is None:
        return []
    return list(zip(rule.choices, rule.labels or rule.choices, strict=True))


def _has_many(kind: Field) -> bool:
    return isinstance(kind, List)


def _flat(messages: Mapping[str, Any]) -> dict[str, list[str]]:
    """Returns {field: sentences}, those of list items joined to their field."""
    flat = {}
    for name, found in messages.items():
        if isinstance(found, Mapping):
            found = [sentence for inner in _flat(found).values() for sentence in inner]
        flat[str(name)] = [plain(sentence) for sentence in ([found] if isinstance(found, str) else found)]
    return flat

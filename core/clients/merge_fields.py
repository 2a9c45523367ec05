"""The fields of two clients side by side, from which a merge takes one value each."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from typing import Any

from core.clients.models import Client, Property, Source
from core.clients.points import KINDS as POINT_KINDS
from core.clients.primaries import main_of, marks_of
from core.clients.properties import properties_of, typed
from core.clients.schemas import ClientSchema
from core.clients.services import FACTS
from core.clients.words import KINDS, STATUSES
from core.contacts import format_phone
from core.errors import InvalidInput
from core.i18n import LANGUAGE_NAMES, Text, _, format_date, format_number, lazy
from core.runtime import CRM
from core.users.models import User

PROPERTY = "properties."
JOINABLE = frozenset({"note"})
_EMPTY = (None, "", [])
_WORDS = {"kind": KINDS, "status": STATUSES, "language": LANGUAGE_NAMES}
_POINT_LABELS = {"phone": lazy("Main phone"), "email": lazy("Main e-mail")}


@dataclass(frozen=True)
class Pair:
    """A field of both clients: as records keep it, as people read it, and what a merge takes unless told otherwise."""

    name: str
    label: Text
    kept: Any
    gone: Any
    kept_text: str
    gone_text: str

    @property
    def is_different(self) -> bool:
        """Whether there is anything to choose."""
        return self.kept != self.gone

    @property
    def suggested(self) -> str:
        """The better side, kept or gone: the one that stays, unless it is empty."""
        return "gone" if is_empty(self.kept) and not is_empty(self.gone) else "kept"

    @property
    def joined(self) -> str:
        """Both texts, one below the other; empty where that makes no sense."""
        can_join = self.name in JOINABLE and self.kept and self.gone and self.is_different
        return f"{self.kept}\n\n{self.gone}" if can_join else ""


def values_of(client: Client) -> dict[str, Any]:
    """Returns every value that a merge can take of a client, by field, as the database keeps it."""
    marks = marks_of(client.id)
    points = {kind: main_of(marks, kind, client.id) for kind in POINT_KINDS}
    properties = {PROPERTY + key: value for key, value in client.properties.items()}
    return {**{name: getattr(client, name) for name in FACTS}, **points, **properties}


def pairs_of(crm: CRM, kept: Client, gone: Client) -> list[Pair]:
    """Returns the fields that at least one of two clients has, those that differ first."""
    mine, theirs = values_of(kept), values_of(gone)
    labels, properties = _labels(), {PROPERTY + one.key: one for one in properties_of("client", with_retired=True)}
    words = _names_of_links(kept, gone, properties, (mine, theirs))
    names = [name for name in labels if name in mine] + [name for name in properties if name in mine or name in theirs]
    pairs = []
    for name in names:
        label = properties[name].name if name in properties else labels[name]
        values = (mine.get(name), theirs.get(name))
        texts = (_text(name, value, properties.get(name), words) for value in values)
        pairs.append(Pair(name, label, *values, *texts))
    filled = [pair for pair in pairs if not (is_empty(pair.kept) and is_empty(pair.gone))]
    return sorted(filled, key=lambda pair: not pair.is_different)


def read_choices(
    mine: Mapping[str, Any], theirs: Mapping[str, Any], choices: Mapping[str, Any]
) -> tuple[dict[str, Any], dict[str, Any]]:
    """Returns what `choices` change on the client that stays: {field: value of the other}, {field: value given}.

    A field that is not named takes the other's value only if it has none. Raises InvalidInput for a name that is no
    field, and for a phone or e-mail that neither has.
    """
    names = {*mine, *theirs}
    unknown = sorted(name for name in choices if name not in names and not name.startswith(PROPERTY))
    if unknown:
        raise InvalidInput(_("A client has no field “%(name)s”.", name=unknown[0]))
    taken, given = {}, {}
    for name in sorted({*names, *choices}):
        value, other = mine.get(name), theirs.get(name)
        choice = choices.get(name, "gone" if is_empty(value) else "kept")
        if choice == "gone" and value != other:
            taken[name] = other
        elif choice not in ("kept", "gone"):
            given[name] = choice
    if wrong := [name for name in POINT_KINDS if name in given]:
        raise InvalidInput(_("Choose the main phone or e-mail of one of the two."), fields={wrong[0]: [_("Choose.")]})
    return taken, given


def labels_of(names: list[str]) -> list[str]:
    """Returns the names of fields as people read them."""
    labels = {**_labels(), "contact": lazy("Main contact")}
    labels |= {PROPERTY + one.key: one.name for one in properties_of("client", with_retired=True)}
    return [str(labels.get(name, name)) for name in names]


def is_empty(value: Any) -> bool:
    """Tells whether a field has no value; 0 and "no" are values."""
    return any(value == one and type(value) is type(one) for one in _EMPTY)


def _labels() -> dict[str, Text]:
    found = {
        field.attribute or name: field.metadata["label"]
        for name, field in ClientSchema().fields.items()
        if "label" in field.metadata
    }
    order = ("name", *FACTS[:1], *_POINT_LABELS, *FACTS[2:])
    return {name: _POINT_LABELS.get(name) or found.get(name, name) for name in order}


def _names_of_links(
    kept: Client, gone: Client, properties: Mapping[str, Property], values: tuple[Mapping[str, Any], ...]
) -> dict[str, dict[Any, str]]:
    of_users = [name for name, one in properties.items() if one.kind == "user"]
    user_ids = {kept.owner_id, gone.owner_id, *(side.get(name) for name in of_users for side in values)} - {None}
    users = dict(User.select(User.id, User.name).where(User.id.in_(list(user_ids))).tuples())
    sources = Source.select(Source.id, Source.name).where(Source.id.in_([kept.source_id, gone.source_id]))
    return {"owner_id": users, "source_id": dict(sources.tuples()), **dict.fromkeys(of_users, users)}


def _text(name: str, value: Any, of: Property | None, links: Mapping[str, Mapping[Any, str]]) -> str:
    if is_empty(value):
        return ""
    if name in links:
        return links[name].get(value, f"#{value}")
    if name in _WORDS:
        return str(_WORDS[name].get(value, value))
    if name == "phone":
        return format_phone(value)
    value = typed(of.kind, value) if of else value
    if isinstance(value, bool):
        return _("Yes") if value else _("No")
    if isinstance(value, Decimal):
        return format_number(value)
    if isinstance(value, date):
        return format_date(value)
    return ", ".join(map(str, value)) if isinstance(value, list) else str(value)

"""The fields of two clients side by side, from which a merge takes one value each."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from core.clients.models import Client
from core.clients.points import KINDS as POINT_KINDS
from core.clients.primaries import main_of, marks_of
from core.clients.services import FACTS
from core.errors import InvalidInput
from core.i18n import _

PROPERTY = "properties."
_FIRST = ("name", "kind", *POINT_KINDS)


@dataclass(frozen=True)
class Pair:
    """A field of both clients, and what a merge takes of it unless told otherwise."""

    name: str
    kept: Any
    gone: Any

    @property
    def is_different(self) -> bool:
        """Whether there is anything to choose."""
        return self.kept != self.gone and not (is_empty(self.kept) and is_empty(self.gone))

    @property
    def suggested(self) -> str:
        """The better side, kept or gone: the one that stays, unless it is empty."""
        return "gone" if is_empty(self.kept) and not is_empty(self.gone) else "kept"

    @property
    def joined(self) -> str:
        """Both notes, one below the other; empty where one has none, and for other fields."""
        return f"{self.kept}\n\n{self.gone}" if self.name == "note" and self.is_different and self.kept else ""


def values_of(client: Client) -> dict[str, Any]:
    """Returns every value that a merge can take of a client, by field, as the database keeps it."""
    marks = marks_of(client.id)
    values = {name: getattr(client, name) for name in FACTS}
    values |= {kind: main_of(marks, kind, client.id) for kind in POINT_KINDS}
    first = {name: values.pop(name) for name in _FIRST}
    return {**first, **values, **{PROPERTY + key: value for key, value in client.properties.items()}}


def pairs_of(kept: Client, gone: Client) -> list[Pair]:
    """Returns the fields that at least one of two clients has, those that differ first."""
    mine, theirs = values_of(kept), values_of(gone)
    pairs = [Pair(name, mine.get(name), theirs.get(name)) for name in {**mine, **theirs}]
    filled = [pair for pair in pairs if not (is_empty(pair.kept) and is_empty(pair.gone))]
    return sorted(filled, key=lambda pair: not pair.is_different)


def read_choices(
    mine: Mapping[str, Any], theirs: Mapping[str, Any], choices: Mapping[str, Any]
) -> tuple[dict[str, Any], dict[str, Any]]:
    """Returns what `choices` change on the client that stays: {field: value of the other}, {field: value given}.

    A field that is not named takes the other's value only if it has none. Raises InvalidInput for a name that is no
    field, and for a phone or e-mail that is neither's main one.
    """
    names = {**mine, **theirs}
    unknown = [name for name in choices if name not in names and not name.startswith(PROPERTY)]
    if unknown:
        raise InvalidInput(_("A client has no field “%(name)s”.", name=unknown[0]))
    taken, given = {}, {}
    for name in {**names, **choices}:
        pair = Pair(name, mine.get(name), theirs.get(name))
        choice = choices.get(name, pair.suggested)
        if choice == "gone" and pair.kept != pair.gone:
            taken[name] = pair.gone
        elif choice not in ("kept", "gone"):
            given[name] = choice
    if wrong := [name for name in POINT_KINDS if name in given]:
        sentence = _("Choose the main phone or e-mail of one of the two.")
        raise InvalidInput(sentence, fields={wrong[0]: [sentence]})
    return taken, given


def is_empty(value: Any) -> bool:
    """Tells whether a field has no value; 0 and "no" are values."""
    return value is None or value in ("", [])

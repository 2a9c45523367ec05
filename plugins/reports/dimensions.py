"""The dimensions by which a report's rows or columns part: a field of the deal or, through links, of another record.

Those that are asked for most read the covering index and nothing else; all others go the general way of `core.fields`.
"""

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field, replace
from typing import Any

from peewee import Case, Value

from core.api import CRM, Deal, InvalidInput, Text, User, bulk, fields, lazy
from core.api import gettext as _
from plugins.reports.settings.periods import Period, steps

MOST_PARTS = 120
ALIASES = {"team": "owner.team", "manager": "owner", "loss": "loss_reason"}
OFFERED = {
    "owner": lazy("Manager"),
    "team": lazy("Team"),
    "source": lazy("Source"),
    "month": lazy("Month"),
    "quarter": lazy("Quarter"),
    "year": lazy("Year"),
    "loss_reason": lazy("Reason of loss"),
    "client.region": lazy("Client's region"),
    "client.city": lazy("Client's city"),
    "client.status": lazy("Client's status"),
    "currency": lazy("Currency"),
    "version": lazy("Version of the type"),
    "type": lazy("Deal type"),
}
MONTHS = {"month": 1, "quarter": 3, "year": 12}
NOTHING = Value(None).cast("bigint")
PARTS = {
    "day": lazy("Day"),
    "week": lazy("Week"),
    "month": lazy("Month"),
    "quarter": lazy("Quarter"),
    "year": lazy("Year"),
}


@dataclass(frozen=True)
class Dimension:
    """How the database groups, what its raw values stand for, and what keys are called.

    `apply` gets the query and the source of deals, and returns the query with the joins it needs and the expression to
    group by. `keys` maps raw values to keys where several share one, as owners do a team.
    """

    name: str
    title: Text
    path: str
    apply: Callable[[Any, Any], tuple[Any, Any]]
    labels: Mapping[Any, str] = field(default_factory=dict)
    keys: Mapping[Any, Any] | None = None
    is_ordered: bool = False
    overlaps: bool = False
    parts: tuple[Period, ...] = ()

    def key(self, raw: Any) -> Any:
        """Returns the key of a raw value; an empty text is no value."""
        if self.keys is not None:
            return self.keys.get(raw)
        return None if raw == "" else raw

    def label(self, key: Any) -> str | None:
        """Returns what a key is called, None for deals that have no value."""
        return None if key is None else str(self.labels.get(key, key))


def find_dimension(
    crm: CRM, user: User | None, name: str, period: Period, moment: str = "closed_at"
) -> Dimension | None:
    """Returns the dimension of a name, or None for the empty name and for "type", by which rows part anyway.

    `moment` is the column whose month, quarter or year is meant. Raises InvalidInput for what can't be grouped by.
    """
    if name in ("", "type"):
        return None
    if name in MONTHS:
        return _by_time(crm, name, period, moment)
    if name in _MAKERS:
        return _MAKERS[name](crm)
    path = ALIASES.get(name, name)
    deals = fields.entity(crm, "deal")
    try:
        step, _part = fields.group_field(crm, deals, path)
    except InvalidInput as error:
        sentence = _("Nothing can be grouped by “%(name)s”. Use a field of the deal such as %(known)s.", **_known(name))
        raise InvalidInput(sentence, fields={"by": [sentence]}) from error
    return Dimension(
        name,
        words_of(crm, name),
        path,
        lambda query, _source: fields.group_expression(crm, deals, path, query, user),
        is_ordered=step.field.kind in ("number", "money", "date", "moment"),
        overlaps=step.field.kind == "multichoice",
    )


def words_of(crm: CRM, name: str) -> str:
    """Returns what a dimension is called, offered or not; raises InvalidInput where it names no field."""
    if name in OFFERED:
        return str(OFFERED[name])
    path, _colon, part = ALIASES.get(name, name).partition(":")
    return in_parts(fields.label_of(crm, fields.entity(crm, "deal"), path), part)


def in_parts(label: str, part: str) -> str:
    """Returns what a field is called whose months, or other parts of time, are meant."""
    return f"{label}, {PARTS[part]}" if part in PARTS else label


def named(crm: CRM, dimension: Dimension | None, keys: Iterable[Any]) -> Dimension | None:
    """Returns the dimension with what its keys are called; two of one name are told apart by their numbers."""
    if dimension is None or dimension.labels or dimension.name in MONTHS:
        return dimension
    wanted = [key for key in set(keys) if key is not None]
    labels = fields.group_labels(crm, fields.entity(crm, "deal"), dimension.path, wanted)
    names = list(labels.values())
    return replace(
        dimension,
        labels={key: f"{label} ({key})" if names.count(label) > 1 else label for key, label in labels.items()},
    )


def _known(name: str) -> dict[str, str]:
    return {"name": name, "known": ", ".join(OFFERED)}


def _by_team(crm: CRM) -> Dimension:
    rows = crm.database.execute_sql("SELECT id, team_id FROM core_user").fetchall()
    teams = dict(rows)
    return Dimension("team", OFFERED["team"], "owner.team", lambda query, source: (query, source.owner), keys=teams)


def by_type(crm: CRM) -> Dimension:
    """Returns deal types as a dimension, for reports whose rows part by nothing else."""
    names = dict(crm.database.execute_sql("SELECT id, name FROM core_deal_type").fetchall())
    return Dimension("type", OFFERED["type"], "type", lambda query, source: (query, source.deal_type), names)


def _by_version(crm: CRM) -> Dimension:
    numbers = dict(crm.database.execute_sql("SELECT id, number FROM core_deal_type_version").fetchall())
    title = OFFERED["version"]
    return Dimension("version", title, "", lambda query, _source: (query, Deal.version_id), numbers)


def _by_time(crm: CRM, name: str, period: Period, moment: str) -> Dimension:
    parts = steps(period, MONTHS[name])
    if len(parts) > MOST_PARTS:
        sentence = _("The period has more than %(most)s parts; choose a shorter one.", most=MOST_PARTS)
        raise InvalidInput(sentence, fields={"by": [sentence]})
    ends = [bulk.to_microseconds(crm.day_start(part.until)) for part in parts]
    labels = {place: _calendar_name(part, name) for place, part in enumerate(parts)}
    return Dimension(
        name,
        OFFERED[name],
        f"{moment}:{name}",
        lambda query, source: (
            query,
            # A period that ends before anything happened has no parts.
            Case(None, [(getattr(source, moment) < end, place) for place, end in enumerate(ends)]) if ends else NOTHING,
        ),
        labels,
        is_ordered=True,
        parts=tuple(parts),
    )


def _calendar_name(part: Period, name: str) -> str:
    if name == "year":
        return f"{part.first:%Y}"
    return f"{part.first:%Y-%m}" if name == "month" else f"{part.first:%Y}-Q{(part.first.month + 2) // 3}"


_MAKERS: dict[str, Callable[[CRM], Dimension]] = {
    "owner": lambda crm: Dimension("owner", OFFERED["owner"], "owner", lambda query, source: (query, source.owner)),
    "team": _by_team,
    "version": _by_version,
}
_MAKERS |= {"manager": _MAKERS["owner"], "owner.team": _by_team}

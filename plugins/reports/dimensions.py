"""The dimensions by which a report's rows or columns part: who, where from, why, when, and fields of the client."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any

from peewee import Case, Expression

from core.api import CRM, InvalidInput, Text, lazy, to_microseconds
from core.api import gettext as _
from plugins.reports.periods import Period, steps
from plugins.reports.tables import CLIENT, DEAL

MOST_PARTS = 120


@dataclass(frozen=True)
class Dimension:
    """How the database groups (`column`), what its raw values stand for (`keys`), and what keys are called.

    `column` is given the source of deals; `keys` maps raw values to keys where several share one, as owners do a team.
    """

    name: str
    title: Text
    column: Callable[[Any], Expression]
    labels: Mapping[Any, str] = field(default_factory=dict)
    keys: Mapping[Any, Any] | None = None
    needs_client: bool = False
    is_ordered: bool = False

    def key(self, raw: Any) -> Any:
        """Returns the key of a raw value."""
        return raw if self.keys is None else self.keys.get(raw)

    def label(self, key: Any) -> str | None:
        """Returns what a key is called, None for deals that have no value."""
        if key is None or key == "":
            return None
        return str(self.labels.get(key, key))


def find_dimension(crm: CRM, name: str, period: Period, moment: str = "closed_at") -> Dimension | None:
    """Returns the dimension of a name, None for the empty name or "type", by which rows part anyway.

    `moment` is the column whose month, quarter or year is meant; the period must be bounded for these.
    Raises InvalidInput, naming the known ones.
    """
    if name in ("", "type"):
        return None
    if name in _MONTHS:
        return _by_time(crm, name, period, moment)
    if name in _MAKERS:
        return _MAKERS[name](crm)
    if name.startswith("client.") and name.removeprefix("client.") in CLIENT_FIELDS:
        field_name = name.removeprefix("client.")
        return Dimension(
            name, CLIENT_FIELDS[field_name], lambda _source: getattr(CLIENT, field_name), needs_client=True
        )
    raise InvalidInput(
        _("There is no dimension “%(name)s”; known are %(known)s.", name=name, known=", ".join(dimension_titles()))
    )


def dimension_titles() -> dict[str, Text]:
    """Returns the names of all dimensions with their titles, in the order in which they are offered."""
    return {
        "owner": lazy("Manager"),
        "team": lazy("Team"),
        "source": lazy("Source"),
        "month": lazy("Month"),
        "quarter": lazy("Quarter"),
        "year": lazy("Year"),
        "loss_reason": lazy("Reason of loss"),
        "currency": lazy("Currency"),
        "version": lazy("Version of the type"),
        "type": lazy("Deal type"),
        **{f"client.{name}": title for name, title in CLIENT_FIELDS.items()},
    }


CLIENT_FIELDS = {
    "region": lazy("Client's region"),
    "city": lazy("Client's city"),
    "country": lazy("Client's country"),
    "status": lazy("Client's status"),
    "kind": lazy("Client's kind"),
}
_MONTHS = {"month": 1, "quarter": 3, "year": 12}


def _names(crm: CRM, table: str) -> dict[int, str]:
    rows = crm.database.execute_sql(f"SELECT id, name FROM {table} ORDER BY name, id").fetchall()  # noqa: S608 - ours
    names = [name for _id, name in rows]
    # Two people of one name stay two: their number tells them apart.
    return {key: f"{name} ({key})" if names.count(name) > 1 else name for key, name in rows}


def _by_owner(crm: CRM) -> Dimension:
    return Dimension("owner", lazy("Manager"), lambda source: source.owner_id, _names(crm, "core_user"))


def _by_team(crm: CRM) -> Dimension:
    rows = crm.database.execute_sql("SELECT id, team_id FROM core_user").fetchall()
    labels = _names(crm, "core_team")
    return Dimension("team", lazy("Team"), lambda source: source.owner_id, labels, dict(rows))


def _by_version(crm: CRM) -> Dimension:
    rows = crm.database.execute_sql("SELECT id, number FROM core_deal_type_version").fetchall()
    return Dimension("version", lazy("Version of the type"), lambda _source: DEAL.version_id, dict(rows))


def _by_list(name: str, title: Text, column: str, table: str) -> Callable[[CRM], Dimension]:
    return lambda crm: Dimension(name, title, lambda _source: getattr(DEAL, column), _names(crm, table))


def _by_time(crm: CRM, name: str, period: Period, moment: str) -> Dimension:
    parts = steps(period, _MONTHS[name]) if period.is_bounded else []
    if len(parts) > MOST_PARTS:
        sentence = _("The period has more than %(most)s parts; choose a shorter one.", most=MOST_PARTS)
        raise InvalidInput(sentence, fields={"by": [sentence]})
    column = getattr(DEAL, moment)
    branches = [(column < to_microseconds(crm.day_start(part.until)), place) for place, part in enumerate(parts)]
    labels = {place: _calendar_name(part, name) for place, part in enumerate(parts)}
    title = dimension_titles()[name]
    return Dimension(
        name, title, lambda _source: Case(None, branches) if branches else column * 0, labels, is_ordered=True
    )


def _calendar_name(part: Period, name: str) -> str:
    if name == "year":
        return f"{part.first:%Y}"
    return f"{part.first:%Y-%m}" if name == "month" else f"{part.first:%Y}-Q{(part.first.month + 2) // 3}"


_MAKERS: dict[str, Callable[[CRM], Dimension]] = {
    "owner": _by_owner,
    "team": _by_team,
    "version": _by_version,
    "source": _by_list("source", lazy("Source"), "source_id", "core_source"),
    "loss_reason": _by_list("loss_reason", lazy("Reason of loss"), "loss_reason_id", "core_loss_reason"),
    "currency": lambda crm: Dimension("currency", lazy("Currency"), lambda _source: DEAL.currency),
}

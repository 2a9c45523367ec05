"""Reads a report's parameters, as typed on the command line, in an address or kept in a variant, into settings."""

from collections.abc import Iterable, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Any, NoReturn

from core.api import CRM, InvalidInput, User, fields, format_date
from core.api import gettext as _
from plugins.reports.forecast.bounds import METHODS
from plugins.reports.funnel.counts import COUNTINGS, FINAL
from plugins.reports.funnel.types import deal_types
from plugins.reports.settings.conditions import PARAMETER, is_field, read_condition, read_conditions
from plugins.reports.settings.periods import Period, preset

COMMON = ("type", "by", "columns", "indicators", "joined", PARAMETER)
PERIOD = ("from", "to", "through", "period")
COMPARED = ("compare", "compare_from", "compare_to")
CLOSED = (*COMMON, *PERIOD, *COMPARED, "counting", "credit")
OPEN = (*COMMON, "as_of")
REASONS = ("type", PARAMETER, *PERIOD)
STANDING = ("type", PARAMETER)
TABLE = (*REASONS, "by")
FORECAST = (*REASONS, "method")
CHECK: tuple[str, ...] = ()
SEASONS = ("type", PARAMETER)
MATRIX = (
    *("facts", "rows", "columns", "measures", "moment", "sort", PARAMETER),
    *PERIOD,
    *COMPARED,
)
FLOW = (*TABLE, *COMPARED)
OWNER, RESPONSIBLE = "owner", "responsible"
# As of every moment that is typed: the calendar's ends have no days, years or time zones beside them to reckon with.
YEARS = range(1900, 2201)
YES, NO = ("1", "yes", "true", "on"), ("0", "no", "false", "off", "")


@dataclass(frozen=True)
class Settings:
    """What a funnel is asked for; `given` repeats the parameters as they came."""

    report: str
    given: Mapping[str, str | list[str]]
    type_ids: tuple[int, ...] = ()
    period: Period = Period()
    compared: Period | None = None
    conditions: tuple[dict[str, Any], ...] = ()
    by: str = ""
    columns: str = ""
    indicators: tuple[str, ...] = ()
    counting: str = FINAL
    credit: str = OWNER
    is_joined: bool = False
    as_of: datetime | None = None
    as_of_on: date | None = None
    method: str = ""

    @property
    def is_narrowed(self) -> bool:
        """Whether only some deals are meant: those of a type, or under a condition."""
        return bool(self.conditions or self.type_ids)


def read_settings(
    crm: CRM,
    user: User | None,
    report: str,
    known: Sequence[str],
    pairs: Iterable[tuple[str, str]],
    indicators: Sequence[str],
    of: str = "deal",
) -> Settings:
    """Returns the settings that the parameters mean; `of` is the kind of record that filters speak of.

    Raises InvalidInput, with the field's name, for a wrong one.
    """
    given: dict[str, list[str]] = {}
    for name, value in pairs:
        if name not in known and not is_field(crm, name, of):
            listed = ", ".join(known) or "—"
            refuse(name, _("There is no parameter “%(name)s”; known are %(known)s.", name=name, known=listed))
        if str(value).strip():
            given.setdefault(name, []).append(str(value).strip())
    one = {name: values[-1] for name, values in given.items()}
    period = _period(crm, one)
    as_of_on, as_of = _moment(crm, one.get("as_of", ""))
    return Settings(
        report=report,
        given={name: values[0] if len(values) == 1 else values for name, values in given.items()},
        type_ids=read_types(crm, given.get("type", [])),
        period=period,
        compared=_compared(crm, one, period),
        conditions=_conditions(crm, user, given, known, of),
        by=one.get("by", ""),
        columns=one.get("columns", ""),
        indicators=_indicators(given.get("indicators", []), indicators),
        counting=_choice(one, "counting", COUNTINGS, FINAL),
        credit=_choice(one, "credit", (OWNER, RESPONSIBLE), OWNER),
        is_joined=_is_yes(one, "joined"),
        as_of=as_of,
        as_of_on=as_of_on,
        method=_choice(one, "method", METHODS, ""),
    )


def refuse(name: str, sentence: str) -> NoReturn:
    """Raises InvalidInput about one parameter."""
    raise InvalidInput(sentence, fields={name: [sentence]})


def read_day(crm: CRM, name: str, text: str) -> date:
    """Returns the day of a text like 2026-03-01; "today" and "yesterday" are understood too."""
    if text in ("today", "yesterday"):
        return crm.today() - timedelta(days=text == "yesterday")
    with suppress(ValueError):
        day = date.fromisoformat(text)
        if day.year in YEARS:
            return day
    refuse(name, _("“%(value)s” is not a day: write “%(name)s” like 2026-03-31.", value=text, name=name))


def read_types(crm: CRM, names: Sequence[str]) -> tuple[int, ...]:
    """Returns the ids of deal types given by name or number; raises InvalidInput naming the known ones."""
    if not names:
        return ()
    types = deal_types(crm)
    found = []
    for name in names:
        match = [key for key in types if str(key) == name]
        match += [key for key, known in types.items() if known.casefold() == name.casefold()]
        if not match:
            known = ", ".join(types.values()) or "—"
            refuse("type", _("There is no deal type “%(name)s”; known are %(known)s.", name=name, known=known))
        found.append(match[0])
    return tuple(dict.fromkeys(found))


def _conditions(
    crm: CRM, user: User | None, given: Mapping[str, list[str]], known: Sequence[str], of: str
) -> tuple[dict[str, Any], ...]:
    found = [condition for text in given.get(PARAMETER, ()) for condition in read_conditions(text)]
    named = {name: values for name, values in given.items() if name not in known}
    found += [read_condition(crm, user, name, values, of) for name, values in named.items()]
    if found:
        fields.condition(crm, fields.entity(crm, of), found, user)
    return tuple(found)


def _period(crm: CRM, one: Mapping[str, str]) -> Period:
    if "period" in one:
        if {"from", "to", "through"} & set(one):
            refuse("period", _("Give either a named period or its first and last day, not both."))
        return preset(one["period"], crm.today())
    first = read_day(crm, "from", one["from"]) if "from" in one else None
    until = read_day(crm, "to", one["to"]) if "to" in one else None
    if "through" in one:
        last = read_day(crm, "through", one["through"])
        if first is not None and last < first:
            sentence = _(
                "The last day (%(last)s) is before the first (%(first)s).",
                last=format_date(last),
                first=format_date(first),
            )
            refuse("through", sentence)
        until = last + timedelta(days=1)
    return _checked(Period(first, until), "from")


def _compared(crm: CRM, one: Mapping[str, str], period: Period) -> Period | None:
    if "compare_from" in one or "compare_to" in one:
        if not ("compare_from" in one and "compare_to" in one):
            refuse("compare_from", _("A period to compare with needs both compare_from and compare_to."))
        days = [read_day(crm, name, one[name]) for name in ("compare_from", "compare_to")]
        return _checked(Period(*days), "compare_from")
    kind = _choice(one, "compare", ("previous", "year"), "")
    if not kind:
        return None
    if not period.is_bounded:
        refuse("compare", _("To compare, set both ends of the period."))
    return period.before() if kind == "previous" else period.year_before()


def _checked(period: Period, name: str) -> Period:
    if period.is_bounded and period.first >= period.until:
        refuse(
            name,
            _(
                "The period ends (%(until)s) before it begins (%(first)s): “to” is the first day left out.",
                first=period.first.isoformat(),
                until=period.until.isoformat(),
            ),
        )
    return period


def _moment(crm: CRM, text: str) -> tuple[date | None, datetime | None]:
    """Returns the day and the moment: a day means its end, so that what happened on it counts."""
    if not text:
        return None, None
    if len(text) <= len("2026-03-31"):
        day = read_day(crm, "as_of", text)
        return day, crm.day_start(day + timedelta(days=1))
    with suppress(ValueError):
        moment = datetime.fromisoformat(text)
        if moment.year in YEARS:
            aware = moment if moment.tzinfo else moment.replace(tzinfo=crm.config.zone)
            return aware.astimezone(crm.config.zone).date(), aware
    refuse("as_of", _("“%(value)s” is not a moment: write as_of like 2026-03-31 or 2026-03-31T18:00.", value=text))


def _indicators(values: Sequence[str], known: Sequence[str]) -> tuple[str, ...]:
    names = [name.strip() for value in values for name in value.split(",") if name.strip()]
    for name in names:
        if name not in known:
            sentence = _("There is no indicator “%(name)s”; known are %(known)s.", name=name, known=", ".join(known))
            refuse("indicators", sentence)
    return tuple(dict.fromkeys(names))


def _choice(one: Mapping[str, str], name: str, known: Sequence[str], otherwise: str) -> str:
    value = one.get(name, otherwise)
    if value != otherwise and value not in known:
        sentence = _(
            "“%(value)s” is not a value of “%(name)s”; use one of %(known)s.",
            value=value,
            name=name,
            known=", ".join(known),
        )
        refuse(name, sentence)
    return value


def _is_yes(one: Mapping[str, str], name: str) -> bool:
    value = one.get(name, "").lower()
    if value not in (*YES, *NO):
        refuse(name, _("“%(value)s” is neither yes nor no: write %(name)s=yes.", value=value, name=name))
    return value in YES

"""The settings of working time: days, hours, holidays, exceptions; and the calendar that they make."""

import re
from collections.abc import Mapping
from datetime import date
from functools import lru_cache
from typing import Any

from marshmallow import Schema, ValidationError, fields, validate, validates_schema

from core.i18n import _, lazy
from core.once import once
from core.runtime import CRM
from core.worktime import Calendar

GROUP = "worktime"
WEEKDAYS = {
    0: lazy("Monday"),
    1: lazy("Tuesday"),
    2: lazy("Wednesday"),
    3: lazy("Thursday"),
    4: lazy("Friday"),
    5: lazy("Saturday"),
    6: lazy("Sunday"),
}
_TIME = re.compile(r"([01]?\d|2[0-4]):([0-5]\d)")


def _countries() -> list[tuple[str, str]]:
    """Returns the countries whose holidays are known, with their names, none first."""
    from babel import Locale
    from holidays import list_supported_countries  # loaded for those who look at the settings

    from core.i18n import language

    names = Locale.parse(language()).territories
    known = [(code, names.get(code, code)) for code in list_supported_countries(include_aliases=False)]
    return [("", _("None")), *sorted(known, key=lambda pair: pair[1])]


def _check_time(text: str) -> None:
    try:
        read_minutes(text)
    except ValueError as error:
        raise ValidationError(_("“%(text)s” is no time; write it like 09:00.", text=text)) from error


def _check_days(text: str) -> None:
    try:
        read_days(text)
    except ValueError as error:
        raise ValidationError(_("Write each day like 2026-12-31, on a line of its own.")) from error


def _check_country(code: str) -> None:
    if code and code not in dict(_countries()):
        raise ValidationError(_("The holidays of “%(code)s” are not known.", code=code))


class WorktimeSettings(Schema):
    """When the company works: limits of stages and deadlines are counted in this time."""

    weekdays = fields.List(
        fields.Integer(validate=validate.OneOf(list(WEEKDAYS), list(WEEKDAYS.values()))),
        load_default=[0, 1, 2, 3, 4],
        validate=validate.Length(1, error=lazy("Choose at least one day.")),
        metadata={"label": lazy("Working days"), "choices": tuple(WEEKDAYS.items())},
    )
    work_from = fields.String(load_default="09:00", validate=_check_time, metadata={"label": lazy("Work begins at")})
    work_to = fields.String(load_default="18:00", validate=_check_time, metadata={"label": lazy("Work ends at")})
    country = fields.String(
        load_default="",
        validate=_check_country,
        metadata={"label": lazy("Public holidays of"), "choices": _countries, "widget": "select"},
    )
    free_days = fields.String(
        load_default="",
        validate=_check_days,
        metadata={
            "label": lazy("Days off besides"),
            "widget": "textarea",
            "help": lazy("One a line, like 2026-12-31."),
        },
    )
    working_days = fields.String(
        load_default="",
        validate=_check_days,
        metadata={
            "label": lazy("Days worked in spite of that"),
            "widget": "textarea",
            "help": lazy("One a line, like 2026-12-31."),
        },
    )

    @validates_schema
    def check_hours(self, values: dict[str, Any], **_about: Any) -> None:
        """Raises ValidationError for a working day that ends before it begins."""
        begins, ends = values.get("work_from", "09:00"), values.get("work_to", "18:00")
        if read_minutes(begins) >= read_minutes(ends):
            raise ValidationError(_("Work must end later than it begins."), "work_to")


def calendar_of(crm: CRM) -> Calendar:
    """Returns the company's calendar, as its settings tell it."""
    return once(GROUP, lambda: _read_calendar(crm))


def calendar_from(crm: CRM, values: Mapping[str, Any]) -> Calendar:
    """Returns the calendar that settings would make, kept or not."""
    return _calendar(
        crm.config.zone,
        frozenset(values["weekdays"]),
        read_minutes(values["work_from"]),
        read_minutes(values["work_to"]),
        values["country"],
        frozenset(read_days(values["free_days"])),
        frozenset(read_days(values["working_days"])),
    )


def read_minutes(text: str) -> int:
    """Returns the minutes since midnight of a time such as 9:00 or 24:00; raises ValueError."""
    found = _TIME.fullmatch(text.strip())
    minutes = int(found[1]) * 60 + int(found[2]) if found else None
    if minutes is None or minutes > 24 * 60:
        raise ValueError(text)
    return minutes


def read_days(text: str) -> list[date]:
    """Returns the days of a text with one ISO day a line; raises ValueError."""
    return [date.fromisoformat(one) for one in re.split(r"[\s,;]+", text) if one]


def _read_calendar(crm: CRM) -> Calendar:
    return calendar_from(crm, crm.settings.get(GROUP))


@lru_cache(maxsize=4)
def _calendar(*facts: Any) -> Calendar:
    """Returns one calendar for the same facts, so that what it knows of days serves the next one who asks."""
    return Calendar(*facts)

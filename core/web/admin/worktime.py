"""The company's year as its working time makes it: shown beside the settings, and anew while they are changed."""

from calendar import Calendar as Weeks
from dataclasses import dataclass
from datetime import date
from typing import Any

from babel.dates import format_date, get_day_names
from flask import Blueprint, request

from core.errors import InvalidInput
from core.i18n import Text, _, language
from core.web.context import crm, needs
from core.web.forms import SchemaForm
from core.web.pages import page
from core.worktime import Calendar, holiday_names
from core.worktime_settings import GROUP, WorktimeSettings, calendar_from

blueprint = Blueprint("worktime", __name__)
# What a day looks like, from what weighs most.
WORKED, OFF, HOLIDAY, WEEKEND, WORKING = "worked", "off", "holiday", "weekend", "working"


@dataclass(frozen=True)
class Day:
    """A day of the year with its look; `title` says why it is no usual one."""

    day: date
    look: str
    title: Text = ""


@dataclass(frozen=True)
class Month:
    """A month: its name, and its weeks with None for days of other months."""

    name: str
    weeks: list[list[Day | None]]


@blueprint.post("/year")
@needs("admin.settings")
def preview() -> str:
    """Shows the year as the form would make it, without saving anything."""
    sentence, values = "", crm().settings.get(GROUP)
    try:
        values = {**values, **SchemaForm(WorktimeSettings).read(request.form, partial=True)}
    except InvalidInput as error:
        sentence = next((found[0] for found in error.fields.values()), str(error))
    return page("admin/_year.html", year=year_of(values), sentence=sentence)


def year_of(values: dict[str, Any]) -> dict[str, Any]:
    """Returns what the year's template shows of these settings: the present year, in the company's time."""
    calendar, year = calendar_from(crm(), values), crm().today().year
    names = holiday_names(calendar.country, year, language())
    months = [_month(calendar, names, year, month) for month in range(1, 13)]
    days = [day for month in months for week in month.weeks for day in week if day]
    return {
        "number": year,
        "months": months,
        "weekdays": [get_day_names("narrow", "stand-alone", language())[number] for number in range(7)],
        "working": sum(day.look in (WORKING, WORKED) for day in days),
        "holidays": [day for day in days if day.look == HOLIDAY],
        "today": crm().today(),
    }


def _month(calendar: Calendar, names: dict[date, str], year: int, month: int) -> Month:
    weeks = [
        [_day(calendar, names, day) if day.month == month else None for day in week]
        for week in Weeks().monthdatescalendar(year, month)
    ]
    return Month(format_date(date(year, month, 1), "LLLL", locale=language()), weeks)


def _day(calendar: Calendar, names: dict[date, str], day: date) -> Day:
    if day in calendar.working:
        return Day(day, WORKED, _("worked in spite of that"))
    if day in calendar.free:
        return Day(day, OFF, _("day off"))
    if day in names:
        return Day(day, HOLIDAY, names[day])
    return Day(day, WORKING if day.weekday() in calendar.weekdays else WEEKEND)

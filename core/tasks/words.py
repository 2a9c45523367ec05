"""The fixed words about tasks: kinds, states, with their icons and colours, and when a task is due."""

from datetime import date, datetime, timedelta
from zoneinfo import ZoneInfo

from babel import dates

from core.i18n import _, format_date, language, lazy, ngettext

OPEN, HELD, REPORTED, DONE, CANCELLED = "open", "held", "reported", "done", "cancelled"
STATES = {
    OPEN: lazy("Open"),
    HELD: lazy("On hold"),
    REPORTED: lazy("Reported as done"),
    DONE: lazy("Done"),
    CANCELLED: lazy("Cancelled"),
}
STATE_COLOURS = {OPEN: "azure", HELD: "yellow", REPORTED: "purple", DONE: "green", CANCELLED: "secondary"}
BY_HAND, STAGE, LOSS, INTERACTION, ANSWER = "", "stage", "loss", "interaction", "answer"
KINDS = {
    BY_HAND: lazy("Made by hand"),
    STAGE: lazy("Stage of a deal"),
    LOSS: lazy("Loss to work up"),
    INTERACTION: lazy("Beginning of a deal"),
    ANSWER: lazy("Message to answer"),
}
KIND_ICONS = {BY_HAND: "checkbox", STAGE: "route", LOSS: "thumb-down", INTERACTION: "message-circle", ANSWER: "message"}
# When an open task is due, as it stands in filters and headings.
LATE, TODAY, WEEK, LATER = "late", "today", "week", "later"
DUES = {LATE: lazy("Overdue"), TODAY: lazy("Today"), WEEK: lazy("This week"), LATER: lazy("Later")}
# A task of a day is due when its working hours end.
DAY_END = timedelta(hours=18)
_NAMED_DAYS = 6


def due_bounds(today: date) -> tuple[date, date]:
    """Returns the first day after today and the first after this week: where the spans of DUES end."""
    return today + timedelta(days=1), today + timedelta(days=7 - today.weekday())


def due_words(due_at: datetime | None, now: datetime, zone: ZoneInfo) -> str:
    """Returns when an open task is due as one says it: “2 days late”, “today, 18:00”, “Friday, 10:00”, a date."""
    if due_at is None:
        return ""
    due, here = due_at.astimezone(zone), now.astimezone(zone)
    days = (due.date() - here.date()).days
    if days < 0:
        return ngettext("one day late", "%(n)s days late", -days)
    time = f"{due:%H:%M}"
    if days == 0:
        return _("late since %(time)s", time=time) if due < here else _("today, %(time)s", time=time)
    if days == 1:
        return _("tomorrow, %(time)s", time=time)
    if days <= _NAMED_DAYS:
        return f"{dates.format_date(due.date(), 'EEEE', locale=language())}, {time}"
    return format_date(due.date())

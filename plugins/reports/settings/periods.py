"""Periods of reports: half-open spans of days, by name, before, a year before, and in words. Pure."""

from dataclasses import dataclass
from datetime import date, timedelta

from babel.dates import format_skeleton

from core.api import fields, format_date, language
from core.api import gettext as _

PRESETS = (
    *("today", "this_week", "last_week", "this_month", "last_month", "this_quarter", "last_quarter"),
    *("this_year", "last_year", "this_month_to_date", "this_quarter_to_date", "this_year_to_date"),
    *("last_7_days", "last_30_days", "last_90_days", "last_12_months"),
)


@dataclass(frozen=True)
class Period:
    """The days from `first` up to, not including, `until`; None leaves a side open."""

    first: date | None = None
    until: date | None = None

    @property
    def is_bounded(self) -> bool:
        """Whether both sides are set."""
        return self.first is not None and self.until is not None

    @property
    def last(self) -> date | None:
        """The last day that belongs to it."""
        return self.until - timedelta(days=1) if self.until else None

    def before(self) -> "Period":
        """Returns the period just before: as many months if it is whole months, else as many days."""
        months = self._months()
        if months:
            return Period(add_months(self.first, -months), self.first)
        return Period(self.first - (self.until - self.first), self.first)

    def year_before(self) -> "Period":
        """Returns the same days a year before."""
        return Period(add_months(self.first, -12), add_months(self.until, -12))

    def words(self) -> str:
        """Returns it as the reader writes it: "March 2026", "2026", or its first and last day."""
        months = self._months()
        if months == 12 and self.first.month == 1:
            return format_skeleton("y", self.first, locale=language())
        if months == 3 and self.first.month % 3 == 1:
            return format_skeleton("yQQQQ", self.first, locale=language())
        if months == 1:
            return format_skeleton("yMMMM", self.first, locale=language())
        if self.is_bounded:
            return f"{format_date(self.first)} – {format_date(self.last)}"
        if self.first:
            return _("from %(day)s", day=format_date(self.first))
        return _("until %(day)s", day=format_date(self.last)) if self.until else _("all time")

    def _months(self) -> int:
        if not self.is_bounded or self.first.day != 1 or self.until.day != 1:
            return 0
        return (self.until.year - self.first.year) * 12 + self.until.month - self.first.month


def add_months(day: date, months: int) -> date:
    """Returns the same day `months` later, or the month's last day where it has no such day."""
    index = day.year * 12 + day.month - 1 + months
    year, month = divmod(index, 12)
    following = date(year + (month == 11), (month + 1) % 12 + 1, 1)
    return min(date(year, month + 1, 1) + timedelta(days=day.day - 1), following - timedelta(days=1))


def steps(period: Period, months: int) -> list[Period]:
    """Returns the calendar months (1), quarters (3) or years (12) that a bounded period touches, cut at its ends."""
    start = date(period.first.year, (period.first.month - 1) // months * months + 1, 1)
    found = []
    while start < period.until:
        end = add_months(start, months)
        found.append(Period(max(start, period.first), min(end, period.until)))
        start = end
    return found


def preset(name: str, today: date) -> Period:
    """Returns the period of a name such as `last_quarter` or `last_30_days`; InvalidInput for an unknown one."""
    if name == "all":
        return Period()
    return Period(*fields.period_days(name, today))


def period_of(period: Period, first: date, last: date) -> Period:
    """Returns the period with its open sides set by the first and last day on which there is something."""
    return Period(period.first or first, period.until or last + timedelta(days=1))

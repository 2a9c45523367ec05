"""Days and moments as people write them, and which of them are taken at all, whoever sends them."""

from datetime import date, datetime

from marshmallow import ValidationError

from core.i18n import _, language

# How the reader's language writes a day in figures; the day stands before the month in all of them.
SEPARATORS = {"en": "/", "sq": ".", "ru": "."}
_DAYS = ("%Y-%m-%d", "%d.%m.%Y", "%d/%m/%Y")
_TIMES = ("%H:%M", "%H:%M:%S")
_MOMENTS = ("%Y-%m-%dT%H:%M", "%Y-%m-%dT%H:%M:%S", *(f"{day} {time}" for day in _DAYS for time in _TIMES))


def day_of(text: str) -> date:
    """Returns the day of a text like 2026-12-31, 31.12.2026 or 31/12/2026; raises ValueError for any other."""
    return _parsed(text, _DAYS).date()


def local_moment_of(text: str) -> datetime:
    """Returns the moment, without a zone, of a day as in `day_of` with a time; raises ValueError for any other."""
    return _parsed(text, _MOMENTS)


def iso_day(text: str) -> str:
    """Returns the day in the order of machines, 2026-12-31; what is no day stays as it is, for others to refuse."""
    try:
        return day_of(text).isoformat()
    except ValueError:
        return text


def written_day(day: date) -> str:
    """Returns a day in figures in the order of the reader's language, as a field for days takes it."""
    return day.strftime("%d{0}%m{0}%Y".format(SEPARATORS.get(language(), "/")))


def check_moment(moment: datetime | None) -> None:
    """Raises ValidationError for a moment that no calendar of ours shows."""
    if moment is not None and not 1900 <= moment.year <= 2200:
        raise ValidationError(_("Give a moment between the years 1900 and 2200."))


def _parsed(text: str, forms: tuple[str, ...]) -> datetime:
    for form in forms:
        try:
            return datetime.strptime(text.strip(), form)  # noqa: DTZ007 - neither a day nor a local time has a zone
        except ValueError:
            continue
    raise ValueError(text)

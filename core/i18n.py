"""Words in the reader's language: gettext catalogues of core and plugins, and how dates, numbers, money are written.

The language is a context variable, so that services and jobs can speak a user's language without Flask.
"""

import logging
import struct
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from contextvars import ContextVar
from datetime import date, datetime, timedelta
from decimal import Decimal
from functools import lru_cache
from pathlib import Path
from zoneinfo import ZoneInfo

from babel import Locale, dates, numbers
from babel.support import NullTranslations, Translations

from core.money import format_money as _format_money

log = logging.getLogger("hinka.i18n")

LANGUAGE_NAMES = {"en": "English", "sq": "Shqip", "ru": "Русский"}
_language: ContextVar[str] = ContextVar("hinka_language", default="en")
_folders: list[Path] = []
_catalogues: dict[str, NullTranslations] = {}


def load_catalogues(folders: Sequence[Path]) -> None:
    """Takes the catalogues of these `translations/` folders; later folders don't override earlier ones.

    A language is read when it is first spoken: a command in English need not wait for Russian.
    A catalogue that can't be read is named in the log, and its words stay English.
    """
    _folders[:] = folders
    _catalogues.clear()


def _read() -> NullTranslations:
    """Returns the words of the present language, which are at hand from now on."""
    code = _language.get()
    catalogue: NullTranslations = NullTranslations()
    for folder in reversed(_folders):  # babel's merge lets the later one win
        found = _read_one(folder, code)
        if isinstance(found, Translations):
            catalogue = catalogue.merge(found) if isinstance(catalogue, Translations) else found
    _catalogues[code] = catalogue
    return catalogue


def _read_one(folder: Path, code: str) -> NullTranslations:
    try:
        return Translations.load(folder, [code])
    except (OSError, ValueError, struct.error) as error:
        log.warning("The words of %s in %s can't be read: %s", folder, code, error)
        return NullTranslations()


def language() -> str:
    """Returns the language of the present reader."""
    return _language.get()


@contextmanager
def speaking(code: str) -> Iterator[None]:
    """Runs the block in a language."""
    token = _language.set(code if code in LANGUAGE_NAMES else "en")
    try:
        yield
    finally:
        _language.reset(token)


def gettext(message: str, **values: object) -> str:
    """Returns the message in the reader's language, with `%(name)s` filled in."""
    catalogue = _catalogues.get(_language.get()) or _read()
    # A catalogue keeps its head under the empty text.
    text = catalogue.gettext(message) if message else message
    return _filled(text, values) if values else text


def ngettext(singular: str, plural: str, n: int, **values: object) -> str:
    """Returns the form of the message that fits the number `n`, which it may show as `%(n)s`."""
    catalogue = _catalogues.get(_language.get()) or _read()
    text = catalogue.ngettext(singular, plural, n)
    return _filled(text, {"n": format_number(n), **values})


def _filled(text: str, values: Mapping[str, object]) -> str:
    """Returns the text with its values; one that ends with a full stop ("28 нояб. 2026 г.") ends a sentence, too."""
    for name, value in values.items():
        end = f"%({name})s."
        if end in text and str(value).endswith("."):
            text = text.replace(end, end[:-1])
    return text % values


class LazyText:
    """A message that is translated each time it is shown: for labels made before the reader is known."""

    __slots__ = ("message", "values")

    def __init__(self, message: str, **values: object) -> None:
        self.message = message
        self.values = values

    def __str__(self) -> str:
        return gettext(self.message, **self.values)

    def format(self, *args: object, **values: object) -> str:
        """Returns the text filled in as `str.format` does: marshmallow's validators ask for it."""
        return str(self).format(*args, **values)

    def __html__(self) -> str:
        from markupsafe import escape  # only pages need it

        return str(escape(str(self)))

    def __eq__(self, other: object) -> bool:
        return isinstance(other, LazyText) and (self.message, self.values) == (other.message, other.values)

    def __hash__(self) -> int:
        return hash(self.message)

    def __repr__(self) -> str:
        return f"lazy({self.message!r})"


Text = str | LazyText
_ = gettext
lazy = LazyText


def format_number(value: int | float | Decimal | None, digits: int | None = None) -> str:
    """Returns a number as the reader writes it, a dash for None."""
    if value is None:
        return "—"
    pattern = None if digits is None else "#,##0" + ("." + "0" * digits if digits else "")
    return _written_number(value, pattern, _language.get())


def group_sign() -> str:
    """Returns the sign that the reader writes between thousands, if it is a comma or a point: English "1,234"."""
    sign = numbers.get_group_symbol(_language.get())
    return sign if sign in (",", ".") else ""


def format_percent(value: float | None, digits: int = 0) -> str:
    """Returns a share from 0 to 1 as per cent, a dash for None."""
    if value is None:
        return "—"
    return _written_percent(_rounded_share(value, digits), digits, _language.get())


def format_money(value: Decimal | None, currency: str) -> str:
    """Returns money as the reader writes it, a dash for None."""
    return _format_money(value, currency, _language.get())


def format_whole_money(value: Decimal | None, currency: str) -> str:
    """Returns money rounded to whole units as the reader writes it, a dash for None."""
    if value is None:
        return "—"
    return _written_whole_money(round(value), currency, _language.get())


def format_duration(length: timedelta | None) -> str:
    """Returns a length of time in whole days, hours or minutes as the reader writes it, a dash for None."""
    if length is None:
        return "—"
    minutes = max(int(length.total_seconds()) // 60, 0)
    if minutes >= 24 * 60:
        return ngettext("%(n)s day", "%(n)s days", minutes // (24 * 60))
    if minutes >= 60:
        return ngettext("%(n)s hour", "%(n)s hours", minutes // 60)
    return ngettext("%(n)s minute", "%(n)s minutes", minutes) if minutes else gettext("under a minute")


def format_date(day: date | None) -> str:
    """Returns a day as the reader writes it, an empty text for None."""
    return "" if day is None else _written_day(day, _date_locale())


def format_moment(moment: datetime | None, zone: ZoneInfo) -> str:
    """Returns a moment, in `zone`, as the reader writes it; an empty text for None."""
    if moment is None:
        return ""
    local = moment.astimezone(zone)
    return f"{format_date(local.date())}, {local:%H:%M}"


# Days, numbers and sums come again from row to row and from page to page, and the locale's rules are slow.
@lru_cache(maxsize=10_000)
def _written_day(day: date, locale: str) -> str:
    return dates.format_date(day, "medium", locale=locale)


@lru_cache(maxsize=10_000)
def _written_number(value: int | float | Decimal, pattern: str | None, locale: str) -> str:
    return numbers.format_decimal(value, format=pattern, locale=locale)


@lru_cache(maxsize=10_000)
def _rounded_share(value: float, digits: int) -> Decimal:
    return round(Decimal(str(value)), digits + 2) + 0  # never "-0"


@lru_cache(maxsize=10_000)
def _written_percent(value: Decimal, digits: int, locale: str) -> str:
    pattern = "#,##0" + ("." + "0" * digits if digits else "") + "%"
    return numbers.format_percent(value, format=pattern, locale=locale)


@lru_cache(maxsize=10_000)
def _written_whole_money(value: int, currency: str, locale: str) -> str:
    pattern = Locale.parse(locale).currency_formats["standard"].pattern
    return numbers.format_currency(
        value, currency, format=pattern.replace(".00", ""), locale=locale, currency_digits=False
    )


def _date_locale() -> str:
    # Our readers of English live in Europe: the day stands before the month, and the clock has 24 hours.
    return {"en": "en_GB"}.get(_language.get(), _language.get())

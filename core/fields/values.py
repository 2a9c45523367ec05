"""The values of conditions: read from what a person, an address or a saved filter gives, strictly, into what SQL takes.

Every refusal names the field and says what would do.
"""

from dataclasses import dataclass
from datetime import date, datetime, timedelta
from decimal import Decimal, InvalidOperation
from typing import Any

from core.clock import start_of_day
from core.errors import InvalidInput
from core.fields.periods import period_days
from core.fields.tree import Field
from core.i18n import _
from core.moments import day_of
from core.money import parse_amount, to_units
from core.runtime import CRM
from core.store.database import is_postgres
from core.store.fields import to_microseconds
from core.users.access import seen_owner_ids

LONGEST_TEXT = 1_000
MOST_VALUES = 1_000
ME = "me"
MY_TEAM = "my_team"
_LIMIT = 1 << 63
_YES = {True, "true", "yes", "1"}
_NO = {False, "false", "no", "0"}


@dataclass(frozen=True)
class Range:
    """A stretch of time as the database compares it: `begin` included, `end` not."""

    begin: Any
    end: Any


def read_value(crm: CRM, field: Field, op: str, value: Any, user: Any) -> Any:
    """Returns the operand of a positive operator as SQL takes it; raises InvalidInput for a value that does not fit."""
    if op == "not_empty":
        return None
    if op == "in":
        if not isinstance(value, list) or not value:
            raise _wrong(field, _("choose at least one value"))
        if len(value) > MOST_VALUES:
            raise _wrong(field, _("at most %(n)s values can be listed", n=MOST_VALUES))
        return [item for one in value for item in _several(_one(crm, field, one, user))]
    if op == "between":
        if not isinstance(value, list) or len(value) != 2:
            raise _wrong(field, _("give the first and the last value"))
        low, high = (_one(crm, field, one, user) for one in value)
        return Range(low.begin, high.end) if isinstance(low, Range) else (low, high)
    return _one(crm, field, value, user)


def _several(found: Any) -> list[Any]:
    return found if isinstance(found, list) else [found]


def _one(crm: CRM, field: Field, value: Any, user: Any) -> Any:
    if value is None or value == "" or isinstance(value, list):
        raise _wrong(field, _("a value is missing"))
    return _READERS[field.kind](crm, field, value, user)


def _text(crm: CRM, field: Field, value: Any, user: Any) -> str:
    text = str(value)
    if not isinstance(value, str | int | float) or len(text) > LONGEST_TEXT or "\0" in text or not _is_encodable(text):
        raise _wrong(field, _("type a text of at most %(n)s characters", n=LONGEST_TEXT))
    return text


def _decimal(crm: CRM, field: Field, value: Any, user: Any) -> Decimal:
    try:
        number = parse_amount(value, thousands=",") if isinstance(value, str) else Decimal(str(value))
    except (ValueError, InvalidOperation) as error:
        raise _wrong(field, _("“%(value)s” is no number", value=str(value)[:40])) from error
    if isinstance(value, bool) or not number.is_finite() or abs(number) * 10_000 >= _LIMIT:
        raise _wrong(field, _("“%(value)s” is no number", value=str(value)[:40]))
    return number


def _number(crm: CRM, field: Field, value: Any, user: Any) -> Any:
    number = _decimal(crm, field, value, user)
    if is_postgres(crm.database):
        return number
    return int(number) if number == number.to_integral_value() else float(number)


def _money(crm: CRM, field: Field, value: Any, user: Any) -> Any:
    if field.json_key:
        return _number(crm, field, value, user)
    return to_units(_decimal(crm, field, value, user))


def _time(crm: CRM, field: Field, value: Any, user: Any) -> Range:
    """Returns the stretch that a day, a moment or a relative period means in the company's time zone."""
    if isinstance(value, dict) and set(value) == {"period"}:
        days = period_days(str(value["period"]), crm.today())
    else:
        found = _day_or_moment(field, value)
        if isinstance(found, datetime):
            if field.kind == "moment":
                at = found if found.tzinfo else found.replace(tzinfo=crm.config.zone)
                return Range(to_microseconds(at), to_microseconds(at) + 1)
            found = found.date()
        days = (found, found + timedelta(days=1))
    if field.kind == "moment":
        begin, end = (to_microseconds(start_of_day(day, crm.config.zone)) for day in days)
        return Range(begin, end)
    if field.json_key or not is_postgres(crm.database):
        return Range(days[0].isoformat(), days[1].isoformat())
    return Range(*days)


def _day_or_moment(field: Field, value: Any) -> date | datetime:
    try:
        if isinstance(value, datetime):
            found = value
        elif isinstance(value, date):
            return value
        else:
            text = str(value)
            found = day_of(text) if len(text) == 10 else datetime.fromisoformat(text)
        # The first and last years have no neighbours to compare with in other time zones.
        if 1 < found.year < 9999:
            return found
    except ValueError:
        pass
    raise _wrong(field, _("“%(value)s” is no date; write it like 2026-11-23", value=str(value)[:40]))


def _choice(crm: CRM, field: Field, value: Any, user: Any) -> Any:
    known = {str(one): one for one, _label in field.pairs()}
    if str(value) not in known:
        listed = ", ".join(list(known)[:10])
        raise _wrong(field, _("“%(value)s” is no choice; choose one of %(known)s", value=str(value)[:40], known=listed))
    return known[str(value)]


def _bool(crm: CRM, field: Field, value: Any, user: Any) -> bool:
    if isinstance(value, bool | int | str) and value in _YES | _NO:
        return value in _YES
    raise _wrong(field, _("choose yes or no"))


def _user(crm: CRM, field: Field, value: Any, user: Any) -> Any:
    if value in (ME, MY_TEAM):
        if user is None:
            raise _wrong(field, _("“me” means nobody here; choose a user"))
        return user.id if value == ME else seen_owner_ids(user)
    return _link(crm, field, value, user)


def _link(crm: CRM, field: Field, value: Any, user: Any) -> int:
    try:
        found = int(value) if not isinstance(value, bool | float) else -1
    except (TypeError, ValueError) as error:
        raise _wrong(field, _("choose a record from the list")) from error
    if not 0 <= found < _LIMIT:
        raise _wrong(field, _("choose a record from the list"))
    return found


def _is_encodable(text: str) -> bool:
    return not any("\ud800" <= sign <= "\udfff" for sign in text)


def _wrong(field: Field, reason: str) -> InvalidInput:
    sentence = _("The filter on “%(field)s” can't be used: %(reason)s.", field=str(field.label), reason=reason)
    return InvalidInput(sentence, fields={field.name: [reason]})


_READERS = {
    "text": _text,
    "number": _number,
    "money": _money,
    "date": _time,
    "moment": _time,
    "choice": _choice,
    "multichoice": _choice,
    "bool": _bool,
    "user": _user,
    "link": _link,
}

"""The operators of filters: which fit which kind of field, what value each takes, and the SQL of one comparison.

Only the positive operators have SQL of their own; a negative one (`not_equal`, `not_in`, `not_contains`, `empty`) is
true exactly where its positive is not, so records without a value are among what `not_equal` finds.
"""

from typing import Any

from peewee import SQL, Expression, NodeList, Value, fn

from core.fields.tree import Field
from core.fields.values import Range
from core.i18n import lazy
from core.runtime import CRM
from core.store.database import is_postgres

NEGATIVE = {"not_equal": "equal", "not_in": "in", "not_contains": "contains", "empty": "not_empty"}
WITHOUT_VALUE = ("empty", "not_empty")
WITH_LIST = ("in", "not_in")
_SAME = ("equal", "not_equal", "in", "not_in")
_ORDER = ("less", "less_equal", "greater", "greater_equal", "between")
_HOLDS = ("contains", "not_contains")
OPERATORS = {
    "text": ("equal", "contains", "not_equal", "not_contains", "starts", "in", "not_in", *WITHOUT_VALUE),
    "number": (*_SAME, *_ORDER, *WITHOUT_VALUE),
    "money": (*_SAME, *_ORDER, *WITHOUT_VALUE),
    "date": ("equal", "not_equal", *_ORDER, *WITHOUT_VALUE),
    "moment": ("equal", "not_equal", *_ORDER, *WITHOUT_VALUE),
    "choice": (*_SAME, *WITHOUT_VALUE),
    "multichoice": (*_SAME, *_HOLDS, *WITHOUT_VALUE),
    "bool": ("equal", "not_equal", *WITHOUT_VALUE),
    "user": (*_SAME, *WITHOUT_VALUE),
    "link": (*_SAME, *WITHOUT_VALUE),
}
LABELS = {
    "equal": lazy("is"),
    "not_equal": lazy("is not"),
    "in": lazy("is one of"),
    "not_in": lazy("is none of"),
    "less": lazy("less than"),
    "less_equal": lazy("at most"),
    "greater": lazy("more than"),
    "greater_equal": lazy("at least"),
    "between": lazy("between"),
    "contains": lazy("contains"),
    "not_contains": lazy("does not contain"),
    "starts": lazy("starts with"),
    "empty": lazy("is empty"),
    "not_empty": lazy("is not empty"),
}
DATE_LABELS = {
    "equal": lazy("is"),
    "less": lazy("before"),
    "less_equal": lazy("until"),
    "greater": lazy("after"),
    "greater_equal": lazy("since"),
}
MULTI_LABELS = {"equal": lazy("includes"), "not_equal": lazy("does not include"), "in": lazy("includes one of")}


def operator_label(kind: str, op: str) -> str:
    """Returns what an operator is called for a kind of field."""
    special = {"date": DATE_LABELS, "moment": DATE_LABELS, "multichoice": MULTI_LABELS}.get(kind, {})
    return str(special.get(op, LABELS[op]))


def is_true(crm: CRM, field: Field, source: Any, op: str, operand: Any, user: Any) -> Expression:
    """Returns the SQL of a positive operator on a field of `source`; it may be NULL where the field is empty."""
    if field.test is not None:
        return field.test(source, op, operand, user)
    if field.kind == "multichoice":
        return _has_choice(crm, field, source, op, operand)
    column = field.of(source)
    if op == "not_empty":
        return column.is_null(False) & (column != "") if field.kind in ("text", "choice") else column.is_null(False)
    if field.kind == "text":
        return _text(crm, column, op, operand)
    if isinstance(operand, Range):
        return _range(column, op, operand)
    return _plain(column, op, operand)


def null_of(field: Field, source: Any) -> Expression | None:
    """Returns the SQL that tells where the comparison of this field is NULL, or None if it never is."""
    if field.test is not None or field.members is not None:
        return None
    return field.of(source).is_null()


def _plain(column: Any, op: str, operand: Any) -> Expression:
    if op == "in":
        return column << [_bound(value) for value in operand]
    if op == "between":
        low, high = operand
        return (column >= _bound(low)) & (column <= _bound(high))
    bound = _bound(operand)
    return {
        "equal": lambda: column == bound,
        "less": lambda: column < bound,
        "less_equal": lambda: column <= bound,
        "greater": lambda: column > bound,
        "greater_equal": lambda: column >= bound,
    }[op]()


def _range(column: Any, op: str, days: Range) -> Expression:
    """Compares with a stretch of time, begin included and end not: a whole day, month or moment."""
    begin, end = _bound(days.begin), _bound(days.end)
    return {
        "equal": lambda: (column >= begin) & (column < end),
        "between": lambda: (column >= begin) & (column < end),
        "less": lambda: column < begin,
        "less_equal": lambda: column < end,
        "greater": lambda: column >= end,
        "greater_equal": lambda: column >= begin,
    }[op]()


def _text(crm: CRM, column: Any, op: str, operand: Any) -> Expression:
    if op not in ("contains", "starts"):
        return _plain(column, op, operand)
    on_postgres = is_postgres(crm.database)
    if not operand.isascii():
        # LIKE of SQLite, and ILIKE of PostgreSQL with the locale C, ignore the case of Latin letters only.
        lower = fn.lower(NodeList((column, SQL('COLLATE "und-x-icu"')))) if on_postgres else fn.lower_unicode(column)
        column, operand = lower, operand.lower()
    escaped = operand.replace("\\", "\\\\").replace("%", "\\%").replace("_", "\\_")
    pattern = f"%{escaped}%" if op == "contains" else f"{escaped}%"
    like = SQL("ILIKE" if on_postgres else "LIKE")
    return NodeList((column, like, _bound(pattern), SQL("ESCAPE"), _bound("\\")), parens=True)


def _has_choice(crm: CRM, field: Field, source: Any, op: str, operand: Any) -> Expression:
    wanted = operand if isinstance(operand, list) else [operand]
    if field.members is not None:
        members = field.members.model.alias()
        found = members.select(getattr(members, field.members.owner))
        if op != "not_empty":
            found = found.where(getattr(members, field.members.value) << wanted)
        return source.id << found
    if is_postgres(crm.database):
        listed = fn.jsonb_extract_path(source.properties, field.json_key, coerce=False)
        if op == "not_empty":
            return (fn.jsonb_typeof(listed) == "array") & (listed.cast("text") != "[]")
        return fn.jsonb_exists_any(listed, Value(wanted, converter=False, unpack=False).cast("text[]"))
    path = _bound(f'$."{field.json_key}"')
    if op == "not_empty":
        return fn.json_array_length(source.properties, path, coerce=False) > 0
    marks = NodeList([_bound(value) for value in wanted], glue=", ", parens=True)
    inner = (SQL("EXISTS (SELECT 1 FROM json_each("), source.properties, SQL(","), path)
    return NodeList((*inner, SQL(") AS held WHERE held.value IN"), marks, SQL(")")))


def _bound(value: Any) -> Value:
    return Value(value, converter=False)

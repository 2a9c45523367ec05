"""Conditions as addresses have them: most are short and can be read, like `owner=5` or `closed_at:less=2026-01-01`.

Any condition may also be written as JSON, and what the short form can't tell is. A page with a thousand numbers, each
of which opens its list, is half as long by it (docs/decisions/0019-short-conditions-in-addresses.md).
"""

import json
import re
from collections.abc import Mapping
from typing import Any

UNREADABLE = "“{}” is no condition"
# Characters of the short form that the query of an address bears as they are.
SAFE = "=:,"
_MANY = ("in", "not_in", "between")
_NAME = re.compile(r"[a-z][\w.]*", re.ASCII)
# Of a number any other way to write it is a text: what is read is what was written.
_NUMBER = re.compile(r"0|-?[1-9][0-9]{0,17}")
_SHORT = re.compile(rf"({_NAME.pattern})(?::([a-z_]+))?(?:=(.*))?", re.ASCII | re.DOTALL)


def as_text(condition: Mapping[str, Any]) -> str:
    """Returns a condition as an address has it."""
    short = _short(condition)
    return json.dumps(condition, ensure_ascii=False, separators=(",", ":")) if short is None else short


def from_text(text: str) -> Any:
    """Returns what a text means: a condition, or what its JSON holds; raises ValueError for what is neither."""
    if text.startswith(("{", "[")):
        try:
            return json.loads(text)
        except RecursionError as error:
            raise ValueError(UNREADABLE.format(text[:40])) from error
    found = _SHORT.fullmatch(text)
    if found is None or (found[2] is None and found[3] is None):
        raise ValueError(UNREADABLE.format(text[:40]))
    condition: dict[str, Any] = {"field": found[1], "op": found[2] or "equal"}
    if found[3] is not None:
        condition["value"] = [_value(one) for one in found[3].split(",")] if found[2] in _MANY else _value(found[3])
    return condition


def _short(condition: Mapping[str, Any]) -> str | None:
    """Returns the short form of a condition, None where it has none."""
    field, op = condition["field"], condition["op"]
    if not _NAME.fullmatch(field) or not re.fullmatch("[a-z_]+", op) or len(condition) > 2 + ("value" in condition):
        return None
    if "value" not in condition:
        return f"{field}:{op}"
    value, start = condition["value"], field if op == "equal" else f"{field}:{op}"
    if op not in _MANY:
        return f"{start}={value}" if _is_plain(value) else None
    is_plain = isinstance(value, list) and value and all(_is_plain(one) and "," not in str(one) for one in value)
    return f"{start}={','.join(map(str, value))}" if is_plain else None


def _is_plain(value: Any) -> bool:
    """Tells whether a value is read back from its plain text as it was: no truth, no fraction, no text of digits."""
    if isinstance(value, str):
        return not _NUMBER.fullmatch(value)
    return type(value) is int and bool(_NUMBER.fullmatch(str(value)))


def _value(text: str) -> int | str:
    return int(text) if _NUMBER.fullmatch(text) else text

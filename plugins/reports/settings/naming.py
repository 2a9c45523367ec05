"""How saved settings name things: kept by number, so that a rename changes nothing, and written out by name."""

from collections.abc import Mapping, Sequence
from typing import Any

from core.api import CRM, InvalidInput, User, fields
from plugins.reports.funnel.types import deal_types
from plugins.reports.settings.conditions import PARAMETER, is_of_records, read_condition, read_conditions
from plugins.reports.settings.parameters import read_types

Pairs = list[tuple[str, str]]
TYPE = "type"


def numbered(crm: CRM, user: User, known: Sequence[str], pairs: Sequence[tuple[str, str]], of: str = "deal") -> Pairs:
    """Returns the parameters with types and linked records by number; raises InvalidInput for a name nobody bears.

    `known` are the parameters of the report; all others are filters on records of the kind `of`.
    """
    given: dict[str, list[str]] = {}
    for name, value in pairs:
        if value.strip():
            given.setdefault(name, []).append(value.strip())
    found: Pairs = []
    for name, values in given.items():
        if name == TYPE and TYPE in known:
            found += [(TYPE, str(type_id)) for type_id in read_types(crm, values)]
        elif name not in known and is_of_records(crm, name, of):
            found.append((PARAMETER, fields.as_text(read_condition(crm, user, name, values, of))))
        else:
            found += [(name, value) for value in values]
    return found


def named(crm: CRM, user: User, pairs: Sequence[tuple[str, str]], of: str = "deal") -> Pairs:
    """Returns kept parameters with the names of today, where these say the same; else the numbers stay."""
    types = {str(type_id): name for type_id, name in deal_types(crm).items()}
    found: Pairs = []
    for name, value in pairs:
        if name == TYPE:
            found.append((TYPE, types.get(value, value)))
        else:
            found.append((name == PARAMETER and _by_name(crm, user, value, of)) or (name, value))
    return found


def _by_name(crm: CRM, user: User, text: str, of: str) -> tuple[str, str] | None:
    try:
        (condition,) = read_conditions(text)
        name, value = _in_names(crm, condition, of)
        # Only what is read back as the same: names may be borne twice, and some are not this reader's to read.
        return (name, value) if read_condition(crm, user, name, [value], of) == condition else None
    except (InvalidInput, ValueError):
        return None


def _in_names(crm: CRM, condition: Mapping[str, Any], of: str) -> tuple[str, str]:
    """Returns the parameter that means a condition on linked records; raises ValueError for any other."""
    path, op, value = condition["field"], condition.get("op"), condition.get("value")
    field = fields.resolve(crm, fields.entity(crm, of), path).field
    ids = value if isinstance(value, list) else [value]
    if not field.is_link or not all(isinstance(one, int) for one in ids):
        raise ValueError(path)
    titles = fields.titles(crm, field.target, ids)
    if len(titles) < len(set(ids)):
        raise ValueError(path)
    return path if op == "equal" else f"{path}:{op}", "|".join(str(titles[one]) for one in ids)

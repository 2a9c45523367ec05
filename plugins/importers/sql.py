"""Plain SQL for sets of rows: one question a chunk, on both databases."""

from collections.abc import Iterable, Sequence

from core.api import CRM


def fetch(crm: CRM, statement: str, params: Sequence = ()) -> list[tuple]:
    """Returns all rows of a statement written with `?`."""
    return crm.database.execute_sql(statement.replace("?", crm.database.param), tuple(params)).fetchall()


def fetch_in(crm: CRM, statement: str, values: Iterable, *before: object) -> list[tuple]:
    """Returns all rows of a statement whose `{marks}` stand for a list of values; no values, no question."""
    wanted = list(dict.fromkeys(values))
    found: list[tuple] = []
    for start in range(0, len(wanted), 5000):
        part = wanted[start : start + 5000]
        found += fetch(crm, statement.format(marks=", ".join("?" * len(part))), (*before, *part))
    return found


def change(crm: CRM, statement: str, params: Sequence = ()) -> int:
    """Runs a changing statement written with `?` and returns how many rows it changed."""
    return crm.database.execute_sql(statement.replace("?", crm.database.param), tuple(params)).rowcount

"""Plain SQL for sets of rows: one question a chunk, on both databases."""

from collections.abc import Iterable, Sequence

from core.api import CRM, bulk

_AT_ONCE = 5_000


def fetch(crm: CRM, statement: str, params: Sequence = ()) -> list[tuple]:
    """Returns all rows of a statement written with `?`."""
    return crm.database.execute_sql(statement.replace("?", crm.database.param), tuple(params)).fetchall()


def fetch_in(crm: CRM, statement: str, values: Iterable, *before: object) -> list[tuple]:
    """Returns all rows of a statement whose `IN ({marks})` stands for a list of values; no values, no question."""
    wanted = list(dict.fromkeys(values))
    if bulk.is_postgres(crm.database):
        # One array: thousands of marks take PostgreSQL's driver longer to read than the answer takes to come.
        statement = statement.replace("IN ({marks})", "= ANY(?)")
        return fetch(crm, statement, (*before, wanted)) if wanted else []
    found: list[tuple] = []
    for start in range(0, len(wanted), _AT_ONCE):
        part = wanted[start : start + _AT_ONCE]
        found += fetch(crm, statement.format(marks=", ".join("?" * len(part))), (*before, *part))
    return found


def fetch_each(crm: CRM, statement: str, values: Iterable[str], *before: object) -> list[tuple]:
    """Returns all rows of a statement whose last condition is `column {sought}`, for each of many texts.

    Each is found by an index: PostgreSQL, which has no statistics yet of what an import brought just now, is not left
    to think that reading all rows would do.
    """
    wanted = list(dict.fromkeys(values))
    if not bulk.is_postgres(crm.database):
        return fetch_in(crm, statement.replace("{sought}", "IN ({marks})"), wanted, *before)
    each = statement.replace("{sought}", "= wanted.text")
    lateral = f"SELECT found.* FROM unnest(?::text[]) AS wanted (text), LATERAL ({each} OFFSET 0) AS found"  # noqa: S608
    return fetch(crm, lateral, (wanted, *before)) if wanted else []


def change(crm: CRM, statement: str, params: Sequence = ()) -> int:
    """Runs a changing statement written with `?` and returns how many rows it changed."""
    return crm.database.execute_sql(statement.replace("?", crm.database.param), tuple(params)).rowcount


def marks(values: Iterable) -> str:
    """Returns the question marks for a list of values."""
    return ", ".join("?" for _value in values)

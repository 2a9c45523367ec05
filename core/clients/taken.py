"""Rows that were taken out of the database as JSON, and made again from it: what a merge drops, its undo puts back."""

import json
from collections.abc import Iterable, Sequence
from typing import Any

from peewee import chunked

from core.clients.attached import run
from core.runtime import CRM
from core.store.audit import as_json
from core.store.database import is_postgres

_AT_ONCE = 500


def take_away(crm: CRM, table: str, ids: Sequence[int]) -> list[dict[str, Any]]:
    """Deletes rows and returns them as JSON, from which `put_back` makes them again."""
    taken = []
    for some in chunked(ids, _AT_ONCE):
        marks = ", ".join("?" * len(some))
        if is_postgres(crm.database):
            rows = run(crm, f"SELECT to_jsonb(one) FROM {table} one WHERE id IN ({marks})", some)
            taken += [json.loads(row[0]) if isinstance(row[0], str) else row[0] for row in rows]
        else:
            cursor = crm.database.execute_sql(f"SELECT * FROM {table} WHERE id IN ({marks})", some)
            names = [column[0] for column in cursor.description]
            taken += [as_json(dict(zip(names, row, strict=True))) for row in cursor.fetchall()]
        run(crm, f"DELETE FROM {table} WHERE id IN ({marks})", some)
    return taken


def put_back(crm: CRM, table: str, rows: Iterable[dict[str, Any]]) -> None:
    """Makes rows again that `take_away` took; one whose place is taken, or whose category is gone, stays away."""
    columns = {one.name for one in crm.database.get_columns(table)}
    links = [(one.column, one.dest_table, one.dest_column) for one in crm.database.get_foreign_keys(table)]
    for row in rows:
        row = {name: value for name, value in row.items() if name in columns}
        if all(row.get(name) is None or _is_there(crm, other, key, row[name]) for name, other, key in links):
            _insert(crm, table, row)


def _is_there(crm: CRM, table: str, column: str, value: Any) -> bool:
    return bool(run(crm, f"SELECT 1 FROM {table} WHERE {column} = ?", (value,)))


def _insert(crm: CRM, table: str, row: dict[str, Any]) -> None:
    names = ", ".join(row)
    if is_postgres(crm.database):
        found = f"SELECT {names} FROM jsonb_populate_record(NULL::{table}, CAST(? AS jsonb))"
        run(crm, f"INSERT INTO {table} ({names}) {found} ON CONFLICT DO NOTHING", (json.dumps(row),))
    else:
        marks = ", ".join("?" * len(row))
        run(crm, f"INSERT OR IGNORE INTO {table} ({names}) VALUES ({marks})", tuple(row.values()))

"""Everything that hangs on a client, found in the schema itself, so that a plugin's tables are moved too.

A row hangs on a client by a foreign key to `core_client`, or by a pair of columns `entity` ("client") and `entity_id`.
"""

import json
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Any

from peewee import Database, chunked

from core.runtime import CRM
from core.store.audit import as_json
from core.store.database import is_postgres

# The history of a record stays with it, and a merge keeps its own two clients.
STAYING = frozenset({"core_audit", "core_merge", "core_client"})
_OF_CLIENTS = "entity = 'client'"
_MEMBERS = "segment_id IN (SELECT id FROM core_segment WHERE entity = 'client')"
_AT_ONCE = 500


@dataclass(frozen=True)
class Attachment:
    """A column by which rows of a table hang on clients, where `condition` holds.

    `unique_with` are the sets of other columns with which it is unique; `parents` are the foreign keys (column,
    table) to other tables whose rows may hang on clients as well.
    """

    table: str
    column: str
    condition: str = "1 = 1"
    unique_with: tuple[tuple[str, ...], ...] = ()
    parents: tuple[tuple[str, str], ...] = ()

    @property
    def key(self) -> str:
        """The name under which a merge remembers it."""
        return f"{self.table}.{self.column}"


def attachments(crm: CRM) -> list[Attachment]:
    """Returns every way in which rows hang on clients, in this database as it is now."""
    found = []
    for table in sorted(set(crm.database.get_tables()) - STAYING):
        columns = {one.name for one in crm.database.get_columns(table)}
        if "id" not in columns:
            continue
        keys = crm.database.get_foreign_keys(table)
        parents = tuple((one.column, one.dest_table) for one in keys if one.dest_table != "core_client")
        for one in keys:
            if one.dest_table == "core_client":
                unique = _unique_with(crm.database, table, one.column)
                found.append(Attachment(table, one.column, unique_with=unique, parents=parents))
        if {"entity", "entity_id"} <= columns:
            found.append(Attachment(table, "entity_id", _OF_CLIENTS, _unique_with(crm.database, table, "entity_id")))
    # A member's row says only an id; its segment says of what.
    found.append(Attachment("core_segment_member", "entity_id", _MEMBERS, (("segment_id",),)))
    return found


def ids_on(crm: CRM, attachment: Attachment, client_id: int) -> list[int]:
    """Returns the ids of the rows that hang on a client."""
    one = attachment
    query = f"SELECT id FROM {one.table} WHERE {one.column} = ? AND {one.condition} ORDER BY id"
    return [row[0] for row in _run(crm, query, (client_id,))]


def conflicting_ids(crm: CRM, attachment: Attachment, gone_id: int, kept_id: int) -> list[int]:
    """Returns the ids of rows of `gone_id` that can't move to `kept_id`, since the like of them is there already."""
    found: set[int] = set()
    for columns in attachment.unique_with:
        same = " AND ".join(f"theirs.{column} = mine.{column}" for column in columns) or "1 = 1"
        query = (
            f"SELECT mine.id FROM {attachment.table} mine WHERE mine.{attachment.column} = ? AND EXISTS (SELECT 1"
            f" FROM {attachment.table} theirs WHERE theirs.{attachment.column} = ? AND {same})"
        )
        found |= {row[0] for row in _run(crm, query, (gone_id, kept_id))}
    return sorted(found)


def move(crm: CRM, attachment: Attachment, ids: Iterable[int], *, source: int, target: int) -> list[int]:
    """Moves rows from one client to another, those of `ids` that still hang on `source`; returns their ids."""
    one, moved = attachment, []
    for some in chunked(ids, _AT_ONCE):
        marks = ", ".join("?" * len(some))
        query = f"UPDATE {one.table} SET {one.column} = ? WHERE {one.column} = ? AND id IN ({marks}) RETURNING id"
        moved += [row[0] for row in _run(crm, query, (target, source, *some))]
    return moved


def take_away(crm: CRM, table: str, ids: Sequence[int]) -> list[dict[str, Any]]:
    """Deletes rows and returns them as JSON, from which `put_back` makes them again."""
    taken = []
    for some in chunked(ids, _AT_ONCE):
        marks = ", ".join("?" * len(some))
        if is_postgres(crm.database):
            rows = _run(crm, f"SELECT to_jsonb(one) FROM {table} one WHERE id IN ({marks})", some)
            taken += [json.loads(row[0]) if isinstance(row[0], str) else row[0] for row in rows]
        else:
            cursor = crm.database.execute_sql(f"SELECT * FROM {table} WHERE id IN ({marks})", some)
            names = [column[0] for column in cursor.description]
            taken += [as_json(dict(zip(names, row, strict=True))) for row in cursor.fetchall()]
        _run(crm, f"DELETE FROM {table} WHERE id IN ({marks})", some)
    return taken


def put_back(crm: CRM, table: str, rows: Iterable[dict[str, Any]]) -> None:
    """Makes rows again that `take_away` took; one whose place was taken meanwhile stays away."""
    for row in rows:
        if is_postgres(crm.database):
            query = f"INSERT INTO {table} SELECT * FROM jsonb_populate_record(NULL::{table}, ?) ON CONFLICT DO NOTHING"
            _run(crm, query.replace("?", "CAST(? AS jsonb)"), (json.dumps(row),))
        else:
            marks = ", ".join("?" * len(row))
            query = f"INSERT OR IGNORE INTO {table} ({', '.join(row)}) VALUES ({marks})"
            _run(crm, query, tuple(row.values()))


def follow(crm: CRM, attachment: Attachment, moved: dict[str, list[int]], *, source: int, target: int) -> None:
    """Moves rows that hang on `source` but belong to a row of `moved` ({table: ids}): they go where it went."""
    one = attachment
    for column, table in one.parents:
        for some in chunked(moved.get(table, ()), _AT_ONCE):
            marks = ", ".join("?" * len(some))
            query = f"UPDATE {one.table} SET {one.column} = ? WHERE {one.column} = ? AND {column} IN ({marks})"
            _run(crm, query, (target, source, *some))


def _unique_with(database: Database, table: str, column: str) -> tuple[tuple[str, ...], ...]:
    indexes = (index.columns for index in database.get_indexes(table) if index.unique and column in index.columns)
    return tuple(tuple(other for other in columns if other != column) for columns in indexes)


def _run(crm: CRM, query: str, values: Sequence[Any]) -> list[tuple]:
    # Names of tables and columns come from the schema, every value is bound.
    cursor = crm.database.execute_sql(query.replace("?", crm.database.param), values)
    return cursor.fetchall() if cursor.description else []

"""Everything that hangs on a client, found in the schema itself, so that a plugin's tables are moved too.

A row hangs on a client by a foreign key to `core_client`, or, in the core's own tables, by a pair of columns `entity`
("client") and `entity_id`. What a plugin keeps in such pairs may be its own account of the past (what an import made),
so it is left to the plugin's `client_merging`.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Any

from peewee import Database, chunked

from core.runtime import CRM

# The history of a record stays with it, and a merge keeps its own two clients.
STAYING = frozenset({"core_audit", "core_merge", "core_client"})
_OF_CLIENTS = "entity = 'client'"
_MEMBERS = "segment_id IN (SELECT id FROM core_segment WHERE entity = 'client')"
_AT_ONCE = 500
# PostgreSQL takes a third of a second to describe its tables; they change only while the instance is down.
_described: dict[frozenset[str], tuple["Attachment", ...]] = {}


@dataclass(frozen=True)
class Attachment:
    """A column by which rows of a table hang on clients, where `condition` holds.

    `unique_with` are the sets of other columns with which it is unique; `parents` are the foreign keys (column,
    table, whether it may be empty) to other tables whose rows may hang on clients as well.
    """

    table: str
    column: str
    condition: str = "1 = 1"
    unique_with: tuple[tuple[str, ...], ...] = ()
    parents: tuple[tuple[str, str, bool], ...] = ()

    @property
    def key(self) -> str:
        """The name under which a merge remembers it."""
        return f"{self.table}.{self.column}"


def attachments(crm: CRM) -> tuple[Attachment, ...]:
    """Returns every way in which rows hang on clients in this database."""
    tables = frozenset(crm.database.get_tables())
    if tables not in _described:
        # A member's row says only an id; its segment says of what.
        members = Attachment("core_segment_member", "entity_id", _MEMBERS, (("segment_id",),))
        found = [one for table in sorted(tables - STAYING) for one in _of_table(crm.database, table)]
        _described[tables] = (*found, members)
    return _described[tables]


def counts(crm: CRM, attachment: Attachment, client_ids: Sequence[int]) -> dict[int, int]:
    """Returns how many rows hang on each of the clients, without those that have none."""
    one, marks = attachment, ", ".join("?" * len(client_ids))
    query = f"SELECT {one.column}, COUNT(*) FROM {one.table} WHERE {one.column} IN ({marks}) AND {one.condition}"
    return dict(run(crm, f"{query} GROUP BY {one.column}", client_ids))


def ids_on(crm: CRM, attachment: Attachment, client_id: int) -> list[int]:
    """Returns the ids of the rows that hang on a client."""
    one = attachment
    query = f"SELECT id FROM {one.table} WHERE {one.column} = ? AND {one.condition} ORDER BY id"
    return [row[0] for row in run(crm, query, (client_id,))]


def last_ids(crm: CRM, found: Iterable[Attachment]) -> dict[str, int]:
    """Returns the highest id of each table: rows above it came later."""
    return {one.table: run(crm, f"SELECT COALESCE(MAX(id), 0) FROM {one.table}", ())[0][0] for one in found}


def conflicting_ids(crm: CRM, attachment: Attachment, source: int, target: int) -> set[int]:
    """Returns the ids of rows of one client that can't move to the other, since the like of them is there already."""
    found: set[int] = set()
    for columns in attachment.unique_with:
        same = " AND ".join(f"theirs.{column} = mine.{column}" for column in columns) or "1 = 1"
        query = (
            f"SELECT mine.id FROM {attachment.table} mine WHERE mine.{attachment.column} = ? AND EXISTS (SELECT 1"
            f" FROM {attachment.table} theirs WHERE theirs.{attachment.column} = ? AND {same})"
        )
        found |= {row[0] for row in run(crm, query, (source, target))}
    return found


def move(crm: CRM, attachment: Attachment, ids: Iterable[int], *, source: int, target: int) -> list[int]:
    """Moves rows from one client to another, those of `ids` that still hang on `source`; returns their ids."""
    one, moved = attachment, []
    for some in chunked(ids, _AT_ONCE):
        marks = ", ".join("?" * len(some))
        query = f"UPDATE {one.table} SET {one.column} = ? WHERE {one.column} = ? AND id IN ({marks}) RETURNING id"
        moved += [row[0] for row in run(crm, query, (target, source, *some))]
    return moved


def follow(
    crm: CRM, attachment: Attachment, gone_on: dict[str, set[int]], after: int, *, source: int, target: int
) -> list[int]:
    """Moves rows made since (id above `after`) whose contact or deal is among `gone_on` ({table: ids}) after it."""
    one, moved = attachment, []
    for column, table, _may_be_empty in one.parents:
        for some in chunked(sorted(gone_on.get(table, ())), _AT_ONCE):
            marks = ", ".join("?" * len(some))
            query = (
                f"UPDATE {one.table} SET {one.column} = ? WHERE {one.column} = ? AND id > ?"
                f" AND {column} IN ({marks}) RETURNING id"
            )
            moved += [row[0] for row in run(crm, query, (target, source, after, *some))]
    return moved


def part(crm: CRM, attachment: Attachment, found: Iterable[Attachment], *, kept: int, gone: int) -> None:
    """Empties links of rows to a contact or deal of the other client: two clients don't share one."""
    one = attachment
    hanging = [(other.table, other.column) for other in found]
    for column, table, may_be_empty in one.parents:
        for other in (their for name, their in hanging if name == table and may_be_empty):
            query = (
                f"UPDATE {one.table} SET {column} = NULL WHERE {one.column} IN (?, ?) AND EXISTS (SELECT 1 FROM {table}"
                f" theirs WHERE theirs.id = {one.table}.{column} AND theirs.{other} IN (?, ?)"
                f" AND theirs.{other} <> {one.table}.{one.column})"
            )
            run(crm, query, (kept, gone, kept, gone))


def run(crm: CRM, query: str, values: Sequence[Any]) -> list[tuple]:
    """Returns the rows of a statement written with `?`."""
    # Names of tables and columns come from the schema, every value is bound.
    cursor = crm.database.execute_sql(query.replace("?", crm.database.param), tuple(values))
    return cursor.fetchall() if cursor.description else []


def _of_table(database: Database, table: str) -> list[Attachment]:
    columns = {one.name: one.null for one in database.get_columns(table)}
    if "id" not in columns:
        return []
    keys, found = database.get_foreign_keys(table), []
    parents = tuple((one.column, one.dest_table, columns[one.column]) for one in keys if one.dest_table not in STAYING)
    for one in keys:
        if one.dest_table == "core_client":
            unique = _unique_with(database, table, one.column)
            found.append(Attachment(table, one.column, unique_with=unique, parents=parents))
    if table.startswith("core_") and {"entity", "entity_id"} <= set(columns):
        found.append(Attachment(table, "entity_id", _OF_CLIENTS, _unique_with(database, table, "entity_id")))
    return found


def _unique_with(database: Database, table: str, column: str) -> tuple[tuple[str, ...], ...]:
    indexes = (index.columns for index in database.get_indexes(table) if index.unique and column in index.columns)
    return tuple(tuple(other for other in columns if other != column) for columns in indexes)

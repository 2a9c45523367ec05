"""Search inside texts: which records a text is in, found by an index of trigrams instead of reading every row.

A `Way` says where a text may be and what exactly must be true there. On PostgreSQL pg_trgm answers LIKE by itself; on
SQLite an FTS5 table (migration m0003, kept by triggers) names the records that may hold the text, and the exact
condition is asked of those alone. Texts of one or two letters have no trigram there: rows are read as they come.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import reduce
from operator import add, or_
from typing import Any

from peewee import SQL, Database, Expression, Field, Model, ModelSelect, NodeList, Select, Value, fn

from core.store.database import is_postgres

# So many records are named one by one; more come so often that a walk in the list's order soon has a page full.
MOST_FEW = 10_000
_GRAM = 3
# More narrow no further.
_MOST_GRAMS = 12


@dataclass(frozen=True)
class Way:
    """A place where records are found: rows of `model` for which `exact(alias)` is true; `owner` names the record.

    `index` is the kind of m0003 that knows them, empty where `exact` has an index of its own; `forms` are ways to
    write the text, each in parts: every row of which `exact` is true holds all parts of one form.
    """

    model: type[Model]
    exact: Callable[[Any], Expression]
    owner: Field | None = None
    index: str = ""
    forms: Sequence[Sequence[str]] = ()

    def ids(self) -> ModelSelect:
        """Returns the query of the ids of the records found."""
        rows = self.model.alias()
        owner = rows.id if self.owner is None else getattr(rows, self.owner.name)
        query, candidates = rows.select(owner).where(self.exact(rows)), self.candidates()
        if candidates is None:
            return query
        # Joined, so that a limit ends the reading of candidates too.
        return query.from_(NodeList((candidates, SQL("AS candidate"))), rows).where(SQL("candidate.id") == owner)

    def where(self, source: Any) -> Expression:
        """Returns the condition that `source`, a row of the records sought, is found; for a walk over many."""
        if self.owner is None:
            return self.exact(source)
        rows = self.model.alias()
        mine = rows.select(SQL("1")).where(getattr(rows, self.owner.name) == source.id, self.exact(rows))
        # Asked row by row of the walk: with an offset PostgreSQL doesn't read all there is beforehand.
        is_mine = fn.EXISTS(mine.offset(0))
        if not all(_grams(form) for form in self.forms):
            return is_mine
        candidates = self.candidates()
        return source.id.in_(self.ids()) if candidates is None else _in(source.id, candidates) & is_mine

    def candidates(self) -> SQL | None:
        """Returns SQLite's query of the ids that may hold the text, None where nothing narrows."""
        grams = [_grams(form) for form in self.forms]
        if not self.index or not all(grams) or is_postgres(self.model._meta.database.obj):
            return None
        owner = "id" if self.owner is None else self.owner.column_name
        return SQL(
            _CANDIDATES.format(kind=self.index, owner=owner, table=self.model._meta.table_name),
            (" OR ".join(f"({' AND '.join(some)})" for some in grams),),
        )


@dataclass(frozen=True)
class Through:
    """A place where records are found by another: those whose `link` names what `way` finds."""

    link: Field
    way: Way

    def ids(self) -> ModelSelect:
        """Returns the query of the ids of the records found."""
        records = self.link.model.alias()
        if not is_postgres(self.link.model._meta.database.obj):
            return records.select(records.id).where(self.where(records))
        # By an array it goes through the index of the link; a join reads every record where it expects many.
        found = fn.ANY(fn.ARRAY(self.way.ids()))
        return records.select(records.id).where(getattr(records, self.link.name) == found)

    def where(self, source: Any) -> Expression:
        """Returns the condition that `source`, a row of the records sought, is found; for a walk over many."""
        return getattr(source, self.link.name).in_(self.way.ids())


# What the index knows; what came since it last took rows in; what changed since.
_CANDIDATES = """
    (SELECT rowid AS id FROM core_search_{kind} WHERE core_search_{kind} MATCH ?
    UNION ALL SELECT {owner} FROM {table} WHERE id > (SELECT id FROM core_search_upto WHERE kind = '{kind}')
    UNION ALL SELECT id FROM core_search_late WHERE kind = '{kind}')
"""


def found_by(source: Any, ways: Sequence[Way | Through]) -> Expression:
    """Returns the condition that keeps what one of the ways finds: by their ids if they are few, which is asked now."""
    database = source._meta.database.obj
    found = reduce(add, [way.ids() for way in ways]).limit(MOST_FEW + 1).cte("found", columns=("id",))
    # Written out by the database and handed back as it is: numbers of ours would be made of each, and a text of each.
    listed = fn.STRING_AGG(found.c.id.cast("text"), ",") if is_postgres(database) else fn.GROUP_CONCAT(found.c.id)
    asked = Select([found], [fn.COUNT(found.c.id), listed]).with_cte(found)
    ((count, ids),) = database.execute(asked)
    if count > MOST_FEW:
        return reduce(or_, [way.where(source) for way in ways])
    if is_postgres(database):
        return Expression(source.id, "=", SQL("ANY (CAST(%s AS bigint[]))", (f"{{{ids or ''}}}",)))
    return _in(source.id, SQL(f"({ids or 'NULL'})"))


def advice(database: Database) -> str:
    """Returns what its administrator has to type where PostgreSQL has no index, an empty text where all is fine."""
    if not is_postgres(database):
        return ""
    made = {name for (name,) in database.execute_sql("SELECT indexname FROM pg_indexes").fetchall()}
    missing = [one for kind, one in _POSTGRES_INDEXES.items() if f"ix_search_{kind}" not in made]
    return "; ".join(["CREATE EXTENSION IF NOT EXISTS pg_trgm", *missing]) if missing else ""


# As migration m0003 makes them where it may.
_POSTGRES_INDEXES = {
    kind: f"CREATE INDEX ix_search_{kind} ON {table} USING gin ({text} gin_trgm_ops)"
    for kind, table, text in (
        ("client", "core_client", "name_key"),
        ("contact", "core_contact", "name"),
        ("point", "core_contact_point", "value"),
        ("deal", "core_deal", "title"),
    )
}


def holds(column: Any, text: str) -> Expression:
    """Returns the condition that a text, as it is written, is inside a column; one or two letters begin a word there.

    So short a text is inside every twentieth name, and no index knows where; PostgreSQL's knows how words begin.
    """
    if not _is_short(text):
        return is_inside(column, text)
    if is_postgres(column.model._meta.database.obj):
        part = _escaped(text)
        return column.like(f"{part}%") | column.like(f"% {part}%")
    return fn.instr(Value(" ").concat(column), f" {text}") > 0


def is_inside(column: Any, text: str) -> Expression:
    """Returns the condition that a text, as it is written, is anywhere inside a column.

    Where case means nothing, in numbers, it is asked so too: to fold it PostgreSQL takes twice as long.
    """
    if is_postgres(column.model._meta.database.obj):
        return column.like(f"%{_escaped(text)}%")
    return fn.instr(column, text) > 0


def holds_in_any_case(column: Any, text: str) -> Expression:
    """Returns the condition that a text is inside a column whatever its case, as far as the database knows of case.

    One or two letters begin a word there.
    """
    return column.startswith(text) | column.contains(f" {text}") if _is_short(text) else column.contains(text)


def _is_short(text: str) -> bool:
    return len(text) < _GRAM


def begins(column: Any, text: str) -> Expression:
    """Returns the condition that a column begins with a text, which an ordinary index answers on both databases.

    Not by LIKE: a statement that PostgreSQL has planned for any text reads every row, for a text that begins with %.
    """
    first, after = Value(text), Value(text[:-1] + chr(ord(text[-1]) + 1))
    if is_postgres(column.model._meta.database.obj):
        # By letters, in any locale: as the index is ordered.
        return Expression(column, "~>=~", first) & Expression(column, "~<~", after)
    return (column >= first) & (column < after)


def _escaped(text: str) -> str:
    return text.replace("\\", "\\\\").replace("%", "\\%").replace("_", "\\_")


def _in(column: Any, query: SQL) -> Expression:
    return Expression(column, "IN", query)


def _grams(parts: Sequence[str]) -> list[str]:
    """Returns the trigrams of all parts as FTS5 quotes them; none for a text that the index can't be asked for."""
    if any("\0" in part for part in parts):
        return []
    grams: dict[str, None] = {}
    for part in parts:
        last = len(part) - _GRAM
        # Side by side, and the last: those between narrow little more, and each costs the reading of a list.
        grams.update(dict.fromkeys(part[at : at + _GRAM] for at in (*range(0, last, _GRAM), *([last] * (last >= 0)))))
    return ['"{}"'.format(gram.replace('"', '""')) for gram in list(grams)[:_MOST_GRAMS]]

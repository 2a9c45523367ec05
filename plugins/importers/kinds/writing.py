"""What the writers of all kinds share: a chunk's outcome, sentences about rows, bulk rows with a history."""

import json
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from core.api import CRM, bulk, lazy
from plugins.importers.errors import CellRefused
from plugins.importers.models import Batch, Change
from plugins.importers.options import Options
from plugins.importers.records.references import References
from plugins.importers.sql import fetch_in
from plugins.importers.stream import Chunk

AUDIT = ("at", "user_id", "source", "entity", "entity_id", "action", "changes")


@dataclass
class Outcome:
    """What became of a chunk's rows; `errors` are (row, title, sentence)."""

    created: int = 0
    updated: int = 0
    skipped: int = 0
    errors: list[tuple[int, str, object]] = field(default_factory=list)


@dataclass
class Writing:
    """One running import: what every writer needs."""

    crm: CRM
    batch: Batch
    options: Options
    references: References
    is_dry: bool
    titles: Mapping[str, str]

    @property
    def now(self) -> int:
        """The present moment as the database keeps it."""
        return bulk.to_microseconds(self.crm.clock.now())


def resolve(
    writing: Writing, chunk: Chunk, name: str, find: Callable[[str], Any], errors: list[tuple[int, str, object]]
) -> list:
    """Returns the records that a column's words name, None where the cell is empty; unknown ones become errors."""
    words = chunk.values.get(name)
    if words is None:
        return [None] * len(chunk.rows)
    known: dict[str, Any] = {None: None}
    found = []
    for position, word in enumerate(words):
        if word not in known:
            try:
                known[word] = find(word)
            except CellRefused as refused:
                known[word] = refused
        value = known[word]
        if type(value) is CellRefused:
            errors.append((chunk.rows[position], writing.titles.get(name, name), value.sentence))
            value = None
        found.append(value)
    return found


def without_rows(chunk: Chunk, errors: Sequence[tuple[int, str, object]]) -> list[int]:
    """Returns the positions of the rows that have no error."""
    bad = {row for row, _title, _sentence in errors}
    return [position for position, row in enumerate(chunk.rows) if row not in bad]


def write_history(writing: Writing, entity: str, action: str, changes: Mapping[int, Mapping | None]) -> None:
    """Writes one line of history for each record."""
    write_audit(writing.crm, entity, action, changes)


def write_audit(crm: CRM, entity: str, action: str, changes: Mapping[int, Mapping | None]) -> None:
    """Writes one line of history for each record, by whom and through which source the actor says."""
    actor, now = crm.actor, bulk.to_microseconds(crm.clock.now())
    rows = [
        (now, actor.user_id, actor.source, entity, record_id, action, json.dumps(what) if what else None)
        for record_id, what in changes.items()
    ]
    bulk.insert_rows(crm.database, "core_audit", AUDIT, rows)


def keep_before(
    writing: Writing, entity: str, images: Mapping[int, tuple[Mapping[str, Any], Mapping[str, Any], int]]
) -> None:
    """Keeps (before, after, version) of changed records; one that this import changed before keeps its first image."""
    known = {
        row[0]: (row[1], row[2])
        for row in fetch_in(
            writing.crm,
            "SELECT entity_id, before, after FROM importers_change WHERE batch_id = ? AND entity = ? AND "
            "entity_id IN ({marks})",
            images,
            writing.batch.id,
            entity,
        )
    }
    fresh = []
    for record_id, (before, after, version) in images.items():
        if record_id in known:
            first, last = (loaded(value) for value in known[record_id])
            Change.update(before={**before, **first}, after={**last, **after}, version=version).where(
                Change.batch == writing.batch.id, Change.entity == entity, Change.entity_id == record_id
            ).execute()
        else:
            fresh.append((writing.batch.id, entity, record_id, json.dumps(before), json.dumps(after), version))
    bulk.insert_rows(
        writing.crm.database,
        "importers_change",
        ("batch_id", "entity", "entity_id", "before", "after", "version"),
        fresh,
    )


def loaded(value: object) -> Any:
    """Returns what a JSON column holds; SQLite gives text, PostgreSQL the value itself."""
    return json.loads(value) if isinstance(value, str) else value


def sentence_of(writing: Writing, row: int, title: str, sentence: object) -> str:
    """Returns the whole sentence about a cell: where it is, what is wrong, what to do."""
    sheet = writing.batch.plan["sheet"]
    place = {"sheet": sheet, "row": row, "title": title, "sentence": sentence}
    if sheet and title:
        return str(lazy("Sheet “%(sheet)s”, row %(row)s, column “%(title)s”: %(sentence)s.", **place))
    if sheet:
        return str(lazy("Sheet “%(sheet)s”, row %(row)s: %(sentence)s.", **place))
    if title:
        return str(lazy("Row %(row)s, column “%(title)s”: %(sentence)s.", **place))
    return str(lazy("Row %(row)s: %(sentence)s.", **place))

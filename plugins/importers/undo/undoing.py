"""What all steps of an undo share: chunks of records, those that are kept with the reason, progress."""

from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass

from core.api import CRM
from plugins.importers.models import Batch, Change
from plugins.importers.sql import fetch

CHUNK = 2000
MOST_KEPT = 1000
PICTURES = 500


@dataclass
class Undoing:
    """One running undo."""

    crm: CRM
    batch: Batch
    tell: Callable[[int], None] | None = None
    done: int = 0

    def chunks(self, table: str, columns: str) -> Iterator[list[tuple]]:
        """Returns the records of a table that the import made, id and columns, some thousand at a time."""
        last = 0
        while True:
            rows = fetch(
                self.crm,
                f"SELECT id, {columns} FROM {table} WHERE import_id = ? AND id > ? ORDER BY id LIMIT {CHUNK}",
                (self.batch.id, last),
            )
            if not rows:
                return
            yield rows
            last = rows[-1][0]
            self._tell(len(rows))

    def changes(self, entity: str) -> Iterator[list[Change]]:
        """Returns what the import changed on records, some hundred at a time, until all are handed to `forget`."""
        mine = Change.select().where(Change.batch == self.batch.id, Change.entity == entity)
        while changes := list(mine.order_by(Change.id).limit(PICTURES)):
            yield changes

    def forget(self, changes: Iterable[Change]) -> None:
        """Deletes changes that are taken back; call it inside the work that does so."""
        Change.delete().where(Change.id.in_([change.id for change in changes])).execute()

    def keep(self, entity: str, reasons: Mapping[int, tuple[str, object]]) -> None:
        """Notes records that stay: id → (name, reason); call it inside the work that leaves them."""
        for record_id, (name, reason) in reasons.items():
            if len(self.batch.kept) < MOST_KEPT:
                line = {"entity": entity, "id": record_id, "message": f"{name}: {reason}"}
                if line not in self.batch.kept:
                    self.batch.kept.append(line)
        if reasons:
            self.batch.save()

    def _tell(self, count: int) -> None:
        self.done += count
        if self.tell:
            self.tell(min(99, self.done * 100 // max(self.batch.created + self.batch.updated, 1)))

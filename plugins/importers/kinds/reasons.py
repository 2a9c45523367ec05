"""Reasons of loss named by rows; a deal that was lost without one gets the standing reason "not given"."""

from core.api import ladders, lazy
from plugins.importers.errors import CellRefused
from plugins.importers.kinds.writing import Writing
from plugins.importers.records.references import plain_name
from plugins.importers.sql import fetch


class Reasons:
    """The reasons of loss of one running import."""

    def __init__(self, writing: Writing) -> None:
        self.writing = writing
        self._known: dict[str, int] | None = None
        self._not_given: int | None = None

    def find(self, name: str) -> int:
        """Returns the id of a reason; raises CellRefused for an unknown one that may not be made."""
        if self._known is None:
            rows = fetch(self.writing.crm, "SELECT name, id FROM core_loss_reason ORDER BY id DESC")
            self._known = {plain_name(text): reason_id for text, reason_id in rows}
        if plain_name(name) not in self._known:
            self._known[plain_name(name)] = self._make(name)
        return self._known[plain_name(name)]

    def not_given(self) -> int:
        """Returns the id of the reason "not given"."""
        if self._not_given is None:
            self._not_given = 0 if self.writing.is_dry else ladders.not_given(self.writing.crm).id
        return self._not_given

    def _make(self, name: str) -> int:
        references = self.writing.references
        if not references.create_missing:
            raise CellRefused(
                lazy("there is no reason of loss “%(name)s”. Add it first, or import with “create missing”", name=name)
            )
        if self.writing.is_dry:
            return references.dry_id()
        reason = ladders.create_reason(self.writing.crm, name)
        references.remember("loss_reason", reason.id)
        return reason.id

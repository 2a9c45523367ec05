"""Takes back imported deals, and what an import changed on deals and their history."""

from typing import Any

from core.api import bulk, lazy
from plugins.importers.kinds.writing import loaded, write_audit
from plugins.importers.sql import change, fetch_in, marks
from plugins.importers.undo.clients import EDITED
from plugins.importers.undo.images import PARTS, restore_image
from plugins.importers.undo.undoing import Undoing

# What the process made because of the import, and nobody has done anything with since.
UNTOUCHED = (
    "kind IN ('stage', 'loss') AND NOT EXISTS (SELECT 1 FROM core_audit a WHERE a.entity = 'task'"
    " AND a.entity_id = core_task.id AND substr(a.source, 1, 7) <> 'import:' AND substr(a.source, 1, 5) <> 'undo:')"
)
USES = (
    ("core_interaction", "1 = 1", lazy("there were calls, letters or meetings about it")),
    ("core_task", f"NOT ({UNTOUCHED})", lazy("it has tasks")),
    ("core_evidence", "1 = 1", lazy("it has tasks")),
)


def delete_deals(undoing: Undoing) -> None:
    """Deletes the deals that the import made, unless they were edited or used since."""
    for rows in undoing.chunks("core_deal", "number, title, version"):
        with undoing.crm.work():
            names = {deal_id: f"{number} {title}" for deal_id, number, title, _version in rows}
            reasons: dict[int, Any] = {deal_id: EDITED for deal_id, _number, _title, version in rows if version != 1}
            reasons |= _uses(undoing, list(names))
            gone = [deal_id for deal_id in names if deal_id not in reasons]
            _delete(undoing, gone)
            undoing.keep("deal", {deal_id: (names[deal_id], reason) for deal_id, reason in reasons.items()})


def restore_deals(undoing: Undoing) -> None:
    """Puts deals that the import changed back as they were; one that was edited since stays as it is."""
    crm = undoing.crm
    for changes in undoing.changes("deal"):
        with crm.work():
            versions = {
                deal_id: (version, f"{number} {title}")
                for deal_id, version, number, title in fetch_in(
                    crm,
                    "SELECT id, version, number, title FROM core_deal WHERE id IN ({marks})",
                    [row.entity_id for row in changes],
                )
            }
            kept, back = {}, []
            for row in changes:
                version, name = versions.get(row.entity_id, (None, ""))
                if version == row.version:
                    restore_image(crm, row.entity_id, loaded(row.before))
                    back.append((row.entity_id, loaded(row.before)["version"]))
                elif version is not None:
                    kept[row.entity_id] = (name, EDITED)
            bulk.ensure_stage_tasks(crm, [deal_id for deal_id, _version in back])
            _take_back_versions(undoing, back)
            write_audit(crm, "deal", "import undone", {deal_id: None for deal_id, _version in back})
            undoing.forget(changes)
            undoing.keep("deal", kept)


def _take_back_versions(undoing: Undoing, back: list[tuple[int, int]]) -> None:
    """A deal that is again as its import made it counts as untouched: that import can be undone too."""
    untouched = [deal_id for deal_id, version in back if version == 1]
    if untouched:
        change(
            undoing.crm,
            f"UPDATE core_deal SET version = 1 WHERE import_id IS NOT NULL AND id IN ({marks(untouched)})",
            untouched,
        )


def _uses(undoing: Undoing, ids: list[int]) -> dict[int, Any]:
    crm, found = undoing.crm, {}
    for table, rule, reason in USES:
        statement = f"SELECT DISTINCT deal_id FROM {table} WHERE {rule} AND deal_id IN ({{marks}})"
        for (deal_id,) in fetch_in(crm, statement, ids):
            found[deal_id] = reason
    for table, reason in (("core_comment", lazy("it has comments")), ("core_file", lazy("it has files"))):
        for (deal_id,) in fetch_in(
            crm, f"SELECT DISTINCT entity_id FROM {table} WHERE entity = ? AND entity_id IN ({{marks}})", ids, "deal"
        ):
            found[deal_id] = reason
    return found


def _delete(undoing: Undoing, ids: list[int]) -> None:
    if not ids:
        return
    crm, listed = undoing.crm, marks(ids)
    change(crm, f"DELETE FROM core_task WHERE deal_id IN ({listed})", ids)
    for table, _columns in PARTS.values():
        change(crm, f"DELETE FROM {table} WHERE deal_id IN ({listed})", ids)
    change(
        crm,
        f"DELETE FROM core_segment_member WHERE entity_id IN ({listed}) AND segment_id IN"
        " (SELECT id FROM core_segment WHERE entity = 'deal')",
        ids,
    )
    change(crm, f"DELETE FROM core_external_ref WHERE entity = 'deal' AND entity_id IN ({listed})", ids)
    change(crm, f"DELETE FROM core_deal WHERE id IN ({listed})", ids)
    write_audit(crm, "deal", "import undone", dict.fromkeys(ids))

"""Takes back imported clients and contacts, and what an import changed on clients that were there before."""

import json
from typing import Any

from core.api import gettext, lazy
from plugins.importers.kinds.writing import loaded, write_audit
from plugins.importers.models import Change
from plugins.importers.sql import change, fetch, fetch_in, marks
from plugins.importers.undo.undoing import CHUNK, Undoing

# What somebody may have put on a client since; a client that has any of it stays.
USES = (
    ("core_deal", "client_id", lazy("it has deals")),
    ("core_interaction", "client_id", lazy("there were calls, letters or meetings with it")),
    ("core_task", "client_id", lazy("it has tasks")),
    ("core_merge", "kept_id", lazy("another client was merged into it")),
)
PARTS = ("core_contact_point", "core_consent", "core_client_category", "core_contact")
EDITED = lazy("it was edited since the import")


def delete_clients(undoing: Undoing) -> None:
    """Deletes the clients that the import made, unless they were edited or used since."""
    for rows in undoing.chunks("core_client", "name, version"):
        with undoing.crm.work():
            names = {client_id: name for client_id, name, _version in rows}
            reasons = {client_id: EDITED for client_id, _name, version in rows if version != 1}
            reasons |= _uses(undoing, list(names))
            gone = [client_id for client_id in names if client_id not in reasons]
            _delete(undoing, gone)
            undoing.keep("client", {client_id: (names[client_id], reason) for client_id, reason in reasons.items()})


def delete_contacts(undoing: Undoing) -> None:
    """Deletes the contacts that the import added to clients it did not make, unless they were edited or used since."""
    crm = undoing.crm
    last = 0
    while True:
        rows = fetch(
            crm,
            "SELECT t.id, t.name, t.version FROM core_contact t JOIN core_client c ON c.id = t.client_id"
            " WHERE t.import_id = ? AND t.id > ? AND (c.import_id IS NULL OR c.import_id <> ?)"
            f" ORDER BY t.id LIMIT {CHUNK}",
            (undoing.batch.id, last, undoing.batch.id),
        )
        if not rows:
            return
        last = rows[-1][0]
        with crm.work():
            names = {contact_id: name for contact_id, name, _version in rows}
            reasons = {contact_id: EDITED for contact_id, _name, version in rows if version != 1}
            for table, why in (("core_deal", USES[0][2]), ("core_interaction", USES[1][2])):
                used = fetch_in(crm, f"SELECT DISTINCT contact_id FROM {table} WHERE contact_id IN ({{marks}})", names)
                reasons |= {contact_id: why for (contact_id,) in used}
            gone = [contact_id for contact_id in names if contact_id not in reasons]
            if gone:
                for table in ("core_contact_point", "core_consent"):
                    change(crm, f"DELETE FROM {table} WHERE contact_id IN ({marks(gone)})", gone)
                change(crm, f"DELETE FROM core_contact WHERE id IN ({marks(gone)})", gone)
            undoing.keep("contact", {key: (names[key], reason) for key, reason in reasons.items()})


def delete_points(undoing: Undoing) -> None:
    """Takes away the phones, e-mails, categories and consents that the import added to clients it did not make."""
    crm, batch_id = undoing.crm, undoing.batch.id
    with crm.work():
        for table, entity in (("core_contact_point", "point"), ("core_client_category", "client_category")):
            change(
                crm,
                f"DELETE FROM {table} WHERE id IN (SELECT entity_id FROM importers_made WHERE batch_id = ? AND "
                f"entity = ?)",
                (batch_id, entity),
            )
        change(
            crm,
            "DELETE FROM core_consent WHERE how = ? AND client_id IN"
            " (SELECT entity_id FROM importers_change WHERE batch_id = ? AND entity = 'client')",
            (f"import:{batch_id}", batch_id),
        )


def restore_clients(undoing: Undoing) -> None:
    """Puts clients back as they were, field by field; a field that was edited since keeps the edit."""
    crm = undoing.crm
    for images in undoing.changes("client"):
        with crm.work():
            kept = {}
            for image in images:
                edited = _restore(undoing, image)
                if edited is not None:
                    kept[image.entity_id] = edited
            undoing.forget(images)
            undoing.keep("client", kept)


def _restore(undoing: Undoing, image: Change) -> tuple[str, str] | None:
    """Restores one client; returns (name, reason) when something on it is kept."""
    crm = undoing.crm
    before, after = loaded(image.before), loaded(image.after)
    columns = [*before]
    rows = fetch(crm, f"SELECT name, version, {', '.join(columns)} FROM core_client WHERE id = ?", (image.entity_id,))
    if not rows:
        return None
    name, version, *present = rows[0]
    now = {column: _plain(column, value) for column, value in zip(columns, present, strict=True)}
    back, edited = {}, []
    for column in columns:
        if column == "properties":
            back[column], kept = _properties_back(now[column], before[column], after[column])
            edited += kept
        elif version == image.version or now[column] == after[column]:
            back[column] = before[column]
        elif column != "name_key":
            edited.append(column)
    if back:
        values = [json.dumps(value) if column == "properties" else value for column, value in back.items()]
        named = ", ".join(f"{column} = ?" for column in back)
        change(
            crm,
            f"UPDATE core_client SET {named}, version = version + 1 WHERE id = ?",
            (*values, image.entity_id),
        )
        write_audit(crm, "client", "import undone", {image.entity_id: {c: [now[c], v] for c, v in back.items()}})
    if edited:
        return name, gettext("edited since the import, so these stay: %(fields)s", fields=", ".join(edited))
    return None


def _properties_back(now: dict, before: dict, after: dict) -> tuple[dict, list[str]]:
    back, edited = dict(now), []
    for key, value in after.items():
        if before.get(key) == value:
            continue
        if now.get(key) != value:
            edited.append(key)
        elif key in before:
            back[key] = before[key]
        else:
            back.pop(key, None)
    return back, edited


def _uses(undoing: Undoing, ids: list[int]) -> dict[int, Any]:
    crm, found = undoing.crm, {}
    for table, column, reason in USES:
        for (client_id,) in fetch_in(crm, f"SELECT DISTINCT {column} FROM {table} WHERE {column} IN ({{marks}})", ids):
            found[client_id] = reason
    for table, reason in (("core_comment", lazy("it has comments")), ("core_file", lazy("it has files"))):
        for (client_id,) in fetch_in(
            crm, f"SELECT DISTINCT entity_id FROM {table} WHERE entity = ? AND entity_id IN ({{marks}})", ids, "client"
        ):
            found[client_id] = reason
    for (client_id,) in fetch_in(
        crm,
        "SELECT DISTINCT client_id FROM core_contact WHERE (import_id IS NULL OR import_id <> ? OR version <> 1)"
        " AND client_id IN ({marks})",
        ids,
        undoing.batch.id,
    ):
        found[client_id] = lazy("its contacts were edited since the import")
    return found


def _delete(undoing: Undoing, ids: list[int]) -> None:
    if not ids:
        return
    crm = undoing.crm
    listed = marks(ids)
    for table in PARTS:
        change(crm, f"DELETE FROM {table} WHERE client_id IN ({listed})", ids)
    change(
        crm,
        f"DELETE FROM core_segment_member WHERE entity_id IN ({listed}) AND segment_id IN"
        " (SELECT id FROM core_segment WHERE entity = 'client')",
        ids,
    )
    change(crm, f"DELETE FROM core_external_ref WHERE entity = 'client' AND entity_id IN ({listed})", ids)
    change(crm, f"DELETE FROM core_client WHERE id IN ({listed})", ids)
    write_audit(crm, "client", "import undone", dict.fromkeys(ids))


def _plain(column: str, value: Any) -> Any:
    if column == "properties":
        return loaded(value)
    return str(value) if column.endswith("_on") and value is not None else value

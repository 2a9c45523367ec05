"""Changes clients that are there already: fields that a row fills, phones and e-mails it adds, one more contact."""

import json
from collections import defaultdict
from typing import Any

from core.api import bulk
from plugins.importers.kinds.client_parts import (
    POINTS,
    main_email,
    main_phone,
    points_of,
    write_categories,
    write_consents,
    write_contacts,
    write_tracked,
)
from plugins.importers.kinds.writing import Writing, keep_before, loaded, write_history
from plugins.importers.records.properties import stored
from plugins.importers.sql import fetch_in

FIELDS = (
    "name", "name_key", "kind", "tax_number", "website", "country", "region", "city", "postal_code", "address",
    "language",
    "salutation", "note", "status", "owner_id", "source_id", "phone", "email", "next_need_on", "next_contact_on",
    "properties",
)  # fmt: skip


def update_clients(writing: Writing, repeated: list[tuple[int, dict[str, Any]]]) -> None:
    """Writes what the rows say over their clients; empty cells change nothing, former values are kept for an undo."""
    before = _read(writing, [client_id for client_id, _row in repeated])
    after = {client_id: dict(values) for client_id, (values, _version) in before.items()}
    for client_id, row in repeated:
        after[client_id].update(_filled(row, after[client_id]))
    changed = {client_id for client_id in after if after[client_id] != before[client_id][0]}
    named = ", ".join(f"{name} = ?" for name in FIELDS)
    now = writing.now
    bulk.execute_many(
        writing.crm.database,
        f"UPDATE core_client SET {named}, version = version + 1, changed_at = ? WHERE id = ?",
        [(*_plain(after[client_id]), now, client_id) for client_id in sorted(changed)],
    )
    images, history = {}, {}
    for client_id in changed:
        old, version = before[client_id]
        differing = [name for name in FIELDS if old[name] != after[client_id][name]]
        images[client_id] = (
            {name: old[name] for name in differing},
            {name: after[client_id][name] for name in differing},
            version + 1,
        )
        history[client_id] = {name: [old[name], after[client_id][name]] for name in differing if name != "name_key"}
    keep_before(writing, "client", images)
    write_history(writing, "client", "updated", history)
    _add_points(writing, repeated)
    add_contacts(writing, [item for item in repeated if item[1].get("contact_name")])
    known = fetch_in(
        writing.crm, "SELECT client_id, category_id FROM core_client_category WHERE client_id IN ({marks})", before
    )
    write_categories(writing, repeated, {tuple(pair) for pair in known}, is_tracked=True)
    write_consents(writing, repeated)


def add_contacts(writing: Writing, rows: list[tuple[int, dict[str, Any]]]) -> int:
    """Adds the rows' contacts to their clients, those that aren't there by name; returns how many were added."""
    known = {
        (client_id, name.casefold())
        for client_id, name in fetch_in(
            writing.crm,
            "SELECT client_id, name FROM core_contact WHERE client_id IN ({marks}) AND deleted_at IS NULL",
            [client_id for client_id, _row in rows],
        )
    }
    fresh = []
    for client_id, row in rows:
        key = (client_id, row["contact_name"].casefold())
        if key not in known:
            known.add(key)
            fresh.append((client_id, row))
    points = write_contacts(writing, fresh, is_primary=False)
    bulk.insert_rows(writing.crm.database, "core_contact_point", POINTS, points)
    return len(fresh)


def _read(writing: Writing, ids: list[int]) -> dict[int, tuple[dict[str, Any], int]]:
    rows = fetch_in(
        writing.crm, f"SELECT id, version, {', '.join(FIELDS)} FROM core_client WHERE id IN ({{marks}})", ids
    )
    found = {}
    for client_id, version, *values in rows:
        fields = dict(zip(FIELDS, values, strict=True))
        fields["properties"] = loaded(fields["properties"])
        for name in ("next_need_on", "next_contact_on"):
            fields[name] = fields[name] and str(fields[name])
        found[client_id] = (fields, version)
    return found


def _filled(row: dict[str, Any], current: dict[str, Any]) -> dict[str, Any]:
    """The fields that a row fills, as the database keeps them."""
    found: dict[str, Any] = {}
    for name in FIELDS:
        value = row.get(name)
        if value in (None, "") or name in ("phone", "email", "properties", "kind"):
            continue
        found[name] = value.isoformat() if name.endswith("_on") else value
    if not current["phone"] and main_phone(row):
        found["phone"] = main_phone(row)
    if not current["email"] and main_email(row):
        found["email"] = main_email(row)
    own = {name: value for name, value in row.items() if name.startswith("property:") and value is not None}
    if own:
        changed = {name.removeprefix("property:"): stored(value) for name, value in own.items()}
        found["properties"] = {**current["properties"], **changed}
    return found


def _plain(values: dict[str, Any]) -> list:
    return [json.dumps(values[name], ensure_ascii=False) if name == "properties" else values[name] for name in FIELDS]


def _add_points(writing: Writing, repeated: list[tuple[int, dict[str, Any]]]) -> None:
    known: dict[int, set] = defaultdict(set)
    for client_id, kind, value in fetch_in(
        writing.crm,
        "SELECT client_id, kind, value FROM core_contact_point WHERE client_id IN ({marks})",
        [client_id for client_id, _row in repeated],
    ):
        known[client_id].add((kind, value))
    fresh = []
    for client_id, row in repeated:
        for point in points_of(client_id, None, row, "phone", "email"):
            if point[2:4] not in known[client_id]:
                is_first = not any(kind == point[2] for kind, _value in known[client_id])
                known[client_id].add(point[2:4])
                fresh.append((*point[:-1], is_first))
    write_tracked(writing, "point", "core_contact_point", POINTS, fresh)

"""Whole pictures of deals, row and history, taken before an import changes them and put back when it is undone."""

import json
from collections.abc import Iterable, Mapping
from typing import Any

from core.api import CRM, bulk
from plugins.importers.kinds.writing import Writing, loaded
from plugins.importers.models import Change
from plugins.importers.sql import change, fetch_in

PARTS = {
    "visits": ("core_stage_visit", (
        "deal_id", "stage_id", "place", "entered_at", "left_at", "outcome", "responsible_id", "potential",
        "potential_base",
        "user_id",
    )),
    "periods": ("core_deal_period", (
        "deal_id", "from_at", "to_at", "stage_id", "place", "owner_id", "potential_base", "is_on_hold", "version_id",
    )),
    "closings": ("core_closing", (
        "deal_id", "state", "closed_at", "stage_id", "place", "owner_id", "currency", "potential", "amount",
        "potential_base", "amount_base", "loss_reason_id", "loss_note", "user_id", "reopened_at", "reopen_note",
    )),
}  # fmt: skip
ROW = (
    "title", "client_id", "version_id", "state", "stage_id", "place", "furthest", "stood_at", "entered_at",
    "on_hold_until",
    "owner_id", "source_id", "currency", "potential", "amount", "potential_base", "amount_base", "loss_reason_id",
    "loss_note", "expected_on", "note", "properties", "opened_at", "closed_at",
)  # fmt: skip
BOOLEANS = ("is_on_hold",)


def read_images(crm: CRM, ids: Iterable[int]) -> dict[int, dict[str, Any]]:
    """Returns the picture of each deal as JSON: its row, version, visits, periods and closings."""
    ids = list(ids)
    images: dict[int, dict[str, Any]] = {}
    for deal_id, version, *values in fetch_in(
        crm, f"SELECT id, version, {', '.join(ROW)} FROM core_deal WHERE id IN ({{marks}})", ids
    ):
        row = {name: _plain(name, value) for name, value in zip(ROW, values, strict=True)}
        images[deal_id] = {"id": deal_id, "row": row, "version": version, **{part: [] for part in PARTS}}
    for part, (table, columns) in PARTS.items():
        for values in fetch_in(
            crm, f"SELECT {', '.join(columns)} FROM {table} WHERE deal_id IN ({{marks}}) ORDER BY id", ids
        ):
            images[values[0]][part].append(list(values))
    return images


def keep_images(writing: Writing, ids: Iterable[int], *, is_after: bool = False) -> None:
    """Keeps the pictures of deals as they are before the import changes them; afterwards, the version each got."""
    ids = list(dict.fromkeys(ids))
    known = {row.entity_id: row for row in Change.select().where(
        Change.batch == writing.batch.id, Change.entity == "deal", Change.entity_id.in_(ids)
    )}  # fmt: skip
    if is_after:
        for deal_id, version in fetch_in(writing.crm, "SELECT id, version FROM core_deal WHERE id IN ({marks})", ids):
            if known[deal_id].version != version:
                Change.update(version=version).where(Change.id == known[deal_id].id).execute()
        return
    images = read_images(writing.crm, [deal_id for deal_id in ids if deal_id not in known])
    bulk.insert_rows(
        writing.crm.database,
        "importers_change",
        ("batch_id", "entity", "entity_id", "before", "after", "version"),
        [
            (writing.batch.id, "deal", deal_id, json.dumps(image), "{}", image["version"])
            for deal_id, image in images.items()
        ],
    )


def replace_parts(crm: CRM, images: Mapping[int, Mapping[str, Any]], parts: Iterable[str] = tuple(PARTS)) -> None:
    """Writes visits, periods, closings in place of those that the deals have."""
    ids = list(images)
    if not ids:
        return
    listed = ", ".join("?" for _deal_id in ids)
    for part in parts:
        table, columns = PARTS[part]
        change(crm, f"DELETE FROM {table} WHERE deal_id IN ({listed})", ids)
        booleans = [columns.index(name) for name in BOOLEANS if name in columns]
        rows = [_completed(values, len(columns), booleans) for image in images.values() for values in image[part]]
        bulk.insert_rows(crm.database, table, columns, rows)
    bulk.keep_ways(crm.database, ids)


def restore_image(crm: CRM, deal_id: int, image: Mapping[str, Any]) -> None:
    """Puts a deal back as it was."""
    row = image["row"]
    named = ", ".join(f"{name} = ?" for name in ROW)
    values = [json.dumps(row[name]) if name == "properties" else row[name] for name in ROW]
    change(crm, f"UPDATE core_deal SET {named}, version = version + 1 WHERE id = ?", (*values, deal_id))
    replace_parts(crm, {deal_id: image})


def _plain(name: str, value: Any) -> Any:
    if name == "properties":
        return loaded(value)
    return str(value) if name in ("on_hold_until", "expected_on") and value is not None else value


def _completed(values: list, count: int, booleans: list[int]) -> list:
    """Returns as many values as there are columns: a history from a file, or an older picture, ends earlier."""
    values = [*values, *[None] * (count - len(values))]
    for place in booleans:
        values[place] = bool(values[place])
    return values

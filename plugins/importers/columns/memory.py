"""What was said about a file is kept for the next one with the same titles: columns, lookups, default values."""

import hashlib
from dataclasses import replace
from typing import Any

from core.api import CRM
from plugins.importers.columns.titles import plain_header
from plugins.importers.kinds.fields import ImportKind
from plugins.importers.look import Look
from plugins.importers.lookup.tables import Lookup
from plugins.importers.models import Batch
from plugins.importers.models import Mapping as SavedMapping
from plugins.importers.options import Options
from plugins.importers.plan import OWN_MEANING
from plugins.importers.records.properties import properties_of


def remember(crm: CRM, batch: Batch) -> None:
    """Keeps columns, lookups and default values of a batch for the next file with these titles."""
    columns = {match["title"]: match["field"] for match in batch.plan["columns"] if match["found_by"] == "map"}
    options = {"lookups": batch.plan["options"]["lookups"], "defaults": batch.plan["options"]["defaults"]}
    now = crm.clock.now()
    SavedMapping.insert(
        kind=batch.kind,
        titles_key=_titles_key(batch.plan["titles"]),
        columns=columns,
        options=options,
        user_id=crm.actor.user_id,
        used_at=now,
    ).on_conflict(
        conflict_target=[SavedMapping.kind, SavedMapping.titles_key],
        update={SavedMapping.columns: columns, SavedMapping.options: options, SavedMapping.used_at: now},
    ).execute()


def saved_for(kind: ImportKind, look: Look, options: Options) -> SavedMapping | None:
    """Returns what was said about such a file last time, or None; a map that says it now wins."""
    if options.columns:
        return None
    return SavedMapping.get_or_none(SavedMapping.kind == kind.key, SavedMapping.titles_key == _titles_key(look.titles))


def columns_of(saved: SavedMapping | None) -> dict[str, str]:
    """Returns title → field as it was chosen last time."""
    return dict(saved.columns) if saved else {}


def as_last_time(crm: CRM, kind: ImportKind, options: Options, saved: SavedMapping) -> Options:
    """Returns the options with the lookups and defaults of last time, as far as their fields are still there."""
    known = {f"{OWN_MEANING}{prop.key}" for prop in properties_of(crm, kind.entity)}
    lookups = {
        name: Lookup(**about)
        for name, about in saved.options.get("lookups", {}).items()
        if kind.field(name) or name in known
    }
    defaults = {name: text for name, text in saved.options.get("defaults", {}).items() if kind.field(name)}
    return replace(options, lookups=lookups | dict(options.lookups), defaults=defaults | dict(options.defaults))


def _titles_key(titles: Any) -> str:
    return hashlib.sha256("\n".join(plain_header(title) for title in titles).encode()).hexdigest()

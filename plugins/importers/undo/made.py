"""Takes back the words and people that an import made beside its rows, where nothing uses them by now."""

from peewee import IntegrityError

from core.api import bulk
from plugins.importers.models import Made
from plugins.importers.sql import change, fetch
from plugins.importers.undo.undoing import Undoing

# In this order: what refers to others goes first.
TABLES = {
    "type_stage": "core_type_stage",
    "version": "core_deal_type_version",
    "deal_type": "core_deal_type",
    "stage": "core_stage",
    "loss_reason": "core_loss_reason",
    "source": "core_source",
    "category": "core_category",
    "property": "core_property",
    "user": "core_user",
}


def delete_made(undoing: Undoing) -> None:
    """Deletes what the import made and nobody uses; what is used stays without a word, as a common possession."""
    with undoing.crm.work():
        made = list(Made.select().where(Made.batch == undoing.batch.id).order_by(Made.id.desc()))
        for entity, table in TABLES.items():
            for row in made:
                if row.entity == entity and not (entity == "property" and _is_used(undoing, row.entity_id)):
                    _delete(undoing, table, row.entity_id)
        Made.delete().where(Made.batch == undoing.batch.id).execute()


def _is_used(undoing: Undoing, property_id: int) -> bool:
    """Whether any record still has a value of a property: the database knows of no link between them."""
    rows = fetch(undoing.crm, "SELECT entity, key FROM core_property WHERE id = ?", (property_id,))
    if not rows:
        return False
    entity, key = rows[0]
    if bulk.is_postgres(undoing.crm.database):
        has, value = "jsonb_extract_path(properties, ?)", key
    else:
        has, value = "json_extract(properties, ?)", f'$."{key}"'
    return bool(fetch(undoing.crm, f"SELECT 1 FROM core_{entity} WHERE {has} IS NOT NULL LIMIT 1", (value,)))


def _delete(undoing: Undoing, table: str, record_id: int) -> None:
    try:
        with undoing.crm.work():
            change(undoing.crm, f"DELETE FROM {table} WHERE id = ?", (record_id,))
    except IntegrityError:
        return

"""Takes back the words and people that an import made beside its rows, where nothing uses them by now."""

from peewee import IntegrityError

from .models import Made
from .sql import change
from .undoing import Undoing

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
                if row.entity == entity:
                    _delete(undoing, table, row.entity_id)
        Made.delete().where(Made.batch == undoing.batch.id).execute()


def _delete(undoing: Undoing, table: str, record_id: int) -> None:
    try:
        with undoing.crm.work():
            change(undoing.crm, f"DELETE FROM {table} WHERE id = ?", (record_id,))
    except IntegrityError:
        return

"""The history of changes: who did what to which record, when, and through which source."""

import json
from collections.abc import Mapping
from datetime import date, datetime
from decimal import Decimal
from typing import Any

from peewee import BigIntegerField, CharField, JSONField

from core.runtime import CRM
from core.store.fields import Record, UtcField, to_microseconds


class Audit(Record):
    """One change of one record; `changes` maps each field to its value [before, after]."""

    at = UtcField()
    user_id = BigIntegerField(null=True)
    source = CharField()
    entity = CharField()
    entity_id = BigIntegerField()
    action = CharField()
    changes = JSONField(null=True)

    class Meta:
        table_name = "core_audit"


def record(crm: CRM, entity: str, entity_id: int, action: str, changes: Mapping[str, Any] | None = None) -> None:
    """Writes a change into the history and announces it after the commit; call it inside the work that changed."""
    told = json.dumps({name: as_json(value) for name, value in changes.items()}) if changes else None
    actor, now = crm.actor, to_microseconds(crm.clock.now())
    # Written once: every change writes it, and peewee would need longer to build it than the database to do it.
    statement = _INSERT.replace("?", crm.database.param)
    crm.database.execute_sql(statement, (now, actor.user_id, actor.source, entity, entity_id, action, told))
    crm.changed(entity, entity_id, action)


_INSERT = (
    "INSERT INTO core_audit (at, user_id, source, entity, entity_id, action, changes) VALUES (?, ?, ?, ?, ?, ?, ?)"
)


def history(entity: str, entity_id: int, limit: int = 200) -> list[Audit]:
    """Returns the newest changes of a record, newest first."""
    query = Audit.select().where(Audit.entity == entity, Audit.entity_id == entity_id)
    return list(query.order_by(Audit.id.desc()).limit(limit))


def differences(before: Mapping[str, Any], after: Mapping[str, Any]) -> dict[str, list[Any]]:
    """Returns {field: [before, after]} of the fields that differ."""
    return {name: [before.get(name), value] for name, value in after.items() if before.get(name) != value}


def as_json(value: Any) -> Any:
    """Returns a value as JSON can hold it: decimals and dates become text."""
    if isinstance(value, datetime | date):
        return value.isoformat()
    if isinstance(value, Decimal):
        return str(value)
    if isinstance(value, list | tuple):
        return [as_json(item) for item in value]
    if isinstance(value, Mapping):
        return {key: as_json(item) for key, item in value.items()}
    return value

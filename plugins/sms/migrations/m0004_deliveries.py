"""Messages that came over SMPP are known again when the gateway delivers them once more."""

from typing import Any

COLUMNS = """
    id          id
    gateway_id  ref sms_gateway not null
    digest      text not null
    line        text not null
    came_at     utc not null
"""


def up(migration: Any) -> None:
    """Makes the table."""
    migration.create_table("sms_delivery", COLUMNS)
    migration.create_index("sms_delivery (gateway_id, digest)")


def down(migration: Any) -> None:
    """Drops it."""
    migration.drop_table("sms_delivery")

"""Gateways, the parts in which messages went, and receipts that came before their part was known."""

from typing import Any

TABLES = {
    "sms_gateway": """
        id          id
        name        text not null unique
        kind        text not null
        place       int not null default 0
        is_active   bool not null default true
        address     text not null default ''
        login       text not null default ''
        secret      text not null default ''
        sender      text not null default ''
        prefixes    text not null default ''
        per_second  int not null default 10
        options     json not null default '{}'
        token       text not null unique
        created_at  utc not null
    """,
    "sms_part": """
        id          id
        message_id  ref core_message not null
        place       int not null
        gateway_id  ref sms_gateway not null
        ref         text not null
        state       text not null
        reason      text not null default ''
        changed_at  utc not null
    """,
    "sms_early_receipt": """
        id          id
        gateway_id  ref sms_gateway not null
        ref         text not null
        state       text not null
        reason      text not null default ''
        came_at     utc not null
    """,
    "sms_incoming_part": """
        id          id
        gateway_id  ref sms_gateway not null
        address     text not null
        ref         int not null
        total       int not null
        place       int not null
        body        text not null
        came_at     utc not null
    """,
}
INDEXES = (
    "sms_part (gateway_id, ref)",
    "sms_part (message_id, place)",
    "sms_early_receipt (gateway_id, ref)",
    "sms_incoming_part (gateway_id, address, ref)",
)


def up(migration: Any) -> None:
    """Makes the tables."""
    for name, columns in TABLES.items():
        migration.create_table(name, columns)
    for index in INDEXES:
        migration.create_index(index)


def down(migration: Any) -> None:
    """Drops them."""
    for name in reversed(TABLES):
        migration.drop_table(name)

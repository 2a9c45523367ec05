"""Messages through channels, what became of each, and receipts that came before their message was known."""

from typing import Any

TABLES = {
    "core_message": """
        id          id
        channel     text not null
        direction   text not null
        client_id   ref core_client
        contact_id  ref core_contact
        deal_id     ref core_deal
        interaction_id ref core_interaction
        user_id     bigint
        address     text not null
        subject     text not null default ''
        body        text not null
        parts       int not null default 1
        extra       json not null default '{}'
        state       text not null
        reason      text not null default ''
        provider    text not null default ''
        provider_ref text not null default ''
        dedupe_key  text unique
        attempts    int not null default 0
        send_after  utc not null
        created_at  utc not null
        sent_at     utc
        changed_at  utc not null
    """,
    "core_message_event": """
        id          id
        message_id  ref core_message not null
        state       text not null
        at          utc not null
        reason      text not null default ''
    """,
    "core_receipt": """
        id          id
        channel     text not null
        provider    text not null default ''
        provider_ref text not null
        state       text not null
        at          utc not null
        reason      text not null default ''
        came_at     utc not null
    """,
}
INDEXES = (
    "core_message (client_id, id)",
    "core_message (deal_id)",
    "core_message (channel, provider_ref)",
    "core_message (channel, address, id)",
    "core_message (interaction_id)",
    "core_message_event (message_id, id)",
    "core_receipt (channel, provider_ref)",
)


def up(migration: Any) -> None:
    """Makes the tables."""
    for name, columns in TABLES.items():
        migration.create_table(name, columns)
    for index in INDEXES:
        migration.create_index(index)
    migration.create_index("core_message (channel, send_after, id)", where="state IN ('queued', 'sending')")


def down(migration: Any) -> None:
    """Drops them."""
    for name in reversed(TABLES):
        migration.drop_table(name)

"""Webhooks and their deliveries; and an index of deals that wait for an exchange rate, of which there are few."""

from typing import Any

TABLES = {
    "core_webhook": """
        id          id
        url         text not null
        events      json not null
        secret      text not null
        note        text not null default ''
        is_active   bool not null
        user_id     ref core_user
        created_at  utc not null
        changed_at  utc not null
    """,
    "core_webhook_delivery": """
        id          id
        webhook_id  ref core_webhook not null
        event       text not null
        body        text not null
        state       text not null
        attempts    int not null default 0
        status      int
        answer      text not null default ''
        duration_ms int
        created_at  utc not null
        tried_at    utc
    """,
}
INDEXES = ("core_webhook_delivery (webhook_id, id)", "core_webhook_delivery (created_at)")
WITHOUT_RATE = "core_deal (state, closed_at)"


def up(migration: Any) -> None:
    """Makes the tables and indexes."""
    for name, columns in TABLES.items():
        migration.create_table(name, columns)
    for index in INDEXES:
        migration.create_index(index)
    migration.create_index(WITHOUT_RATE, where="potential IS NOT NULL AND potential_base IS NULL")


def down(migration: Any) -> None:
    """Drops everything that `up` made."""
    for name in reversed(TABLES):
        migration.drop_table(name)
    migration.execute("DROP INDEX ix_core_deal_state_closed_at")

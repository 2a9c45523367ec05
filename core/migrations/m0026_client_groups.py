"""Clients in groups by region, city or owner are counted along an index, without their rows."""

from typing import Any

PLACES = "core_client (region, city, deleted_at)"
OWNERS = "core_client (owner_id, name_key, deleted_at)"
BEFORE = "core_client (owner_id, name_key)"


def up(migration: Any) -> None:
    """Makes the indexes, that of owners in place of the one that it begins with."""
    migration.create_index(PLACES)
    migration.create_index(OWNERS)
    migration.execute("DROP INDEX ix_core_client_owner_id_name_key")


def down(migration: Any) -> None:
    """Takes them back."""
    migration.create_index(BEFORE)
    migration.execute("DROP INDEX ix_core_client_owner_id_name_key_deleted_at")
    migration.execute("DROP INDEX ix_core_client_region_city_deleted_at")

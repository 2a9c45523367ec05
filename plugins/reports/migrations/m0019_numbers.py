"""Saved settings and plans name deal types, people and linked records by number: a rename loses no filter."""

import json
from typing import Any

# What a parameter names: the path of its field, its table, and the column with the name.
NAMED = {
    "owner": ("owner", "core_user", "name"),
    "manager": ("owner", "core_user", "name"),
    "team": ("owner.team", "core_team", "name"),
    "owner.team": ("owner.team", "core_team", "name"),
    "stage": ("stage", "core_stage", "name"),
    "source": ("source", "core_source", "name"),
    "loss": ("loss_reason", "core_loss_reason", "name"),
    "loss_reason": ("loss_reason", "core_loss_reason", "name"),
    "client": ("client", "core_client", "name"),
}


def up(migration: Any) -> None:
    """Writes numbers in place of the names that are borne today by one record; all else stays as it is."""
    for table in ("reports_variant", "reports_plan"):
        for row_id, text in migration.execute(f"SELECT id, settings FROM {table}").fetchall():
            pairs = json.loads(text) if isinstance(text, str) else text
            found = _numbered(migration, pairs)
            if found != pairs:
                sign = "%s" if migration.is_postgres else "?"
                statement = f"UPDATE {table} SET settings = {sign} WHERE id = {sign}"
                migration.execute(statement, (json.dumps(found, ensure_ascii=False), row_id))


def down(migration: Any) -> None:
    """Leaves the numbers: they have always been understood."""


def _numbered(migration: Any, pairs: list[list[str]]) -> list[list[str]]:
    found = []
    for name, value in pairs:
        path, table, column = NAMED.get(name, (name, "core_deal_type" if name == "type" else "", "name"))
        ids = _borne(migration, table, column, value) if table else []
        is_alone = sum(other == name for other, _value in pairs) == 1
        if len(ids) == 1 and name == "type":
            found.append([name, str(ids[0])])
        elif len(ids) == 1 and is_alone:
            found.append(["f", f"{path}={ids[0]}"])
        else:
            found.append([name, value])
    return found


def _borne(migration: Any, table: str, column: str, value: str) -> list[int]:
    sign = "%s" if migration.is_postgres else "?"
    return [one for (one,) in migration.execute(f"SELECT id FROM {table} WHERE {column} = {sign}", (value,)).fetchall()]

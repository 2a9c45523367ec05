"""Looks values up for a draft: takes the second table in, guesses its columns, adds and removes lookups."""

import shutil
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from core.api import CRM, lazy
from plugins.importers.errors import ImportRefused
from plugins.importers.heads import read_head
from plugins.importers.lookup.tables import Lookup, guess_columns, make_lookup, read_table
from plugins.importers.models import Batch
from plugins.importers.options import Options
from plugins.importers.places import drop_table, file_of, table_of
from plugins.importers.reading.table import shown

SAMPLE = 4
USUAL = {"deals": "potential"}


def take_table(crm: CRM, batch: Batch, path: Path, name: str) -> None:
    """Keeps a second file beside a draft's own, with a guess of which column leads where; raises ImportRefused."""
    table = read_table(path, Path(name).name[:200])
    ours: dict[str, list[str]] = {title: [] for title in batch.plan["titles"]}
    for _number, row in read_head(file_of(crm, batch)):
        for title, cell in zip(ours, row, strict=False):
            ours[title].append(shown(cell))
    field = USUAL.get(batch.kind, "")
    column, key, value = guess_columns(table, ours, is_amount=field in ("potential", "amount"))
    shutil.copyfile(path, table_of(crm, batch))
    about = {"name": table.name, "titles": list(table.titles), "rows": [list(row) for row in table.rows[:SAMPLE]]}
    chosen = {"field": field, "column": column, "key": key, "value": value}
    with crm.work():
        batch.plan = {**batch.plan, "table": {**about, "height": len(table.rows), "chosen": chosen}}
        batch.save()


def with_lookup(crm: CRM, batch: Batch, options: Options, chosen: Mapping[str, str]) -> dict[str, Lookup]:
    """Returns the lookups of the options and one more, `chosen` by field, column, key and value.

    Raises ImportRefused for a choice that is missing or can't be used.
    """
    about: dict[str, Any] | None = batch.plan.get("table")
    if about is None or not table_of(crm, batch).is_file():
        raise ImportRefused(lazy("Choose the second table first."))
    with crm.work():  # a choice that is refused is still there to be mended
        batch.plan = {**batch.plan, "table": {**about, "chosen": dict(chosen)}}
        batch.save()
    if not chosen["field"]:
        raise ImportRefused(lazy("Choose which field the values of %(path)s fill.", path=about["name"]))
    table = read_table(table_of(crm, batch), about["name"])
    made = make_lookup(table, chosen["column"], chosen["key"], chosen["value"])
    return {**options.lookups, chosen["field"]: made}


def put_table_away(crm: CRM, batch: Batch) -> None:
    """Deletes the second file; lookups made from it stay, since they hold its values."""
    with crm.work():
        batch.plan = {name: value for name, value in batch.plan.items() if name != "table"}
        batch.save()
    drop_table(crm, batch)

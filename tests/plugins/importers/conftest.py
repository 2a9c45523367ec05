"""Fixtures of the import's tests: an instance with the plugin on, and one way to import a file into it."""

from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

import pytest
import xlsxwriter

from core.api import CRM
from plugins.importers.models import Batch, Rejected
from plugins.importers.options import make_options
from plugins.importers.services import get_kind, prepare, run


@pytest.fixture
def enabled_plugins() -> tuple[str, ...]:
    """Returns the one plugin that these tests need."""
    return ("importers",)


@pytest.fixture
def write(tmp_path: Path) -> Callable[..., Path]:
    """Returns a function that writes a text or bytes into a file and returns its path."""

    def write_file(content: str | bytes, name: str = "table.csv") -> Path:
        path = tmp_path / name
        path.write_bytes(content.encode() if isinstance(content, str) else content)
        return path

    return write_file


@pytest.fixture
def workbook(tmp_path: Path) -> Callable[..., Path]:
    """Returns a function that writes rows into an xlsx and returns its path."""

    def write_workbook(rows: Sequence[Sequence[Any]], name: str = "table.xlsx", **options: Any) -> Path:
        path = tmp_path / name
        book = xlsxwriter.Workbook(str(path), options)
        sheet = book.add_worksheet("Data")
        day = book.add_format({"num_format": "yyyy-mm-dd"})
        for number, row in enumerate(rows):
            for place, cell in enumerate(row):
                if hasattr(cell, "year"):
                    sheet.write_datetime(number, place, cell, day)
                else:
                    sheet.write(number, place, cell)
        book.close()
        return path

    return write_workbook


@pytest.fixture
def importing(crm: CRM, write: Callable[..., Path]) -> Callable[..., Batch]:
    """Returns a function that imports a path or the text of a csv and returns the finished batch."""

    def import_file(
        kind: str, table: Path | str, columns: dict | None = None, is_dry: bool = False, **options: Any
    ) -> Batch:
        path = table if isinstance(table, Path) else write(table)
        own = {name: options.pop(name) for name in ("on_duplicate", "create_missing") if name in options}
        said = make_options(get_kind(kind), columns or {}, options, folder=path.parent)
        said = type(said)(**{**said.__dict__, **own})
        return run(crm, prepare(crm, get_kind(kind), path, path.name, said), is_dry=is_dry)

    return import_file


@pytest.fixture
def counts() -> Callable[[Batch], tuple[int, int, int, int]]:
    """Returns a function that tells (created, updated, skipped, rejected) of a batch."""
    return lambda batch: (batch.created, batch.updated, batch.skipped, batch.rejected)


@pytest.fixture
def messages() -> Callable[[Batch], list[str]]:
    """Returns a function that lists the sentences about refused rows."""
    return lambda batch: [row.message for row in Rejected.select().where(Rejected.batch == batch).order_by(Rejected.id)]

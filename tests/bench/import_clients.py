"""Bench of the import: 100,000 clients of 12 columns from xlsx with all checks, and its undo, against the floor.

The floor is calamine reading the same file and plain executemany of the same cells into the same tables with the same
indexes, in the same run on the same database.
"""

import random
import resource
import tempfile
import time
from collections.abc import Callable
from contextlib import AbstractContextManager
from dataclasses import dataclass
from pathlib import Path

import xlsxwriter
from python_calamine import CalamineWorkbook

from core.api import CRM, create_user, execute_many
from plugins.importers.options import Options
from plugins.importers.services import get_kind, prepare
from plugins.importers.services import run as run_import
from plugins.importers.undo import undo_batch

ROWS = 100_000
OWNER = "User 1"
TITLES = (
    "Name", "Tax number", "Phone", "E-mail", "Country", "City", "Address", "Owner", "Source", "Status",
    "Contact person",
    "Contact phone",
)  # fmt: skip
LEAST_ROWS_PER_SECOND = 15_000
MOST_TIMES_THE_FLOOR = 4.5
MOST_MEMORY_MB = 600

Factory = Callable[[], AbstractContextManager[CRM]]


@dataclass(frozen=True)
class Figure:
    """One measured value and the bound it must keep (`is_least`: from below)."""

    name: str
    value: float
    unit: str
    bound: float
    is_least: bool = False

    @property
    def holds(self) -> bool:
        """Whether the bound is kept."""
        return self.value >= self.bound if self.is_least else self.value <= self.bound


def run(crm_factory: Factory, rows: int = ROWS) -> list[Figure]:
    """Measures one import and its undo on a fresh instance; `crm_factory` opens one with the plugin switched on."""
    with tempfile.TemporaryDirectory() as folder, crm_factory() as crm:
        path = Path(folder) / "clients.xlsx"
        write_clients(path, rows)
        create_user(crm, "user1", OWNER)
        floor = measure_floor(crm, path)
        began = time.perf_counter()
        batch = prepare(crm, get_kind("clients"), path, path.name, Options())
        run_import(crm, batch)
        taken = time.perf_counter() - began
        assert batch.created == rows, (batch.created, batch.skipped, batch.rejected)
        began = time.perf_counter()
        undo_batch(crm, batch)
        undone = time.perf_counter() - began
    memory = max(resource.getrusage(who).ru_maxrss for who in (resource.RUSAGE_SELF, resource.RUSAGE_CHILDREN)) / 1024
    return [
        Figure("import of clients", rows / taken, "rows/s", LEAST_ROWS_PER_SECOND, is_least=True),
        Figure("import, times the floor", taken / floor, "×", MOST_TIMES_THE_FLOOR),
        Figure("undo, times the import", undone / taken, "×", 1.0),
        Figure("memory of the larger process", memory, "MB", MOST_MEMORY_MB),
    ]


def write_clients(path: Path, rows: int, seed: int = 15) -> None:
    """Writes a workbook of made-up firms, no two of them alike."""
    chance = random.Random(seed)
    syllables = (
        "ba be bi da dri fa fi ga gjo ka ki la le lu ma me mi na ni pa ra re ri sa shi ta ti va ve za zhe".split()
    )
    cities = ("Tiranë", "Durrës", "Vlorë", "Shkodër", "Elbasan", "Korçë", "Fier", "Berat", "Prishtinë", "Prizren")
    words = ("Ndërtim", "Tregti", "Transport", "Farma", "Studio", "Agro", "Metal", "Tekstil", "Dru", "Energji")
    workbook = xlsxwriter.Workbook(str(path), {"constant_memory": True})
    sheet = workbook.add_worksheet("Clients")
    sheet.write_row(0, 0, TITLES)
    for number in range(rows):
        name = "".join(chance.choices(syllables, k=4)).title()
        sheet.write_row(
            number + 1,
            0,
            (
                f"{name} {chance.choice(words)} {number} SHPK",
                f"L{10_000_000 + number}A",
                f"+3556{chance.choice('789')}{number + 2_000_000:07d}",
                f"office{number}@example{number % 97}.al",
                "Albania",
                chance.choice(cities),
                f"Rruga {name}, Nr. {number % 200}",
                OWNER,
                chance.choice(("Fair", "Recommendation", "Web site")),
                "active",
                f"{name[:5]} {chance.choice(syllables).title()}",
                f"06{chance.choice('789')} {number % 800 + 200} {number // 800 + 1000:04d}",
            ),
        )
    workbook.close()


def measure_floor(crm: CRM, path: Path) -> float:
    """Returns the seconds that reading and plain writing of the same cells take; what it wrote is rolled back."""
    began = time.perf_counter()
    rows = CalamineWorkbook.from_path(str(path)).get_sheet_by_index(0).to_python()[1:]
    database = crm.database
    now = 1
    with database.atomic() as transaction:
        execute_many(
            database,
            "INSERT INTO core_client (id, kind, name, name_key, tax_number, phone, email, country, city, address, "
            "status,"
            " properties, created_at, changed_at) VALUES (?, 'company', ?, ?, ?, ?, ?, ?, ?, ?, ?, '{}', ?, ?)",
            [
                (number, row[0], row[0], row[1], row[2], row[3], row[4], row[5], row[6], row[9], now, now)
                for number, row in enumerate(rows, 1)
            ],
        )
        execute_many(
            database,
            "INSERT INTO core_contact (id, client_id, name, is_primary, created_at, changed_at) VALUES (?, ?, ?, "
            "?, ?, ?)",
            [(number, number, row[10], True, now, now) for number, row in enumerate(rows, 1)],
        )
        execute_many(
            database,
            "INSERT INTO core_contact_point (client_id, contact_id, kind, value, raw, is_valid, is_primary)"
            " VALUES (?, ?, ?, ?, ?, ?, ?)",
            [
                (number, contact, kind, row[place], row[place], True, True)
                for number, row in enumerate(rows, 1)
                for contact, kind, place in ((None, "phone", 2), (None, "email", 3), (number, "phone", 11))
            ],
        )
        taken = time.perf_counter() - began
        transaction.rollback()
    return taken

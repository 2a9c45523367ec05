"""The inside of zipped workbooks, before anything is unpacked: bombs, passwords, cells that hold no value."""

import re
import zipfile
from pathlib import Path

from core.api import lazy
from plugins.importers.errors import ImportRefused
from plugins.importers.reading.sniff import encrypted

MAX_UNPACKED = 2 * 2**30
MAX_RATIO = 300
SMALL = 20 * 2**20

FORMULA = lazy(
    "the formula was never calculated. Open the file in the spreadsheet program, save it and import it again"
)
ERROR = lazy("the cell holds an error of the spreadsheet program. Correct it or empty the cell")

_CELL = re.compile(rb"<c\b([^>]*)>(.*?)</c>", re.DOTALL)
_REFERENCE = re.compile(rb'\br="([A-Z]+)(\d+)"')
_VALUE = re.compile(rb"<v[^>]*>[^<]|<is>")


def check_archive(path: Path) -> None:
    """Refuses archives that would unpack to more than a workbook can honestly need, and locked ones."""
    with zipfile.ZipFile(path) as archive:
        members = archive.infolist()
        if any(member.flag_bits & 1 for member in members):
            raise encrypted()
        manifest = archive.read("META-INF/manifest.xml") if "META-INF/manifest.xml" in archive.namelist() else b""
    if b"encryption-data" in manifest[: 2**20]:
        raise encrypted()
    unpacked = sum(member.file_size for member in members)
    packed = sum(member.compress_size for member in members) or 1
    if unpacked > MAX_UNPACKED or (unpacked > SMALL and unpacked > packed * MAX_RATIO):
        raise ImportRefused(
            lazy(
                "The file unpacks from %(packed)s kB to %(unpacked)s MB, as no honest table does. Copy its rows into a "
                "new workbook and import that.",
                packed=packed // 1024,
                unpacked=unpacked // 2**20,
            )
        )


def valueless_cells(path: Path, sheet_name: str) -> dict[tuple[int, int], str]:
    """Returns (row, column) → reason for the cells of an xlsx sheet that show an error or an uncalculated formula.

    calamine gives an empty cell for both; importing them as nothing would lose data without a word.
    """
    xml = sheet_xml(path, sheet_name)
    if b"<f" not in xml and b't="e"' not in xml:
        return {}
    found = {}
    for attributes, inside in _CELL.findall(xml):
        reason = ""
        if b't="e"' in attributes:
            reason = ERROR
        elif b"<f" in inside and not _VALUE.search(inside) and b't="str"' not in attributes:
            reason = FORMULA
        reference = _REFERENCE.search(attributes) if reason else None
        if reference:
            found[int(reference[2]) - 1, _column_number(reference[1])] = reason
    return found


def sheet_xml(path: Path, sheet_name: str) -> bytes:
    """Returns an xlsx sheet as it lies in the file; nothing where it can't be found."""
    with zipfile.ZipFile(path) as archive:
        member = _sheet_member(archive, sheet_name)
        return b"" if member is None else archive.read(member)


def _sheet_member(archive: zipfile.ZipFile, sheet_name: str) -> str | None:
    names = set(archive.namelist())
    if not {"xl/workbook.xml", "xl/_rels/workbook.xml.rels"} <= names:
        return None
    book = archive.read("xl/workbook.xml").decode("utf-8", "replace")
    relations = archive.read("xl/_rels/workbook.xml.rels").decode("utf-8", "replace")
    escaped = sheet_name.replace("&", "&amp;").replace("<", "&lt;").replace('"', "&quot;")
    for tag in re.findall(r"<(?:\w+:)?sheet\b[^>]*>", book):
        identity = re.search(r'\b\w+:id="([^"]+)"', tag)
        if identity and f'name="{escaped}"' in tag:
            for relation in re.findall(r"<Relationship\b[^>]*>", relations):
                target = re.search(r'Target="([^"]+)"', relation)
                if target and f'Id="{identity[1]}"' in relation:
                    member = target[1].lstrip("/")
                    member = member if member.startswith("xl/") else f"xl/{member}"
                    return member if member in names else None
    return None


def _column_number(letters: bytes) -> int:
    number = 0
    for letter in letters:
        number = number * 26 + letter - 64
    return number - 1

"""The first rows of an uploaded file, kept beside it, so that the preview need not read the whole file each time."""

import pickle
from pathlib import Path

from plugins.importers.look import Look
from plugins.importers.reading.table import Row

KEPT = 500


def keep_head(path: Path, look: Look) -> None:
    """Writes the first rows beside the file."""
    _beside(path).write_bytes(pickle.dumps(look.rows[:KEPT]))


def read_head(path: Path) -> list[tuple[int, Row]]:
    """Returns the kept rows with their numbers."""
    return list(pickle.loads(_beside(path).read_bytes()))  # noqa: S301 - written by ourselves, in our own folder


def drop_head(path: Path) -> None:
    """Deletes the kept rows."""
    _beside(path).unlink(missing_ok=True)


def _beside(path: Path) -> Path:
    return path.with_name(f"{path.name}.head")

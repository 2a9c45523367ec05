"""The second process: reads a file that may be broken or hostile with a bound on memory, and validates while we write.

Requests and answers are pickles over pipes; the child is ours, so they are trusted. A pipe that is full makes it wait.
"""

import os
import pickle
import subprocess
import sys
from collections.abc import Callable, Iterable, Iterator
from pathlib import Path
from typing import Any

from core.api import lazy
from plugins.importers.errors import ImportRefused
from plugins.importers.look import Look, look_at
from plugins.importers.reading.table import Row
from plugins.importers.stream import Chunk, Source, chunks, picked_rows

MAX_MEMORY = 1_500 * 2**20
# Below this size a text can't hurt, and starting a process would take longer than reading it.
SMALL_TEXT = 512 * 1024


def look(path: Path, sheet: str, header_row: int | None, encoding: str, delimiter: str) -> Look:
    """Returns what a file holds (see `look.look_at`); raises ImportRefused."""
    request = (str(path), sheet, header_row, encoding, delimiter)
    if _is_small_text(path):
        return look_at(*request)
    return next(_answers("look", request))


def stream(source: Source) -> Iterator[Chunk]:
    """Returns the chunks of a file, made in the second process while the caller writes the ones before."""
    if _is_small_text(Path(source.path)):
        return chunks(source)
    return _answers("chunks", source)


def rows(place: tuple[str, str, str, str], wanted: frozenset[int]) -> Iterator[tuple[int, Row]]:
    """Returns the rows of a file (path, sheet, encoding, delimiter) with these numbers."""
    if _is_small_text(Path(place[0])):
        return picked_rows(*place, wanted)
    return _answers("rows", (*place, wanted))


def _is_small_text(path: Path) -> bool:
    with path.open("rb") as file:
        start = file.read(4)
    return path.stat().st_size < SMALL_TEXT and start not in (b"PK\x03\x04", b"\xd0\xcf\x11\xe0")


def _answers(verb: str, request: object) -> Iterator:
    process = subprocess.Popen(  # noqa: S603 - our own module, with nothing of the user on its command line
        [sys.executable, "-m", __name__],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        env={**os.environ, "PYTHONPATH": os.pathsep.join(filter(None, sys.path))},
    )
    try:
        pickle.dump((verb, request), process.stdin)
        process.stdin.close()
        while True:
            try:
                answer = pickle.load(process.stdout)  # noqa: S301 - from our own child
            except (EOFError, pickle.UnpicklingError):
                raise _died() from None
            if answer is None:
                return
            if isinstance(answer, ImportRefused):
                raise answer
            yield answer
    finally:
        process.kill()
        process.wait()
        process.stdout.close()


def _died() -> ImportRefused:
    return ImportRefused(
        lazy(
            "The file can't be read: it is damaged, or so spread out that it needs more than %(limit)s MB of "
            "memory (often "
            "by one cell at the far edge of the sheet). Copy its rows into a new workbook and import that.",
            limit=MAX_MEMORY // 2**20,
        )
    )


_VERBS: dict[str, Callable[[Any], Iterable]] = {
    "look": lambda request: [look_at(*request)],
    "chunks": chunks,
    "rows": lambda request: picked_rows(*request),
}


def _serve() -> None:
    _bound_memory()
    verb, request = pickle.load(sys.stdin.buffer)  # noqa: S301 - from our own parent
    output = sys.stdout.buffer
    try:
        for answer in _VERBS[verb](request):
            pickle.dump(answer, output, pickle.HIGHEST_PROTOCOL)
            output.flush()
        pickle.dump(None, output)
    except ImportRefused as refused:
        pickle.dump(refused, output)
    except BrokenPipeError:
        return  # the parent has stopped reading; nobody waits for the rest
    output.flush()


def _bound_memory() -> None:
    try:
        import resource
    except ImportError:
        return
    if sys.platform == "linux":
        resource.setrlimit(resource.RLIMIT_AS, (MAX_MEMORY, MAX_MEMORY))


if __name__ == "__main__":
    _serve()

"""Has pictures and PDF made by `press.py`, in short-lived processes with limits: no web worker loads their makers."""

import json
import logging
import subprocess
import sys
import tempfile
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import IO, Any

from core.api import CRMError
from core.api import gettext as _

PRESS = Path(__file__).with_name("press.py")
SECONDS = 60
MEMORY = 1 << 30
log = logging.getLogger("hinka.reports")


def press(
    charts: Sequence[Mapping[str, Any]],
    write: Callable[[], str] | None = None,
    *,
    seconds: int = SECONDS,
    picture: str = "svg",
) -> bytes:
    """Returns the PDF of the HTML that is written, with its charts, or the first chart as a `picture`.

    Raises CRMError if limits are exceeded.
    """
    order = json.dumps(list(charts)).encode()
    with tempfile.TemporaryFile() as said:
        try:
            if write is None:
                with _started(said, seconds, picture) as drawer:
                    return _answer_of(drawer, order, seconds)
            return _printed(said, order, write, seconds)
        except subprocess.TimeoutExpired as error:
            raise CRMError(_("The report took too long to draw. Choose fewer columns or a shorter period.")) from error
        except (subprocess.CalledProcessError, BrokenPipeError) as error:
            said.seek(0)
            log.exception("press failed", extra={"said": said.read()[-2000:].decode("utf-8", "replace")})
            words = _("The report could not be drawn. Choose fewer columns, or take the Excel form.")
            raise CRMError(words) from error


def _printed(said: IO[bytes], order: bytes, write: Callable[[], str], seconds: int) -> bytes:
    """Returns the PDF: the printer loads itself as we write, and another process draws what it will ask for."""
    with tempfile.TemporaryFile() as wanted:
        # From a file: at a pipe we would wait for a drawer that does not read, however long.
        wanted.write(order)
        wanted.seek(0)
        with _started(said, seconds, "svgs", wanted=wanted) as drawer:
            drawings = drawer.stdout.fileno()
            with _started(said, seconds, "pdf", str(drawings), pass_fds=(drawings,)) as printer:
                # From here on the printer alone holds it: a drawer whose printer is gone ends too.
                drawer.stdout.close()
                return _answer_of(printer, write().encode(), seconds)


@contextmanager
def _started(
    said: IO[bytes], seconds: int, *wish: str, wanted: IO[bytes] | int = subprocess.PIPE, pass_fds: tuple[int, ...] = ()
) -> Iterator[subprocess.Popen[bytes]]:
    """Runs the block with a press of its own, which does not outlive it."""
    # -I: neither the folder of press.py nor the environment adds to the modules that it can import.
    command = [sys.executable, "-I", str(PRESS), str(seconds), str(MEMORY), *wish]
    with subprocess.Popen(  # noqa: S603 - our own file, and what users typed comes by standard input
        command, stdin=wanted, stdout=subprocess.PIPE, stderr=said, pass_fds=pass_fds
    ) as process:
        try:
            yield process
        finally:
            process.kill()


def _answer_of(process: subprocess.Popen[bytes], order: bytes, seconds: int) -> bytes:
    answer, _said = process.communicate(order, timeout=seconds)
    if process.returncode:
        raise subprocess.CalledProcessError(process.returncode, process.args)
    return answer

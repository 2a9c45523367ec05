"""Has SVG and PDF made by `press.py`, in a short-lived process with limits: no web worker ever loads their makers."""

import json
import logging
import subprocess
import sys
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

from core.api import CRMError
from core.api import gettext as _

PRESS = Path(__file__).with_name("press.py")
SECONDS = 60
MEMORY = 1 << 30
log = logging.getLogger("hinka.reports")


def press(
    charts: Sequence[Mapping[str, Any]], html: str | None = None, *, seconds: int = SECONDS, picture: str = "svg"
) -> bytes:
    """Returns the PDF of `html` with its charts, or the first chart as a `picture`; CRMError if limits are exceeded."""
    order = {"charts": list(charts), "html": html, "seconds": seconds, "memory": MEMORY, "picture": picture}
    # -I: neither the folder of press.py nor the environment adds to the modules that it can import.
    command = [sys.executable, "-I", str(PRESS)]
    try:
        done = subprocess.run(  # noqa: S603 - our own file, and what users typed comes by standard input
            command, input=json.dumps(order).encode(), capture_output=True, timeout=seconds, check=True
        )
    except subprocess.TimeoutExpired as error:
        raise CRMError(_("The report took too long to draw. Choose fewer columns or a shorter period.")) from error
    except subprocess.CalledProcessError as error:
        said = error.stderr[-2000:].decode("utf-8", "replace")
        log.error("press failed", extra={"status": error.returncode, "said": said})
        raise CRMError(_("The report could not be drawn. Choose fewer columns, or take the Excel form.")) from error
    return done.stdout

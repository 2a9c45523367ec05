"""Has pictures and PDF made by `press.py`, in a short-lived process with limits: no web worker loads their makers."""

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
    charts: Sequence[Mapping[str, Any]],
    report: Mapping[str, Any] | None = None,
    *,
    seconds: int = SECONDS,
    picture: str = "svg",
) -> bytes:
    """Returns the PDF of a `report` with its charts, or the first chart as a `picture`.

    Raises CRMError if it can't be drawn, or not within the limits.
    """
    wish = picture if report is None else "pdf"
    # -I: neither the folder of press.py nor the environment adds to the modules that it can import.
    command = [sys.executable, "-I", str(PRESS), str(seconds), str(MEMORY), wish]
    order = json.dumps({"charts": charts, "report": report}, default=str).encode()
    try:
        made = subprocess.run(command, input=order, capture_output=True, check=True, timeout=seconds)  # noqa: S603 - our own file, and what users typed comes by standard input
    except subprocess.TimeoutExpired as error:
        raise CRMError(_("The report took too long to draw. Choose fewer columns or a shorter period.")) from error
    except subprocess.CalledProcessError as error:
        log.exception("press failed", extra={"said": error.stderr[-2000:].decode("utf-8", "replace")})
        raise CRMError(_("The report could not be drawn. Choose fewer columns, or take the Excel form.")) from error
    return made.stdout

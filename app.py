"""The composition root: `create_app()` for the web server, `main()` for the `hinka` command."""

import os
from pathlib import Path
from typing import TYPE_CHECKING

from core.config import read_config
from core.serve.entry import safe_web

if TYPE_CHECKING:
    from flask import Flask


def create_app() -> "Flask":
    """Returns the WSGI application of the instance that HINKA_INSTANCE names (default: `instance`); never raises."""
    config = read_config(Path(os.environ.get("HINKA_INSTANCE", "instance")))
    return safe_web(config, filter(None, os.environ.get("HINKA_WITHOUT", "").split(",")))


def main() -> None:
    """Runs the `hinka` command."""
    from core import commands  # the web server does without the command line

    commands.run()


if __name__ == "__main__":
    main()

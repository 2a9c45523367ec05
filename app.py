"""The composition root: `create_app()` for the web server, `main()` for the `hinka` command."""

import os
from pathlib import Path
from typing import TYPE_CHECKING

from core.boot import boot
from core.config import read_config
from core.users.roles import ensure_roles

if TYPE_CHECKING:
    from flask import Flask


def create_app() -> "Flask":
    """Returns the WSGI application of the instance that HINKA_INSTANCE names (default: `instance`)."""
    from core.web.factory import create_web  # the command line does without Flask

    config = read_config(Path(os.environ.get("HINKA_INSTANCE", "instance")))
    without = filter(None, os.environ.get("HINKA_WITHOUT", "").split(","))
    crm = boot(config, without=without)
    ensure_roles(crm)  # a plugin that was switched on brings rights for the standard roles
    return create_web(crm)


def main() -> None:
    """Runs the `hinka` command."""
    from core import commands  # the web server does without the command line

    commands.run()


if __name__ == "__main__":
    main()

"""What the plugin adds to Hinka."""

from typing import Any

from core.api import CRM, JobKind, Permission, hook, lazy

from .jobs import run_import, undo_import

WRITERS = ("director", "head", "seller")


@hook
def permissions() -> list[Permission]:
    """Names the right to import."""
    return [Permission("importers.run", lazy("Import from files, and undo own imports"), WRITERS)]


@hook
def job_kinds(crm: CRM) -> list[JobKind]:
    """Declares the two long works: importing and undoing."""
    return [JobKind("importers.run", run_import, attempts=2), JobKind("importers.undo", undo_import, attempts=2)]


@hook
def commands() -> list[Any]:
    """Adds `hinka import`."""
    from .commands import COMMANDS  # only the command line needs it

    return list(COMMANDS)

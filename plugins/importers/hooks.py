"""What the plugin adds to Hinka."""

from datetime import timedelta
from typing import Any

from core.api import JobKind, MenuItem, Permission, RestRoutes, Routes, TimelineEntry, hook, lazy
from plugins.importers.jobs import run_import, undo_import

WRITERS = ("director", "head")
LIMIT = timedelta(hours=6)


@hook
def permissions() -> list[Permission]:
    """Names the right to import."""
    return [Permission("importers.run", lazy("Import from files, and undo own imports"), WRITERS)]


@hook
def job_kinds() -> list[JobKind]:
    """Declares the two long works: importing and undoing."""
    return [
        JobKind("importers.run", run_import, attempts=2, limit=LIMIT),
        JobKind("importers.undo", undo_import, attempts=2, limit=LIMIT),
    ]


@hook
def commands() -> list[Any]:
    """Adds `hinka import`."""
    from plugins.importers.commands import COMMANDS  # only the command line needs it

    return list(COMMANDS)


@hook
def menu_items() -> list[MenuItem]:
    """Adds the imports to the menu."""
    return [MenuItem("importers", lazy("Import"), "importers.index", "file-import", 600, "importers.run")]


@hook
def timeline_entries(record: Any, user: Any, until: Any) -> list[TimelineEntry]:
    """Tells on the timeline of a client or deal with which file it came."""
    from plugins.importers.telling import entries_of  # only the web needs it

    return entries_of(record, user, until)


@hook
def routes() -> list[Routes]:
    """Adds the pages."""
    from plugins.importers.pages import blueprint  # only the web needs them

    return [Routes(blueprint, "/imports")]


@hook
def rest_routes() -> list[RestRoutes]:
    """Adds the imports to the REST API."""
    from plugins.importers.api_v1 import blueprint  # only the web needs it

    return [RestRoutes(blueprint)]

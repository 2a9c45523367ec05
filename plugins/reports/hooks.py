"""What the plugin tells the core."""

from typing import Any

from core.api import Permission, hook, lazy
from plugins.reports.commands import report

EVERYBODY = ("director", "head", "seller", "agent", "reader")


@hook
def permissions() -> list[Permission]:
    """Names the rights of the plugin."""
    return [
        Permission("reports.read", lazy("See reports"), EVERYBODY),
        Permission("reports.export", lazy("Take reports away as files"), ("director", "head")),
        Permission("reports.share", lazy("Share settings of reports with everybody"), ("director", "head")),
    ]


@hook
def commands() -> list[Any]:
    """Adds `hinka report`."""
    return [report]

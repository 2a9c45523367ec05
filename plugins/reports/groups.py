"""The groups in which reports are shown, so that a director finds one among many."""

from collections.abc import Sequence
from dataclasses import dataclass

from core.api import Report, Text, lazy

GROUPS = {
    "funnels": (lazy("Funnels"), "chart-funnel"),
    "process": (lazy("Process"), "hourglass"),
    "people": (lazy("People"), "users"),
    "clients": (lazy("Clients"), "building"),
    "forecast": (lazy("Forecast and plan"), "trending-up"),
    "own": (lazy("Own reports"), "table"),
}


@dataclass(frozen=True)
class Group:
    """Reports that belong together."""

    key: str
    title: Text
    icon: str
    reports: tuple[Report, ...]


def grouped_reports(reports: Sequence[Report]) -> list[Group]:
    """Returns the groups that have reports; one of an unknown group stands among those of the process."""
    found: dict[str, list[Report]] = {key: [] for key in GROUPS}
    for report in reports:
        found[report.group if report.group in found else "process"].append(report)
    return [Group(key, *GROUPS[key], tuple(members)) for key, members in found.items() if members]

"""What changed since Monday: the bridge of the open deals, in a sentence, a table and a picture."""

from dataclasses import replace

from core.api import CRM, User, format_number
from core.api import gettext as _
from plugins.reports.document import Chart, Document
from plugins.reports.history import bridge_report
from plugins.reports.settings.parameters import Settings

FIGURES = ("won", "lost", "closing", "closing_potential")


def make(crm: CRM, user: User | None, settings: Settings) -> Document:
    """Returns what changed since Monday."""
    bridge = bridge_report.make(crm, user, replace(settings, report=bridge_report.NAME))
    figures = {figure.key: figure for figure in bridge.figures}
    return replace(
        bridge,
        summary=() if bridge.is_empty else (_words({key: figure.value for key, figure in figures.items()}),),
        figures=tuple(figures[key] for key in FIGURES if key in figures),
        tables=(replace(bridge.tables[0], key="changed", title=_("What changed since Monday")),),
        draw=lambda: _charts(bridge),
        notes=(),
    )


def _words(count: dict[str, int]) -> str:
    return _(
        "Since Monday %(came)s deals came, %(won)s were won and %(lost)s lost; %(open)s are open now.",
        came=format_number(count["came"]),
        won=format_number(count["won"]),
        lost=format_number(count["lost"]),
        open=format_number(count["closing"]),
    )


def _charts(bridge: Document) -> tuple[Chart, ...]:
    """Returns the potential from Monday to now."""
    return tuple(replace(chart, key="changed", has_own_axis=True) for chart in bridge.charts[:1])

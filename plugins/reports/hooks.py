"""What the plugin tells the core."""

from collections.abc import Mapping
from datetime import timedelta
from typing import Any

from core.api import (
    JobKind,
    MenuItem,
    Panel,
    Permission,
    RecordField,
    RestRoutes,
    Routes,
    SearchResult,
    SettingsGroup,
    hook,
    lazy,
)
from plugins.reports.clients.costs import SETTINGS
from plugins.reports.commands import report, report_variants
from plugins.reports.forecast.learning import KIND, run_forecast
from plugins.reports.funnel import checking, summing
from plugins.reports.history.behind import Behind, record_field
from plugins.reports.history.clients_of import CLIENT, DEAL, of_field
from plugins.reports.registry import read_given
from plugins.reports.variants import sending

EVERYBODY = ("director", "head", "seller", "agent", "reader")


@hook
def permissions() -> list[Permission]:
    """Names the rights of the plugin."""
    return [
        Permission("reports.read", lazy("See reports"), EVERYBODY),
        Permission("reports.export", lazy("Take reports away as files"), ("director", "head")),
        Permission("reports.plan", lazy("Keep plans"), ("director", "head", "seller")),
        Permission("reports.set_up", lazy("Set standards of service and costs of marketing"), ("director", "head")),
        Permission("reports.share", lazy("Share settings of reports with everybody"), ("director", "head")),
    ]


@hook
def settings_groups() -> list[SettingsGroup]:
    """Adds what the reports have to know of the company."""
    return [SETTINGS]


@hook
def job_kinds() -> list[JobKind]:
    """Learns the statistics of the forecast, and checks it, every night; sends reports at their time."""
    return [
        JobKind(KIND, run_forecast, every=timedelta(days=1), attempts=2),
        JobKind(sending.LOOK_KIND, sending.start_due, every=sending.LOOK),
        JobKind(summing.KIND, summing.sum_marked, every=summing.EVERY),
        JobKind(sending.SEND_KIND, sending.send, attempts=sending.ATTEMPTS),
    ]


@hook
def inspections(crm: Any) -> list[Any]:
    """Recounts the kept sums of closed deals."""
    return [checking.inspect_sums(crm)]


@hook
def home_panels(user: Any) -> list[Panel]:
    """Adds the tiles that a user has chosen, or those that people of that role usually need."""
    from plugins.reports.variants.panels import panels_of  # only the web needs them

    return panels_of(user)


@hook
def search_results(crm: Any, user: Any, text: str, limit: int) -> list[SearchResult]:
    """Finds reports and saved settings by their names."""
    from plugins.reports.finding import found  # only the web needs them

    return found(crm, user, text, limit)


@hook
def commands() -> list[Any]:
    """Adds `hinka report` and `hinka report-variants`."""
    return [report, report_variants]


@hook
def menu_items() -> list[MenuItem]:
    """Adds the reports to the menu."""
    return [MenuItem("reports", lazy("Reports"), "reports.index", "chart-funnel", 400, "reports.read")]


@hook
def record_fields(crm: Any) -> list[RecordField]:
    """Adds the fields by which the lists of deals and of clients open what stands behind a number of a report."""
    behind = record_field(crm, _behinds, read_given), record_field(crm, _clients_behind, read_given, "client")
    return [*behind, of_field(crm, CLIENT), of_field(crm, DEAL)]


@hook
def routes() -> list[Routes]:
    """Adds the pages."""
    from plugins.reports.forecast.pages import blueprint as checking  # only the web needs them
    from plugins.reports.pages import blueprint
    from plugins.reports.people.setup_pages import blueprint as setup
    from plugins.reports.plan.pages import blueprint as plans
    from plugins.reports.variants.pages import blueprint as saved

    return [
        Routes(blueprint, "/reports"),
        Routes(checking, "/reports/checking"),
        Routes(setup, "/reports/setup"),
        Routes(plans, "/reports/plans"),
        Routes(saved, "/reports/saved"),
    ]


@hook
def rest_routes() -> list[RestRoutes]:
    """Adds the reports to the REST API."""
    from plugins.reports.api_v1 import blueprint  # only the web needs them
    from plugins.reports.plan.api_v1 import blueprint as plans
    from plugins.reports.variants.api_v1 import blueprint as variants
    from plugins.reports.variants.schedules_api import blueprint as schedules
    from plugins.reports.variants.tiles_api import blueprint as tiles

    return [RestRoutes(one) for one in (plans, variants, schedules, tiles, blueprint)]


def _clients_behind() -> Mapping[str, Behind]:
    from plugins.reports.history.behinds import CLIENTS  # as below

    return CLIENTS


def _behinds() -> Mapping[str, Behind]:
    from plugins.reports.history.behinds import BEHINDS  # all reports of the history: only their numbers need them

    return BEHINDS

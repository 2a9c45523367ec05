"""The reports there are: by name, with their parameters and who makes them. Other plugins will join theirs here."""

from collections.abc import Iterable
from functools import partial

from core.api import CRM, NotFound, User, lazy
from core.api import gettext as _
from plugins.reports.document import Document
from plugins.reports.forecast import check_report, season_report
from plugins.reports.forecast import report as forecast_report
from plugins.reports.funnel import closed_matrix, closed_report, open_report
from plugins.reports.funnel.matrix import INDICATORS
from plugins.reports.history import bridge_report
from plugins.reports.parameters import CHECK, CLOSED, FORECAST, OPEN, REASONS, SEASONS, TABLE, Settings, read_settings
from plugins.reports.plan import report as plan_report
from plugins.reports.report import Report
from plugins.reports.tables import by_source, loss_reasons

OPEN_INDICATORS = tuple(name for name in INDICATORS if name not in ("lost", "conversion"))


REPORTS = {
    report.name: report
    for report in (
        Report(
            closed_report.NAME,
            closed_report.TITLE,
            CLOSED,
            tuple(INDICATORS),
            closed_matrix.DEFAULT,
            closed_report.make,
            lazy("What became of the deals that were closed in a period: how far they came, where they were lost."),
            "chart-funnel",
        ),
        Report(
            open_report.NAME,
            open_report.TITLE,
            OPEN,
            OPEN_INDICATORS,
            open_report.DEFAULT,
            open_report.make,
            lazy("Where open deals stand, what they are worth, and what they will bring."),
            "chart-funnel",
        ),
        Report(
            by_source.MANAGERS,
            by_source.TITLES[by_source.MANAGERS],
            TABLE,
            (),
            (),
            partial(by_source.make, by_source.MANAGERS),
            lazy("Who won what: deals, win rate, money and its share, the best on top."),
            "users",
            by_source.USUAL[by_source.MANAGERS],
        ),
        Report(
            by_source.SOURCES,
            by_source.TITLES[by_source.SOURCES],
            TABLE,
            (),
            (),
            partial(by_source.make, by_source.SOURCES),
            lazy("Where the clients of won deals came from, and what each source brought."),
            "affiliate",
            by_source.USUAL[by_source.SOURCES],
        ),
        Report(
            loss_reasons.NAME,
            loss_reasons.TITLE,
            REASONS,
            (),
            (),
            loss_reasons.make,
            lazy("Why deals were lost, the gravest reason first, and at which stages."),
            "thumb-down",
        ),
        Report(
            bridge_report.NAME,
            bridge_report.TITLE,
            TABLE,
            (),
            (),
            bridge_report.make,
            lazy("What changed in the funnel since last Monday, or between two days: came, moved, grew, won, lost."),
            "arrows-exchange",
        ),
        Report(
            forecast_report.NAME,
            forecast_report.TITLE,
            FORECAST,
            (),
            (),
            forecast_report.make,
            lazy("What a month or quarter will bring, from open deals and new ones, with a range."),
            "trending-up",
        ),
        Report(
            check_report.NAME,
            check_report.TITLE,
            CHECK,
            (),
            (),
            check_report.make,
            lazy("How right earlier forecasts were: bias, range, chances, beside three other ways to count."),
            "checks",
        ),
        Report(
            season_report.NAME,
            season_report.TITLE,
            SEASONS,
            (),
            (),
            season_report.make,
            lazy("Strong and weak months, and what the next twelve will bring."),
            "calendar-stats",
        ),
        plan_report.REPORT,
    )
}


def get_report(name: str) -> Report:
    """Returns the report of a name; raises NotFound naming the known ones."""
    if name not in REPORTS:
        known = ", ".join(REPORTS)
        raise NotFound(_("There is no report “%(name)s”; known are %(known)s.", name=name, known=known))
    return REPORTS[name]


def make_report(crm: CRM, user: User | None, name: str, pairs: Iterable[tuple[str, str]]) -> Document:
    """Returns the finished report as `user` may see it (None: the system, everything).

    Raises NotFound for an unknown report, InvalidInput for a wrong parameter.
    """
    report = get_report(name)
    return report.make(crm, user, read_pairs(crm, user, report, pairs))


def read_pairs(crm: CRM, user: User | None, report: Report, pairs: Iterable[tuple[str, str]]) -> Settings:
    """Returns the settings that the parameters mean to a report; raises InvalidInput for a wrong one."""
    return read_settings(crm, user, report.name, report.parameters, pairs, report.indicators)


def read_given(crm: CRM, user: User | None, name: str, pairs: Iterable[tuple[str, str]]) -> Settings:
    """Returns the settings of the report of a name, as `read_pairs` does."""
    return read_pairs(crm, user, get_report(name), pairs)

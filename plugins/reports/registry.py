"""The reports there are, by name: our own, each of which is imported when it is first wanted, and those of plugins.

A module of a report ends with its `REPORT`; its line here is all that the rest of the house has to know.
"""

from collections.abc import Callable, Iterable, Mapping
from importlib import import_module
from typing import Any

from core.api import CRM, NotFound, Report, User, fields
from core.api import gettext as _
from plugins.reports.document import Document
from plugins.reports.engine.facts import entity_of
from plugins.reports.settings.parameters import PERIOD, Settings, read_settings

# By name, in the order in which they are shown within their groups.
OWN = {
    "week": "week.report:REPORT",
    "funnel-closed": "funnel.closed_report:REPORT",
    "funnel-open": "funnel.open_report:REPORT",
    "funnels": "history.funnels:REPORT",
    "bridge": "history.bridge_report:REPORT",
    "cohorts": "history.cohorts:REPORT",
    "flow": "history.flow:REPORT",
    "conversion": "history.conversion:REPORT",
    "hanging": "history.hanging:REPORT",
    "contacts": "history.contacts:REPORT",
    "loss-reasons": "tables.loss_reasons:REPORT",
    "managers": "tables.by_source:OF_MANAGERS",
    "activity": "people.activity:REPORT",
    "standards": "people.standards:REPORT",
    "sources": "tables.by_source:OF_SOURCES",
    "matrix": "engine.report:REPORT",
    "marketing-return": "clients.marketing_return:REPORT",
    "primary-demand": "clients.primary_demand:REPORT",
    "margin": "clients.margin:REPORT",
    "repeat-clients": "clients.repeat:REPORT",
    "client-cohorts": "clients.cohorts:REPORT",
    "forecast": "forecast.report:REPORT",
    "forecast-check": "forecast.check_report:REPORT",
    "seasonality": "forecast.season_report:REPORT",
    "plan": "plan.report:REPORT",
    "plan-fact": "plan.fact_report:REPORT",
}

Part = Callable[[CRM, User | None, Settings], Document]
# Reports whose page shows them part by part, each asked for by itself, so that the page is there at once.
IN_PARTS = {"week": "week.report:PARTS"}


def all_reports(crm: CRM) -> list[Report]:
    """Returns all reports: our own, then those of plugins in the order of their names."""
    return [_own(name) for name in OWN] + [crm.reports[name] for name in sorted(crm.reports) if name not in OWN]


def get_report(crm: CRM, name: str) -> Report:
    """Returns the report of a name; raises NotFound naming the known ones."""
    if name in OWN:
        return _own(name)
    if name not in crm.reports:
        known = ", ".join((*OWN, *sorted(crm.reports)))
        raise NotFound(_("There is no report “%(name)s”; known are %(known)s.", name=name, known=known))
    return crm.reports[name]


def find_report(crm: CRM, name: str) -> Report | None:
    """Returns the report of a name, or None: its plugin may be off."""
    return get_report(crm, name) if name in OWN or name in crm.reports else None


def make_report(crm: CRM, user: User | None, name: str, pairs: Iterable[tuple[str, str]]) -> Document:
    """Returns the finished report as `user` may see it (None: the system, everything).

    Raises NotFound for an unknown report, InvalidInput for a wrong parameter.
    """
    report = get_report(crm, name)
    with fields.remembering():
        return report.make(crm, user, read_pairs(crm, user, report, pairs))


def read_pairs(crm: CRM, user: User | None, report: Report, pairs: Iterable[tuple[str, str]]) -> Settings:
    """Returns the settings that the parameters mean to a report; raises InvalidInput for a wrong one."""
    pairs = list(pairs)
    if report.usual_period and "compare" in dict(pairs) and not {name for name, _value in pairs} & set(PERIOD):
        # What is compared with nothing asked for is the usual period.
        pairs.append(("period", report.usual_period))
    of = entity_of(crm, report, pairs)
    return read_settings(crm, user, report.name, report.parameters, pairs, report.indicators, of)


def read_given(crm: CRM, user: User | None, name: str, pairs: Iterable[tuple[str, str]]) -> Settings:
    """Returns the settings of the report of a name, as `read_pairs` does."""
    return read_pairs(crm, user, get_report(crm, name), pairs)


def parts_of(name: str) -> Mapping[str, Part]:
    """Returns the parts by which a report is shown on its page, in order; none for one that is shown as a whole."""
    return _found(IN_PARTS[name]) if name in IN_PARTS else {}


def make_part(crm: CRM, user: User | None, name: str, part: str, pairs: Iterable[tuple[str, str]]) -> Document:
    """Returns one part of a report, as `make_report` the whole; raises NotFound for an unknown one."""
    make = parts_of(name).get(part)
    if make is None:
        raise NotFound(_("This report has no such part."))
    return make(crm, user, read_given(crm, user, name, pairs))


def _own(name: str) -> Report:
    return _found(OWN[name])


def _found(place: str) -> Any:
    module, _colon, attribute = place.partition(":")
    return getattr(import_module(f"plugins.reports.{module}"), attribute)

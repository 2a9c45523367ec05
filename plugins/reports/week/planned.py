"""The plan that runs, beside what was done of it until now."""

from dataclasses import replace
from datetime import date

from core.api import CRM, User, format_number, ngettext
from core.api import gettext as _
from plugins.reports.document import Chart, Document, Figure, Note
from plugins.reports.history.writing import make_document
from plugins.reports.models import Plan
from plugins.reports.plan import fact_report
from plugins.reports.plan.saving import plans_of
from plugins.reports.settings.parameters import Settings

TABLES = ("steps", "managers")


def make(crm: CRM, user: User | None, settings: Settings) -> Document:
    """Returns the plan that runs against fact, or that none does."""
    plan = _running(plans_of(user), crm.today())
    if plan is None:
        return _none(crm, user, settings)
    of_plan = replace(settings, report=fact_report.NAME, given={"plan": str(plan.id)})
    fact = fact_report.make(crm, user, of_plan)
    figures = {figure.key: figure for figure in fact.figures}
    return replace(
        fact,
        summary=(_words(crm, plan, figures),),
        figures=tuple(figures[key] for key in ("contracts", "won") if key in figures),
        tables=tuple(
            replace(table, key=f"plan-{table.key}", title=f"{plan.name}: {table.title}")
            for table in fact.tables
            if table.key in TABLES
        ),
        draw=lambda: _charts(plan, fact),
        notes=(
            Note(
                _("Week by week, and all plans:"),
                place="reports.show",
                place_words=_("Plan against fact"),
                right="reports.read",
                place_values={"name": fact_report.NAME, "plan": str(plan.id)},
            ),
        ),
    )


def _running(plans: list[Plan], today: date) -> Plan | None:
    """Returns the newest plan of those that have begun and are not over."""
    return next((plan for plan in plans if plan.begin_on <= today <= plan.due_on), None)


def _none(crm: CRM, user: User | None, settings: Settings) -> Document:
    note = Note(
        _("No plan is running, so there is nothing to compare the weeks with."),
        place="reports.show",
        place_words=_("Plan backwards"),
        right="reports.read",
        place_values={"name": "plan"},
    )
    return make_document(crm, user, settings, title=fact_report.TITLE, tables=(), rows=(), totals={}, notes=[note])


def _words(crm: CRM, plan: Plan, figures: dict[str, Figure]) -> str:
    days = (plan.due_on - crm.today()).days
    left = ngettext("%(n)s day is left", "%(n)s days are left", days)
    return _("Plan “%(name)s”: %(won)s of %(contracts)s contracts are won, %(left)s.", name=plan.name,
             won=format_number(figures["won"].value), contracts=format_number(plan.contracts), left=left)  # fmt: skip


def _charts(plan: Plan, fact: Document) -> tuple[Chart, ...]:
    """Returns the contracts, week by week; what leads to them is in the table."""
    return tuple(replace(chart, key=f"plan-{chart.key}", title=f"{plan.name}: {chart.title}") for chart in fact.charts)

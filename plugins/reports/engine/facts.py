"""What one's own reports count: the facts of the house, and those that plugins bring by the hook `report_facts`."""

from collections.abc import Iterable

from core.api import CRM, InvalidInput, Report, ReportFacts, ReportMeasure, lazy
from core.api import gettext as _

FACTS = "facts"
USUAL = "deals"
OPEN = {"field": "state", "op": "equal", "value": "open"}
WON = {"field": "state", "op": "equal", "value": "won"}
LOST = {"field": "state", "op": "equal", "value": "lost"}
CLOSED = {"field": "state", "op": "in", "value": ["won", "lost"]}
FREE = {"field": "is_on_hold", "op": "equal", "value": False}
HELD = {"field": "is_planned", "op": "equal", "value": False}
PASSED = {"field": "outcome", "op": "in", "value": ["passed", "won"]}

_DEALS = ReportMeasure("deals", lazy("Deals"))
_CLIENTS = ReportMeasure("clients", lazy("Distinct clients"), "distinct", "client")
_POTENTIAL = ReportMeasure("potential", lazy("Potential"), "sum", "potential_base", "money")
_MEAN_POTENTIAL = ReportMeasure("mean_potential", lazy("Mean potential"), "mean", "potential_base", "money")
_MEDIAN_POTENTIAL = ReportMeasure("median_potential", lazy("Median potential"), "median", "potential_base", "money")
_WON = (
    ReportMeasure("won", lazy("Deals won"), conditions=(WON,)),
    ReportMeasure("lost", lazy("Deals lost"), conditions=(LOST,)),
    ReportMeasure("win_rate", lazy("Win rate"), "share", kind="share", conditions=(WON,), among=(CLOSED,)),
    ReportMeasure("won_amount", lazy("Won amount"), "sum", "amount_base", "money", (WON,)),
    ReportMeasure("mean_amount", lazy("Mean of a won deal"), "mean", "amount_base", "money", (WON,)),
    ReportMeasure("median_amount", lazy("Median of a won deal"), "median", "amount_base", "money", (WON,)),
    ReportMeasure("lost_potential", lazy("Potential lost"), "sum", "potential_base", "money", (LOST,)),
)
_EXPECTED = (
    ReportMeasure("expected_wins", lazy("Expected to be won"), "expected", kind="number", conditions=(OPEN, FREE)),
    ReportMeasure(
        "expected_income", lazy("Expected income"), "expected", "potential_base", "money", conditions=(OPEN, FREE)
    ),
    ReportMeasure("probability", lazy("Probability"), "chance", kind="share", conditions=(OPEN, FREE)),
)
_DAYS_OPEN = (
    ReportMeasure("mean_days", lazy("Mean days open"), "mean", "days_open", "number"),
    ReportMeasure("median_days", lazy("Median days open"), "median", "days_open", "number"),
)
_OF_DEALS = ("owner", "team", "type", "stage", "state", "source", "loss_reason", "client.region", "client.city")
_SIZES = (_POTENTIAL, _MEAN_POTENTIAL, _MEDIAN_POTENTIAL)
OWN = {
    facts.name: facts
    for facts in (
        ReportFacts(
            "deals",
            lazy("Deals, all"),
            "deal",
            (_DEALS, _CLIENTS, *_WON, *_SIZES, *_EXPECTED, *_DAYS_OPEN),
            "/deals/",
            ("opened_at", "closed_at", "expected_on"),
            _OF_DEALS,
            permission="deals.read",
        ),
        ReportFacts(
            "deals-open",
            lazy("Deals, open"),
            "deal",
            (_DEALS, _CLIENTS, *_SIZES, *_EXPECTED, *_DAYS_OPEN),
            "/deals/",
            ("opened_at", "expected_on", "entered_at"),
            _OF_DEALS,
            (OPEN,),
            permission="deals.read",
        ),
        ReportFacts(
            "deals-closed",
            lazy("Deals, closed"),
            "deal",
            (_DEALS, _CLIENTS, *_WON, *_DAYS_OPEN),
            "/deals/",
            ("closed_at", "opened_at"),
            _OF_DEALS,
            (CLOSED,),
            permission="deals.read",
        ),
        ReportFacts(
            "visits",
            lazy("Stage visits"),
            "visit",
            (
                ReportMeasure("visits", lazy("Visits")),
                ReportMeasure("deals", lazy("Distinct deals"), "distinct", "deal"),
                ReportMeasure("passed", lazy("Passed"), conditions=(PASSED,)),
                ReportMeasure("pass_rate", lazy("Share passed"), "share", kind="share", conditions=(PASSED,)),
                _POTENTIAL,
                ReportMeasure("mean_days", lazy("Mean days at the stage"), "mean", "days", "number"),
                ReportMeasure("median_days", lazy("Median days at the stage"), "median", "days", "number"),
            ),
            "/deals/visits",
            ("entered_at", "left_at"),
            ("stage", "outcome", "responsible", "responsible.team", "deal.type", "deal.source", "deal.client"),
            permission="deals.read",
        ),
        ReportFacts(
            "interactions",
            lazy("Interactions"),
            "interaction",
            (
                ReportMeasure("held", lazy("Held"), conditions=(HELD,)),
                ReportMeasure("interactions", lazy("Interactions")),
                _CLIENTS,
                *(
                    ReportMeasure(name, label, conditions=(HELD, {"field": "kind", "op": "equal", "value": kind}))
                    for name, label, kind in (
                        ("calls", lazy("Calls"), "call"),
                        ("letters", lazy("Letters"), "letter"),
                        ("meetings", lazy("Meetings"), "meeting"),
                    )
                ),
                ReportMeasure("minutes", lazy("Minutes"), "sum", "minutes", "number", (HELD,)),
            ),
            "/interactions/",
            ("at", "created_at"),
            ("user", "team", "kind", "direction", "client.region", "client.source", "deal.type"),
            permission="clients.read",
        ),
        ReportFacts(
            "tasks",
            lazy("Tasks"),
            "task",
            (
                ReportMeasure("tasks", lazy("Tasks")),
                ReportMeasure("open", lazy("Open"), conditions=(OPEN,)),
                ReportMeasure(
                    "late",
                    lazy("Late"),
                    conditions=(OPEN, {"field": "due", "op": "equal", "value": "late"}),
                ),
                ReportMeasure("done", lazy("Done"), conditions=({"field": "done_at", "op": "not_empty"},)),
            ),
            "/tasks/all",
            ("created_at", "due_at", "done_at"),
            ("user", "team", "author", "state", "kind", "deal.type"),
            permission="clients.read",
        ),
        ReportFacts(
            "clients",
            lazy("Clients"),
            "client",
            (ReportMeasure("clients", lazy("Clients")),),
            "/clients/",
            ("created_at",),
            ("owner", "team", "source", "status", "region", "city", "categories"),
            permission="clients.read",
        ),
    )
}


def all_facts(crm: CRM) -> list[ReportFacts]:
    """Returns all facts: our own, then those of plugins by name."""
    return [*OWN.values(), *(crm.report_facts[name] for name in sorted(crm.report_facts) if name not in OWN)]


def get_facts(crm: CRM, name: str) -> ReportFacts:
    """Returns the facts of a name, the usual ones for the empty name; raises InvalidInput naming the known ones."""
    found = OWN.get(name or USUAL) or crm.report_facts.get(name)
    if found is None:
        known = ", ".join(facts.name for facts in all_facts(crm))
        sentence = _("There are no facts “%(name)s”; known are %(known)s.", name=name, known=known)
        raise InvalidInput(sentence, fields={FACTS: [sentence]})
    return found


def known_facts(crm: CRM, report: Report, pairs: Iterable[tuple[str, str]]) -> tuple[str, str]:
    """Returns the facts of a report and the kind of record its filters speak of; the usual for facts that are gone."""
    name = dict(pairs).get(FACTS, "")
    try:
        return name, entity_of(crm, report, [(FACTS, name)])
    except InvalidInput:
        return USUAL, OWN[USUAL].entity


def entity_of(crm: CRM, report: Report, pairs: Iterable[tuple[str, str]]) -> str:
    """Returns the kind of record that a report's filters speak of: of its facts, or deals."""
    if FACTS not in report.parameters:
        return "deal"
    return get_facts(crm, dict(pairs).get(FACTS, "")).entity

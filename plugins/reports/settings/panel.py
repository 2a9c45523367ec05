"""The panel of settings beside a report: what can be chosen, what is chosen, and filters as chips."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from functools import partial
from urllib.parse import urlencode

from core.api import CRM, InvalidInput, Report, Text, User, fields, lazy
from core.api import gettext as _
from plugins.reports.dimensions import OFFERED
from plugins.reports.engine import menus
from plugins.reports.engine.facts import FACTS, known_facts
from plugins.reports.forecast.words import METHOD_WORDS
from plugins.reports.funnel.counts import FINAL
from plugins.reports.funnel.matrix import INDICATORS
from plugins.reports.funnel.types import deal_types
from plugins.reports.plan.saving import plans_of
from plugins.reports.settings.conditions import PARAMETER, in_words, read_condition, read_conditions
from plugins.reports.settings.parameters import OWNER
from plugins.reports.settings.periods import PRESETS
from plugins.reports.settings.unoffered import name_of, unknown
from plugins.reports.words import COUNTINGS, CREDITS

Pairs = Sequence[tuple[str, str]]
AHEAD = ("next_month", "this_quarter", "next_quarter", "this_year")
# Reports with one of these parameters look ahead.
AHEAD_ONLY = {"method", "contracts"}
SINCE_MONDAY = lazy("since last Monday")
# Fields for parameters that few reports have: what they are called, and the kind of the HTML input.
INPUTS = {
    "contracts": (lazy("Contracts"), "number"),
    "amount": (lazy("or a sum"), "text"),
    "within": (lazy("Taken up within, hours"), "number"),
}
COMPARED = {"": lazy("nothing"), "previous": lazy("the period before"), "year": lazy("the same a year before")}


@dataclass(frozen=True)
class Choice:
    """A select of the panel: its name, label, options as (value, label), and what is chosen."""

    name: str
    label: Text
    options: list[tuple[str, Text]]
    chosen: str


@dataclass(frozen=True)
class Chip:
    """A filter in words, with the query of the address without it."""

    label: str
    words: str
    query: str


@dataclass(frozen=True)
class Panel:
    """All that the panel shows; `values` holds the other parameters by name."""

    choices: dict[str, Choice]
    indicators: list[tuple[str, Text, bool]]
    chips: list[Chip]
    values: dict[str, str]
    kept: list[tuple[str, str]]
    last_day: str
    inputs: tuple[tuple[str, Text, str], ...] = ()

    @property
    def is_open(self) -> bool:
        """Whether something is set among the further settings."""
        return any(self.values.get(name) for name in ("by", "counting", "credit", "joined", "indicators"))


def make_panel(crm: CRM, user: User, report: Report, pairs: Pairs) -> Panel:
    """Returns the panel of a report with the present settings, usable even if some of them are not."""
    values, types = dict(pairs), deal_types(crm)
    values["type"] = _numbered(types, values.get("type", ""))
    usual = OFFERED.get(report.usual_by, lazy("nothing"))
    others = [(name, title) for name, title in OFFERED.items() if name not in ("type", report.usual_by)]
    dimensions = [("", usual), *others]
    offered: dict[str, tuple[Text, list[tuple[str, Text]]]] = {
        "type": (
            lazy("Deal type"),
            [("", lazy("All types")), *((str(type_id), name) for type_id, name in types.items())],
        ),
        "period": (lazy("Period"), _ahead(report) if AHEAD_ONLY & set(report.parameters) else _periods(report)),
        "compare": (lazy("Compare with"), list(COMPARED.items())),
        "columns": (lazy("Columns by"), dimensions),
        "by": (lazy("Rows by"), dimensions),
        "method": (lazy("Chances by"), [("", lazy("the best of all")), *METHOD_WORDS.items()]),
        "credit": (lazy("Credit goes to"), [("" if k == OWNER else k, words) for k, words in CREDITS.items()]),
        "counting": (lazy("Count lost deals"), [("" if k == FINAL else k, words) for k, words in COUNTINGS.items()]),
    }
    if "plan" in report.parameters:
        offered["plan"] = (
            lazy("Plan"),
            [("", lazy("The newest")), *((str(one.id), one.name) for one in plans_of(user))],
        )
    is_own = FACTS in report.parameters
    offered |= menus.offered(crm, values) if is_own else {}
    named = partial(name_of, crm, given=values, is_own=is_own)
    choices = {
        name: Choice(name, label, _with_chosen(options, chosen, partial(named, name)), chosen)
        for name, (label, options) in offered.items()
        if name in report.parameters
        for chosen in [values.get(name, "") or (menus.usual_choice(crm, name, values) if is_own else "")]
    }
    chosen = values.get("indicators", "")
    sent = [value for name, value in pairs if name == "indicators"] or [chosen]
    ticked = {part for value in sent for part in value.split(",") if part} or set(report.usual_indicators)
    indicators = [(name, INDICATORS[name][0], name in ticked) for name in report.indicators]
    if is_own:
        indicators = menus.measures(crm, pairs)
    # What the panel has no field for goes along unseen: filters, and periods given by an address alone.
    shown = {*choices, *INPUTS, "from", "to", "through", "as_of", "joined", "indicators", "measures"}
    inputs = tuple((name, *INPUTS[name]) for name in INPUTS if name in report.parameters)
    kept = [(name, value) for name, value in pairs if name not in shown]
    chips = _chips(crm, user, report, pairs, known_facts(crm, report, pairs)[1])
    return Panel(choices, indicators, chips, values, kept, _last_day(values), inputs)


def _numbered(types: dict[int, str], name: str) -> str:
    """Returns the number of the type of a name, as the panel chooses types; what it does not know stays."""
    return next((str(type_id) for type_id, known in types.items() if known.casefold() == name.casefold()), name)


def _last_day(values: dict[str, str]) -> str:
    if "through" in values or "to" not in values:
        return values.get("through", "")
    try:
        return str(date.fromisoformat(values["to"]) - timedelta(days=1))
    except ValueError:
        return ""


def _ahead(report: Report) -> list[tuple[str, Text]]:
    """Returns the periods of a forecast or plan: those that are not over."""
    usual = lazy("Until the next quarter ends") if "contracts" in report.parameters else lazy("This month, or own days")
    return [("", usual), *((name, fields.period_label(name)) for name in AHEAD)]


def _periods(report: Report) -> list[tuple[str, Text]]:
    """Returns the named periods; the first is that of the report if none is asked for."""
    named = {name: fields.period_label(name) for name in PRESETS}
    if not report.usual_period:
        return [("", lazy("All time, or own days")), *named.items()]
    if report.usual_period == "since_monday":
        return [("", SINCE_MONDAY), *named.items()]
    return [("", named.pop(report.usual_period)), *named.items(), ("all", lazy("all time"))]


def _with_chosen(options: list[tuple[str, Text]], chosen: str, words: Callable[[str], str]) -> list[tuple[str, Text]]:
    if chosen in [value for value, _label in options]:
        return options
    return [*options, (chosen, words(chosen))]


def _chips(crm: CRM, user: User, report: Report, pairs: Pairs, of: str) -> list[Chip]:
    chips = []
    for place, (name, value) in enumerate(pairs):
        if name in report.parameters and name != PARAMETER:
            continue
        rest = urlencode([pair for number, pair in enumerate(pairs) if number != place])
        try:
            found = read_conditions(value) if name == PARAMETER else [read_condition(crm, user, name, [value], of)]
            chips += [Chip(label, words, rest) for label, words in in_words(crm, user, found, of)]
        except InvalidInput:
            chips.append(Chip(_("Filter"), unknown(name.partition(":")[0]), rest))
    return chips

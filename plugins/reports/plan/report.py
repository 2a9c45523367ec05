"""The report *plan*: so many contracts, or a sum, by a day: what must be done for it each week, and by whom."""

from functools import partial
from typing import Any

from core.api import CRM, Report, User, format_date, format_number, lazy
from core.api import gettext as _
from plugins.reports.charts.ranking import Rank
from plugins.reports.document import COUNT, MONEY, NUMBER, TEXT, Chart, Column, Document, Figure, Note, Row, Table
from plugins.reports.forecast.counting import FARTHEST
from plugins.reports.funnel.common import head, settings_words
from plugins.reports.funnel.data import money, share
from plugins.reports.funnel.types import deal_types
from plugins.reports.links import Linker, as_query
from plugins.reports.plan.asking import Asked, ask
from plugins.reports.plan.data import data_of
from plugins.reports.plan.learning import CONTRACTS, INTERESTED
from plugins.reports.plan.planning import Line, Plan
from plugins.reports.plan.summary import goal_words, summary
from plugins.reports.plan.words import TITLE, week_words, words_of
from plugins.reports.settings.conditions import PARAMETER
from plugins.reports.settings.parameters import Settings
from plugins.reports.tables.writing import ranking

NAME = "plan"
PARAMETERS = ("type", PARAMETER, "from", "to", "through", "period", "contracts", "amount", "due")


def make(crm: CRM, user: User | None, settings: Settings) -> Document:
    """Returns the finished report."""
    asked = ask(crm, user, settings)
    plan = asked.plan if asked else None
    return Document(
        name=NAME,
        title=str(TITLE),
        subtitle=goal_words(plan, crm.currency) if plan else "",
        settings=tuple(settings_words(crm, user, settings, deal_types(crm))),
        figures=_figures(plan, crm.currency, Linker(crm, settings)) if plan else (),
        tables=_tables(asked) if asked else (),
        draw=partial(_charts, plan) if plan else tuple,
        notes=_all_notes(asked, settings) if asked else (),
        data=data_of(asked, settings),
        is_empty=plan is None,
        summary=tuple(summary(plan, crm.currency)) if plan else (),
        **head(crm, user),
    )


def _figures(plan: Plan, currency: str, linker: Linker) -> tuple[Figure, ...]:
    interested = plan.line(INTERESTED)
    link = as_query(linker.open_whole())
    in_all = _("Contracts in all")
    if plan.goal.amount is None:
        awaited = Figure("from_open", _("Contracts from open deals"), float(plan.awaited.wins), NUMBER, link=link)
    else:
        in_all = _("The sum in usual contracts")
        title = _("Open deals will bring, %(currency)s", currency=currency)
        awaited = Figure("from_open", title, money(plan.awaited.amount), MONEY, link=link)
    return (
        Figure("contracts", in_all, plan.line(CONTRACTS).in_all),
        awaited,
        Figure("needed", _("From new clients"), plan.line(CONTRACTS).needed),
        Figure("interested", _("Interested clients needed"), interested.needed),
        Figure("per_week", _("Interested a week"), float(interested.per_week), NUMBER),
        Figure("conversion", _("Interested become contracts"), float(plan.learned.conversion), "share"),
    )


def _tables(asked: Asked) -> tuple[Table, ...]:
    plan = asked.plan
    columns = (
        Column("step", _("Step"), TEXT),
        Column("in_all", _("For the whole goal"), COUNT),
        Column("needed", _("Without what open deals bring"), COUNT),
        Column("per_week", _("A week"), NUMBER),
        Column("first_on", _("From"), TEXT),
        Column("last_on", _("Until"), TEXT),
    )
    steps = Table("steps", _("Step by step"), columns, tuple(Row(_step_values(line)) for line in plan.lines))
    return (steps, _by_manager(asked), _by_week(plan)) if plan.contracts_needed else (steps,)


def _step_values(line: Line) -> dict[str, Any]:
    return {
        "step": words_of(line.step),
        "in_all": line.in_all,
        "needed": line.needed,
        "per_week": share(line.per_week),
        # Where nothing is to be done there is no time for it either.
        "first_on": format_date(line.window.first) if line.needed else None,
        "last_on": format_date(line.window.last) if line.needed else None,
    }


def _by_manager(asked: Asked) -> Table:
    """Each manager's part of every step, and how many interested clients that is a week."""
    plan, steps = asked.plan, list(enumerate(asked.plan.lines))
    columns = (
        Column("manager", _("Manager"), TEXT),
        Column("per_week", _("Interested a week"), NUMBER),
        *(Column(f"{place}", words_of(line.step)) for place, line in steps),
    )
    interested = plan.line(INTERESTED)
    weeks = max(interested.window.days, 7) / 7
    rows = [
        Row(
            {
                "manager": asked.names.get(manager) or _("Nobody in particular"),
                "per_week": interested.by_manager[number] / weeks,
                **{f"{place}": line.by_manager[number] for place, line in steps},
            }
        )
        for number, manager in enumerate(plan.managers)
    ]
    whole = {"manager": _("All together"), "per_week": interested.needed / weeks}
    rows.append(Row({**whole, **{f"{place}": line.needed for place, line in steps}}, is_total=True))
    return Table("managers", _("Who does how much"), columns, tuple(rows))


def _by_week(plan: Plan) -> Table:
    steps = list(enumerate(plan.lines))
    columns = (
        Column("week", _("Week from"), TEXT),
        *(Column(f"{place}", words_of(line.step)) for place, line in steps),
    )
    by_week = [line.by_week for line in plan.lines]
    rows = [
        Row({"week": week_words(monday), **{f"{place}": by_week[place][number] for place, _line in steps}})
        for number, monday in enumerate(plan.weeks)
    ]
    whole = Row({"week": _("All together"), **{f"{place}": line.needed for place, line in steps}}, is_total=True)
    return Table("weeks", _("Week by week"), columns, (*rows, whole))


def _charts(plan: Plan) -> tuple[Chart, ...]:
    steps = [Rank(words_of(line.step), line.needed, format_number(line.needed)) for line in plan.lines]
    if not plan.contracts_needed:
        steps = [Rank(words_of(line.step), line.in_all, format_number(line.in_all)) for line in plan.lines]
        return (ranking("steps", _("What the whole goal takes"), steps),)
    weekly = plan.line(INTERESTED).by_week
    weeks = [
        Rank(week_words(monday), count, format_number(count)) for monday, count in zip(plan.weeks, weekly, strict=True)
    ]
    return (
        ranking("steps", _("What it takes"), steps),
        ranking("weeks", _("Interested clients, week by week"), weeks),
    )


def _all_notes(asked: Asked, settings: Settings) -> tuple[Note, ...]:
    words = [*_goal_notes(asked, settings), *_notes(asked)]
    return (*_forecast_note(asked.plan, settings), *map(Note, words))


def _forecast_note(plan: Plan, settings: Settings) -> list[Note]:
    """Returns why the forecast tells of other wins from the same open deals, with the way to it."""
    if not plan.awaited.deals or not plan.learned.is_learned:
        return []
    words = _(
        "The forecast reckons open deals stage by stage and by what it learned of its own errors, so it may expect "
        "more or fewer wins than the plan's %(wins)s, which rests on what matured months brought.",
        wins=format_number(float(plan.awaited.wins), 1),
    )
    if plan.goal.days > FARTHEST:
        return [Note(words)]
    kept = {name: settings.given[name] for name in ("type", PARAMETER) if name in settings.given}
    days = {"from": plan.goal.begin.isoformat(), "through": plan.goal.due.isoformat()}
    return [
        Note(
            words,
            place="reports.show",
            place_words=_("Forecast of the same days"),
            right="reports.read",
            place_values={"name": "forecast", **days, **kept},
        )
    ]


def _goal_notes(asked: Asked, settings: Settings) -> list[str]:
    """Returns where the goal comes from when nobody has given one."""
    if {"contracts", "amount"} & set(settings.given):
        return []
    if not asked.plan.learned.is_learned:
        return [_("No goal was given, so the number of contracts is only an example.")]
    return [_("No goal was given, so this plans as many contracts as are usually won in so many days.")]


def _notes(asked: Asked) -> list[str]:
    plan, learned, found = asked.plan, asked.plan.learned, []
    if learned.is_learned:
        first, last = (format_date(month) for month in (asked.months[0], asked.months[-1]))
        found.append(
            _(
                "Learned from %(opened)s deals opened in the months from %(first)s to %(last)s, %(won)s of them won; "
                "months of which more than a tenth is still open are left out.",
                opened=format_number(learned.opened),
                won=format_number(learned.won),
                first=first,
                last=last,
            )
        )
        found.append(
            _("From interest to contract: half of the won deals within %(half)s days, four of five within %(most)s.",
              half=format_number(learned.lag, 0), most=format_number(learned.lag_most, 0))
        )  # fmt: skip
    elif asked.is_unripe:
        found.append(
            _(
                "More than a tenth of the deals of every month is still open, so nothing can be learned from them: "
                "these are the type's own percentages, and nothing is known about the time it takes."
            )
        )
    else:
        found.append(_("Nothing was won yet in a month that is over, so these are the type's own percentages, and "
                       "nothing is known about the time it takes."))  # fmt: skip
    if plan.awaited.no_potential and plan.goal.amount is not None:
        count = format_number(plan.awaited.no_potential)
        found.append(_("Open deals without a known potential, which add nothing to the sum: %(n)s.", n=count))
    if not any(line.step.key == "calls" for line in plan.lines):
        found.append(_("Calls are planned as soon as some are noted on deals that were won."))
    found.append(_("Numbers are rounded up at the very end. Deals on hold are left out."))
    return found


REPORT = Report(
    NAME,
    TITLE,
    make,
    PARAMETERS,
    lazy("How many interested clients, meetings and calls it takes, week by week, to win as much by a day."),
    "target-arrow",
    "forecast",
)

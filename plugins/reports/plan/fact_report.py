"""The report *plan-fact*: a saved plan beside what was really done, step by step, week by week, by manager."""

from collections import Counter
from collections.abc import Callable, Hashable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date
from functools import partial
from typing import Any

from peewee import Expression

from core.api import CRM, Report, Stage, User, fields, format_date, format_number, lazy
from core.api import gettext as _
from plugins.reports.document import COUNT, MONEY, SHARE, TEXT, Chart, Column, Document, Figure, Note, Row, Table
from plugins.reports.funnel.common import make_scope
from plugins.reports.funnel.data import money
from plugins.reports.funnel.types import load_ladders
from plugins.reports.history.behind import Behind, conditions_of
from plugins.reports.history.writing import make_document
from plugins.reports.links import Linker, as_query
from plugins.reports.models import Plan, PlanLine
from plugins.reports.plan.chart import Point, progress_chart
from plugins.reports.plan.fact import count_facts, deal_steps, won_in_all
from plugins.reports.plan.learning import CONTRACTS, INTERESTED, KINDS
from plugins.reports.plan.report import PARAMETERS as OF_PLAN
from plugins.reports.plan.saving import get_plan, plans_of
from plugins.reports.plan.words import step_words, week_words
from plugins.reports.settings.parameters import Settings, read_settings
from plugins.reports.settings.periods import Period

NAME = "plan-fact"
TITLE = lazy("Plan against fact")
Step = tuple[str, int | None]


@dataclass(frozen=True)
class Compared:
    """What was planned and what was done, by step, manager and week; `now` is the Monday of this week."""

    settings: Settings
    plan: Plan
    planned: Mapping[tuple, int]
    done: Mapping[tuple, int]
    steps: Sequence[Step]
    stages: Mapping[int, str]
    names: Mapping[int, str]
    now: date

    def links(self, names: Mapping[str, Step], values: Mapping[str, Any], **cell: Any) -> dict[str, str]:
        """Returns the queries of the lists of the deals behind numbers of steps that deals take."""
        found = {}
        for name, (step, stage_id) in names.items():
            told = {"plan": self.plan.id, "step": step, "stage": stage_id or "", **cell}
            conditions = conditions_of(self.settings, told) if values[name] and step not in KINDS.values() else None
            if conditions:
                found[name] = as_query(conditions)
        return found

    def words(self, step: Step) -> str:
        """Returns what a step is called."""
        return step_words(step[0], self.stages.get(step[1]))

    def values(self, test: Callable[[Step, int | None, date], bool]) -> dict[str, Any]:
        """Returns the numbers of those keys that the test lets pass: planned in all, planned until now, done."""
        planned = {key: count for key, count in self.planned.items() if test(key[:2], *key[2:])}
        until = sum(count for key, count in planned.items() if key[3] <= self.now)
        done = sum(count for key, count in self.done.items() if test(key[:2], *key[2:]))
        whole = sum(planned.values())
        return {"planned": whole, "until_now": until, "done": done, "share": done / until if until else None}


def make(crm: CRM, user: User | None, settings: Settings) -> Document:
    """Returns the finished report of the plan asked for, else of the newest."""
    given = settings.given.get("plan")
    plan = get_plan(user, given if isinstance(given, str) else given[-1]) if given else next(iter(plans_of(user)), None)
    if plan is None:
        none = Note(_("No plan was kept yet: make one, and keep it."), place="reports_plans.index",
                    place_words=_("Go to plans"), right="reports.read")  # fmt: skip
        return make_document(
            crm, user, settings, title=TITLE, tables=(), rows=(), totals={}, notes=[none], is_empty=True
        )
    of_plan = _settings_of(crm, user, plan)
    ladders, _published = load_ladders(crm)
    scope = make_scope(crm, user, of_plan, ladders)
    compared = _compare(crm, settings, plan, count_facts(scope, plan, ladders))
    won, amount = won_in_all(scope, plan)
    rows = [_row(compared, step) for step in compared.steps]
    return make_document(
        crm,
        user,
        settings,
        title=TITLE,
        subtitle=f"{plan.name} · {format_date(plan.begin_on)} – {format_date(plan.due_on)}",
        tables=_tables(compared, rows),
        rows=rows,
        totals={
            "plan": plan.name,
            "contracts": plan.contracts,
            "won": won,
            "amount": plan.amount,
            "won_amount": money(amount),
            "begin_on": plan.begin_on.isoformat(),
            "due_on": plan.due_on.isoformat(),
        },
        figures=_figures(crm, compared, of_plan, won, amount),
        draw=partial(_charts, compared),
        notes=[
            *_notes(compared),
            Note(_("Steps count what was done for deals opened since the plan began; “won so far” counts all."),
                 place="reports_plans.index", place_words=_("All plans"), right="reports.read"),
        ],
    )  # fmt: skip


def _settings_of(crm: CRM, user: User | None, plan: Plan) -> Settings:
    """Returns the settings that the plan was made with: its types and filters say which deals it is about."""
    pairs = [(name, value) for name, value in plan.settings if name not in ("period", "from", "to", "through", "due")]
    return read_settings(crm, user, "plan", OF_PLAN, pairs, ())


def _compare(crm: CRM, settings: Settings, plan: Plan, done: Counter) -> Compared:
    lines = list(PlanLine.select().where(PlanLine.plan == plan.id).order_by(PlanLine.place))
    planned: Counter = Counter()
    for line in lines:
        planned[line.step, line.stage_id, line.user_id, line.week_on] += line.quantity
    steps = list(dict.fromkeys((line.step, line.stage_id) for line in lines)) or [(INTERESTED, None), (CONTRACTS, None)]
    kept = Counter({key: count for key, count in done.items() if key[:2] in steps})
    stages = dict(Stage.select(Stage.id, Stage.name).tuples())
    people = {key[2] for key in (*planned, *kept) if key[2] is not None}
    names = fields.titles(crm, "user", sorted(people))
    today = crm.today()
    return Compared(
        settings, plan, planned, kept, steps, stages, names, today.fromordinal(today.toordinal() - today.weekday())
    )


def _row(compared: Compared, step: Step) -> dict[str, Any]:
    return {
        "step": step[0],
        "stage": compared.stages.get(step[1]),
        **compared.values(lambda of, _manager, _week: of == step),
    }


def _tables(compared: Compared, rows: Sequence[Mapping[str, Any]]) -> list[Table]:
    found = [_step_table(compared, rows), _manager_table(compared), _week_table(compared)]
    return [table for table in found if table.rows]


def _notes(compared: Compared) -> list[Note]:
    if not compared.planned:
        words = _("The deals that were open when the plan was made are enough: nothing was planned for new clients.")
        return [Note(words)]
    goal, new = compared.plan.contracts, sum(n for key, n in compared.planned.items() if key[0] == CONTRACTS)
    if compared.plan.amount is not None or new >= goal:
        return []
    words = _(
        "Of %(goal)s contracts planned, %(new)s were to come from new clients, whose steps these are; the rest from "
        "deals that were open when the plan was made.",
        goal=format_number(goal),
        new=format_number(new),
    )
    return [Note(words)]


def _columns(first: str) -> tuple[Column, ...]:
    return (
        Column("name", first, TEXT),
        Column("planned", _("Planned in all"), COUNT),
        Column("until_now", _("Planned by this week"), COUNT),
        Column("done", _("Done"), COUNT),
        Column("share", _("Share done of what was planned by now"), SHARE),
    )


def _step_table(compared: Compared, rows: Sequence[Mapping[str, Any]]) -> Table:
    lines = [
        Row({"name": compared.words(step), **row}, partial(compared.links, {"done": step}, row))
        for step, row in zip(compared.steps, rows, strict=True)
    ]
    return Table("steps", _("Step by step"), _columns(_("Step")), tuple(lines))


def _both(compared: Compared, key: str, title: str, first: str, groups: Mapping[Hashable, str], place: int) -> Table:
    """Returns a table of interested clients and contracts by manager or week, each planned and done."""
    shown = (INTERESTED, CONTRACTS)
    columns = [Column("name", first, TEXT)]
    for step in shown:
        group = compared.words((step, None))
        columns += [
            Column(f"{step}_planned", _("planned"), COUNT, group),
            Column(f"{step}_done", _("done"), COUNT, group),
        ]
    rows = []
    for group, name in groups.items():
        values: dict[str, Any] = {"name": name}
        for step in shown:
            told = compared.values(
                lambda of, *rest, step=step, group=group: of == (step, None) and rest[place] == group
            )
            values |= {f"{step}_planned": told["planned"], f"{step}_done": told["done"]}
        cell = {"manager" if place == 0 else "week": "" if group is None else group}
        names = {f"{step}_done": (step, None) for step in shown}
        rows.append(Row(values, partial(compared.links, names, values, **cell)))
    return Table(key, title, tuple(columns), tuple(rows))


def _manager_table(compared: Compared) -> Table:
    people = {key[2] for key in (*compared.planned, *compared.done)}
    names = {key: _("Nobody") if key is None else compared.names.get(key, str(key)) for key in people}
    ordered = dict(sorted(names.items(), key=lambda one: (one[0] is None, one[1])))
    return _both(compared, "managers", _("By manager"), _("Manager"), ordered, 0)


def _week_table(compared: Compared) -> Table:
    weeks = sorted({key[3] for key in (*compared.planned, *compared.done)})
    return _both(compared, "weeks", _("Week by week"), _("Week from"), {one: week_words(one) for one in weeks}, 1)


def _figures(crm: CRM, compared: Compared, of_plan: Settings, won: int, amount: int) -> list[Figure]:
    plan = compared.plan
    period = Period(plan.begin_on, plan.due_on.fromordinal(plan.due_on.toordinal() + 1))
    linker = Linker(crm, replace(of_plan, period=period))
    interested = compared.values(lambda of, *_rest: of == (INTERESTED, None))
    won_link = as_query(linker.closed_whole("won"))
    found = [
        Figure("contracts", _("Contracts planned"), plan.contracts),
        Figure("won", _("Won so far"), won, link=won_link),
        Figure("interested", _("Interested clients planned by this week"), interested["until_now"]),
        Figure("done", _("Interested so far"), interested["done"], link=as_query(linker.opened_whole())),
    ]
    if plan.amount is not None:
        found.insert(1, Figure("amount", _("Sum planned, %(currency)s", currency=crm.currency), plan.amount, MONEY))
        title = _("Won amount, %(currency)s", currency=crm.currency)
        found.append(Figure("won_amount", title, money(amount), MONEY, link=won_link))
    return found


def _charts(compared: Compared) -> tuple[Chart, ...]:
    charts = []
    for step in ((INTERESTED, None), (CONTRACTS, None)):
        title = compared.words(step)
        points = _points(compared, step)
        if not any(point.planned or point.done for point in points):
            continue
        described = "; ".join(f"{point.week}: {point.planned} / {point.done}" for point in points)
        chart = progress_chart(points, _("planned"), _("done"))
        charts.append(Chart(step[0], title, chart, described, has_own_axis=True))
    return tuple(charts)


def _points(compared: Compared, step: Step) -> list[Point]:
    """Returns the sums from the beginning on, week by week; what was done only until this week."""
    weeks = sorted({key[3] for key in (*compared.planned, *compared.done)})
    found, planned, done = [], 0, 0
    for week in weeks:
        told = compared.values(lambda of, _manager, at, week=week: of == step and at == week)
        planned, done = planned + told["planned"], done + told["done"]
        words = f"{format_number(planned)} / {format_number(done)}"
        found.append(Point(week_words(week), planned, done if week <= compared.now else None, words))
    return found


def _find(crm: CRM, user: User | None, _settings: Settings, cell: Mapping[str, str], source: Any) -> Expression:
    plan = get_plan(user, cell["plan"])
    ladders, _published = load_ladders(crm)
    scope = make_scope(crm, user, _settings_of(crm, user, plan), ladders)
    wanted = (cell["step"], int(cell["stage"]) if cell["stage"] else None)
    ids = {
        deal_id
        for deal_id, key in deal_steps(scope, plan, ladders)
        if key[:2] == wanted
        and cell.get("manager", str(key[2] or "")) == str(key[2] or "")
        and cell.get("week", str(key[3])) == str(key[3])
    }
    return fields.among(source.id, ids)


def _find_words(_cell: Mapping[str, str]) -> str:
    return str(TITLE)


BEHIND = Behind(_find, _find_words)
REPORT = Report(
    NAME,
    TITLE,
    make,
    ("plan",),
    lazy("A plan that was kept, beside what was really done since, by week and manager."),
    "target",
    "forecast",
)

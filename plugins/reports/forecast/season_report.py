"""The report *seasonality*: which months are strong, and what the next twelve will bring."""

from collections.abc import Mapping, Sequence
from datetime import date
from functools import partial
from typing import Any

from peewee import fn

from core.api import CRM, Deal, Report, User, format_number, format_percent, lazy, ngettext
from core.api import gettext as _
from plugins.reports.dimensions import find_dimension
from plugins.reports.document import COUNT, MONEY, SHARE, TEXT, Chart, Column, Document, Figure, Note, Row, Table
from plugins.reports.facts import Scope, grouped
from plugins.reports.forecast.bounds import LEAST_SEASONS
from plugins.reports.forecast.charts import Span, span_chart
from plugins.reports.forecast.child import ask
from plugins.reports.forecast.words import cents, rounded
from plugins.reports.funnel.common import bounded_period, head, make_scope, settings_words
from plugins.reports.funnel.types import load_ladders
from plugins.reports.links import Linker, as_query
from plugins.reports.settings.parameters import SEASONS, Settings
from plugins.reports.settings.periods import Period, add_months
from plugins.reports.words import as_sentence

NAME = "seasonality"
TITLE = lazy("Seasons")
MOST_MONTHS = 120


def make(crm: CRM, user: User | None, settings: Settings) -> Document:
    """Returns the finished report."""
    ladders, _published = load_ladders(crm)
    scope = make_scope(crm, user, settings, ladders)
    history = _won_by_month(crm, scope)
    is_enough = len(history) >= LEAST_SEASONS and any(income for _month, _count, income in history)
    answer = ask("seasons", {"values": [income for _month, _count, income in history]}) if is_enough else None
    ahead = _ahead(history, answer) if answer else []
    linker = Linker(crm, settings)
    words = settings_words(crm, user, settings, {ladder.type_id: ladder.type for ladder in ladders.values()})
    tables = [_past_table(history, linker, crm.currency)]
    if answer:
        seasons = [_factor_table(history, answer)] if answer["has_seasons"] else []
        tables = [_ahead_table(ahead, crm.currency, has_seasons=answer["has_seasons"]), *seasons, *tables]
    return Document(
        name=NAME,
        title=str(TITLE),
        subtitle=_("Won money by month, and the twelve months ahead"),
        summary=_summary(history, ahead, answer, crm.currency),
        settings=tuple(words),
        figures=_figures(history, ahead, crm.currency),
        tables=tuple(tables),
        draw=partial(_charts, history, ahead, linker, crm.currency),
        notes=_notes(answer),
        data={
            "report": NAME,
            "params": dict(settings.given),
            "rows": [{key: value for key, value in row.items() if key != "first"} for row in ahead],
            "totals": {
                "months": len(history),
                "missing_months": max(LEAST_SEASONS - len(history), 0),
                "expected_income": sum((row["expected"] for row in ahead), cents(0)),
            },
            "factors": _factors(history, answer) if answer and answer["has_seasons"] else [],
            "past": [{"month": f"{m:%Y-%m}", "won": count, "income": cents(income)} for m, count, income in history],
        },
        is_empty=not history,
        **head(crm, user),
    )


def _won_by_month(crm: CRM, scope: Scope) -> list[tuple[date, int, int]]:
    """Returns for each whole month since the first won deal how many were won, and what they brought."""
    until = crm.today().replace(day=1)
    start = bounded_period(crm, scope, "month", Period(until=until)).first
    if start is None or start >= until:
        return []
    first = max(start.replace(day=1), add_months(until, -MOST_MONTHS))
    period = Period(first, until)
    by_month = find_dimension(crm, scope.user, "month", period)
    query = Deal.select(Deal.id).where(
        Deal.state == "won",
        Deal.deleted_at.is_null(),
        Deal.version_id << scope.version_ids,
        Deal.closed_at >= scope.moment(period.first),
        Deal.closed_at < scope.moment(period.until),
        *scope.where(Deal),
    )
    sums = fn.COUNT(Deal.id), fn.COALESCE(fn.SUM(Deal.amount_base), 0)
    rows = scope.rows(grouped(query, [], sums, by_month, Deal))
    found = {place: (count, int(income)) for place, count, income in rows}
    months = [(part.first, *found.get(place, (0, 0))) for place, part in enumerate(by_month.parts)]
    # Before the first won deal there is no season, only a company that has not begun.
    while months and not months[0][1]:
        months.pop(0)
    return months


def _ahead(history: Sequence[tuple], answer: Mapping[str, Any]) -> list[dict[str, Any]]:
    last = history[-1][0]
    return [
        {
            "first": add_months(last, place + 1),
            "month": f"{add_months(last, place + 1):%Y-%m}",
            "expected": cents(answer["expected"][place]),
            "low": cents(answer["low"][place]),
            "high": cents(answer["high"][place]),
            "factor": answer["factors"][(len(history) + place) % 12] if answer["has_seasons"] else None,
        }
        for place in range(len(answer["expected"]))
    ]


def _factors(history: Sequence[tuple], answer: Mapping[str, Any]) -> list[dict[str, Any]]:
    start = history[0][0].month - 1
    found = {(start + place) % 12 + 1: factor for place, factor in enumerate(answer["factors"])}
    return [{"month": month, "factor": found[month]} for month in range(1, 13)]


def _summary(
    history: Sequence[tuple], ahead: Sequence[Mapping], answer: Mapping[str, Any] | None, currency: str
) -> tuple[str, ...]:
    if answer is None:
        missing = max(LEAST_SEASONS - len(history), 0)
        known = ngettext("%(n)s whole month is known.", "%(n)s whole months are known.", len(history))
        words = ngettext("%(n)s more is needed.", "%(n)s more are needed.", missing)
        return (_("Seasons show only when two years are known."), f"{known} {words}")
    if not answer["has_seasons"]:
        return (
            _("The next twelve months will bring about %(sum)s %(currency)s.", sum=_total(ahead), currency=currency),
            _("Strong and weak months can't be told from chance yet: the months ahead are forecast without seasons."),
        )
    strong = max(ahead, key=lambda row: row["factor"])
    weak = min(ahead, key=lambda row: row["factor"])
    return (
        _("The next twelve months will bring about %(sum)s %(currency)s.", sum=_total(ahead), currency=currency),
        _("%(strong)s is the strongest month, %(more)s above the usual one; %(weak)s the weakest, %(less)s below.",
          strong=_name(strong["first"]), more=format_percent(strong["factor"] - 1, 0),
          weak=_name(weak["first"]), less=format_percent(1 - weak["factor"], 0)),
    )  # fmt: skip


def _total(ahead: Sequence[Mapping]) -> str:
    return rounded(sum(float(row["expected"]) for row in ahead) * 10_000)


def _month(day: date) -> str:
    return as_sentence(Period(day, add_months(day, 1)).words())


def _name(day: date) -> str:
    return Period(day, add_months(day, 1)).words().rsplit(" ", 1)[0] if day else ""


def _figures(history: Sequence[tuple], ahead: Sequence[Mapping], currency: str) -> tuple[Figure, ...]:
    figures = [Figure("months", _("Months known"), len(history), COUNT)]
    if ahead:
        year = sum((row["expected"] for row in ahead), cents(0))
        past = cents(sum(income for _month, _count, income in history[-12:]))
        title = _("Next twelve months, %(currency)s", currency=currency)
        figures.insert(0, Figure("expected", title, year, MONEY, before=past))
    return tuple(figures)


def _ahead_table(ahead: Sequence[Mapping], currency: str, *, has_seasons: bool) -> Table:
    columns = [
        Column("month", _("Month"), TEXT),
        Column("expected", _("Expected, %(currency)s", currency=currency), MONEY),
        Column("low", _("From"), MONEY),
        Column("high", _("To"), MONEY),
    ]
    if has_seasons:
        columns.append(Column("factor", _("Season"), SHARE, hint=_("Against a usual month: 100% is usual")))
    rows = [Row({**row, "month": _month(row["first"])}) for row in ahead]
    return Table("ahead", _("Twelve months ahead"), tuple(columns), tuple(rows))


def _factor_table(history: Sequence[tuple], answer: Mapping[str, Any]) -> Table:
    columns = (
        Column("month", _("Month"), TEXT),
        Column("factor", _("Season"), SHARE, hint=_("Against a usual month: 100% is usual")),
    )
    rows = [
        Row({"month": as_sentence(_name(date(2024, one["month"], 1))), "factor": one["factor"]})
        for one in _factors(history, answer)
    ]
    return Table("factors", _("Seasons"), columns, tuple(rows))


def _past_table(history: Sequence[tuple], linker: Linker, currency: str) -> Table:
    columns = (
        Column("month", _("Month"), TEXT),
        Column("won", _("Deals won"), COUNT),
        Column("income", _("Won amount, %(currency)s", currency=currency), MONEY),
    )
    rows = [
        Row(
            {"month": _month(month), "won": count, "income": cents(income)},
            partial(_links, month, count, linker),
        )
        for month, count, income in reversed(history)
    ]
    return Table("past", _("What months brought"), columns, tuple(rows))


def _links(month: date, count: int, linker: Linker) -> dict[str, str]:
    if not count:
        return {}
    days = {"field": "closed_at", "op": "between", "value": [str(month), str(Period(month, add_months(month, 1)).last)]}
    return dict.fromkeys(("won", "income"), as_query([*linker.closed_whole("won"), days]))


def _charts(history: Sequence[tuple], ahead: Sequence[Mapping], linker: Linker, currency: str) -> tuple[Chart, ...]:
    spans = []
    for month, count, income in history[-36:]:
        hint = f"{Period(month, add_months(month, 1)).words()}: {rounded(income)}"
        link = _links(month, count, linker).get("won", "")
        spans.append(Span(f"{month:%Y-%m}", float(cents(income)), hint, link=link))
    for row in ahead:
        hint = _("%(month)s: %(sum)s expected", month=_name(row["first"]), sum=format_number(row["expected"], 0))
        spans.append(
            Span(row["month"], float(row["expected"]), hint, float(row["low"]), float(row["high"]), is_light=True)
        )
    if not spans:
        return ()
    title = _("Won money by month, %(currency)s", currency=currency)
    return (Chart("months", title, span_chart(spans, said=_("Won amount")), "; ".join(span.hint for span in spans)),)


def _notes(answer: Mapping[str, Any] | None) -> tuple[Note, ...]:
    if answer is None:
        return ()
    error = format_percent(answer["error"], 0)
    return (
        Note(_("Pale bars are the forecast: level, trend and season by exponential smoothing (Holt and Winters).")),
        Note(_("In 8 of 10 cases the month ends between the ends of the line over its bar.")),
        Note(_("Over the months known, it was off by %(share)s of a usual month on average.", share=error)),
    )


REPORT = Report(
    NAME,
    TITLE,
    make,
    SEASONS,
    lazy("Strong and weak months, and what the next twelve will bring."),
    "calendar-stats",
    "forecast",
)

"""The report *forecast-check*: the forecast's report card, month by month, beside three other ways of counting."""

from collections.abc import Mapping
from datetime import UTC, datetime
from functools import partial
from typing import Any

from core.api import CRM, Report, User, format_number, format_percent, lazy
from core.api import gettext as _
from plugins.reports.document import (
    COUNT,
    MONEY,
    NUMBER,
    SHARE,
    TEXT,
    Chart,
    Column,
    Document,
    Figure,
    Mark,
    Note,
    Row,
    Table,
)
from plugins.reports.forecast.bounds import METHODS, OWN
from plugins.reports.forecast.charts import Span, curve_chart, span_chart
from plugins.reports.forecast.learning import Card, find_card
from plugins.reports.forecast.words import METHOD_WORDS, before_words, card_figures, card_words, cents
from plugins.reports.funnel.common import head
from plugins.reports.links import as_query
from plugins.reports.settings.parameters import CHECK, Settings
from plugins.reports.settings.periods import Period, add_months
from plugins.reports.words import as_sentence

NAME = "forecast-check"
TITLE = lazy("Report card of the forecast")


def make(crm: CRM, user: User | None, settings: Settings) -> Document:
    """Returns the finished report; sums of the whole company are for those who see all of it."""
    card = find_card(crm, may_check=True)
    body = card.body or {"months": [], "scores": {}, "best": card.best, "shock": card.shock, "still_open": 0}
    shows_sums = user is None or user.role.scope == "all"
    months = [_month(crm, month) for month in body["months"]]
    return Document(
        name=NAME,
        title=str(TITLE),
        subtitle=_("Every past month forecast with what was known when it began, and what came"),
        summary=(*card_words(card), *_best_words(card)),
        settings=(),
        figures=_figures(card) if card.body else (),
        tables=_tables(body, months, shows_sums, crm.currency),
        draw=partial(_charts, body, months, shows_sums, crm.currency),
        notes=_notes(card),
        data={
            "report": NAME,
            "params": dict(settings.given),
            "rows": [_row(month) if shows_sums else _without_sums(_row(month)) for month in months],
            "totals": _totals(card),
            "methods": [{"method": name, **_scores(body, name)} for name in METHODS if body["scores"]],
            "correction": card.correction,
            "calibration": body["scores"][body["best"]]["tenths"] if body["scores"] else [],
            "made_at": card.made_at.isoformat() if card.made_at else None,
        },
        is_empty=not card.basis.deals,
        **head(crm, user),
    )


def _month(crm: CRM, month: Mapping[str, Any]) -> dict[str, Any]:
    start = datetime.fromtimestamp(round(month["start"] * 86_400), UTC).astimezone(crm.config.zone).date()
    return {**month, "first": start, "period": Period(start, add_months(start, 1))}


def _row(month: Mapping[str, Any]) -> dict[str, Any]:
    return {
        "month": f"{month['first']:%Y-%m}",
        "open": month["open"],
        "expected": cents(month["expected"]),
        "low": cents(month["low"]),
        "high": cents(month["high"]),
        "brought": cents(month["brought"]),
        "error": month["expected"] / month["brought"] - 1 if month["brought"] else None,
        "within": month["low"] <= month["brought"] <= month["high"],
        "expected_wins": month["expected_wins"],
        "wins": month["wins"],
    }


def _without_sums(row: Mapping[str, Any]) -> dict[str, Any]:
    return {name: row[name] for name in ("month", "error", "within")}


def _totals(card: Card) -> dict[str, Any]:
    found: dict[str, Any] = {
        "closed": card.basis.closed,
        "months_known": len(card.basis.months),
        "is_enough": card.basis.is_enough,
        "best": card.best,
    }
    if card.body:
        found |= card_figures(card.body) | _scores(card.body, card.best)
    return found


def _scores(body: Mapping[str, Any], name: str) -> dict[str, Any]:
    score = body["scores"][name]
    months = body["months"]
    said, was = sum(month["by_method"][name] for month in months), sum(month["brought"] for month in months)
    return {
        "deals": score["count"],
        # Where no guess can be compared yet, nothing is known: a loss of 0 would be a perfect one.
        "log_loss": score["log_loss"] if score["count"] else None,
        "brier": score["brier"] if score["count"] else None,
        "calibration_error": score["error"] if score["count"] else None,
        "bias": said / was - 1 if was else None,
    }


def _best_words(card: Card) -> tuple[str, ...]:
    if not card.body or not card.body["scores"][card.best]["count"]:
        return ()
    best = METHOD_WORDS[card.best]
    if card.best == OWN:
        return (_("The company's own statistics have been the most exact, so they make the forecast."),)
    return (_("Of all ways to count, “%(name)s” has been the most exact here, so it makes the forecast.", name=best),)


def _figures(card: Card) -> tuple[Figure, ...]:
    found, scores = card_figures(card.body), _scores(card.body, card.best)
    return (
        Figure("months", _("Months checked"), found["months"], COUNT),
        Figure("bias", _("Too high (+) or low (−)"), found["bias"], SHARE),
        Figure(
            "coverage",
            _("Months within the range; 80% are promised"),
            found["coverage"] if found["bias"] is not None else None,
            SHARE,
        ),
        Figure("calibration_error", _("Chances off by, on average"), scores["calibration_error"], SHARE),
        Figure("deals", _("Guesses compared"), scores["deals"], COUNT),
    )


def _tables(body: Mapping[str, Any], months: list[dict], shows_sums: bool, currency: str) -> tuple[Table, ...]:
    by_month = _month_table(months, shows_sums, currency)
    return (_method_table(body), by_month, _tenth_table(body)) if body["scores"] else (by_month,)


def _method_table(body: Mapping[str, Any]) -> Table:
    columns = (
        Column("method", _("Chances by"), TEXT),
        Column("deals", _("Guesses"), COUNT),
        Column("log_loss", _("Log loss"), TEXT, hint=_("How far the chances were from what happened; lower is better")),
        Column(
            "brier", _("Brier score"), TEXT, hint=_("The same, but single large misses weigh less; lower is better")
        ),
        Column("calibration_error", _("Chances off by"), SHARE, hint=_("Forecast 30%, result 28%: off by 2 points")),
        Column("bias", _("Sums too high (+) or low (−)"), SHARE),
    )
    rows = []
    for name in sorted(METHODS, key=lambda method: body["scores"][method]["log_loss"]):
        scores = _scores(body, name)
        words = {key: "—" if scores[key] is None else format_number(scores[key], 4) for key in ("log_loss", "brier")}
        rows.append(Row({"method": str(METHOD_WORDS[name]), **scores, **words}))
    return Table("methods", _("Ways to count, the best first"), columns, tuple(rows))


def _month_table(months: list[dict], shows_sums: bool, currency: str) -> Table:
    sums = (
        Column("open", _("Deals open then"), COUNT),
        Column("expected", _("Forecast, %(currency)s", currency=currency), MONEY),
        Column("low", _("From"), MONEY),
        Column("high", _("To"), MONEY),
        Column("brought", _("Came"), MONEY),
        Column("expected_wins", _("Wins forecast"), NUMBER),
        Column("wins", _("Wins"), COUNT),
    )
    columns = (
        Column("month", _("Month"), TEXT),
        *(sums if shows_sums else ()),
        Column("error", _("Off by"), SHARE),
        Column("within", _("In range"), TEXT),
    )
    rows = [
        Row(
            {
                **_row(month),
                "month": as_sentence(month["period"].words()),
                "within": _("yes") if _row(month)["within"] else _("no"),
            },
            partial(_month_links, month),
            partial(_month_marks, month),
        )
        for month in reversed(months)
    ]
    return Table("months", _("Month by month"), columns, tuple(rows))


def _month_links(month: Mapping[str, Any]) -> dict[str, str]:
    days = [str(month["period"].first), str(month["period"].last)]
    won = as_query(
        [
            {"field": "state", "op": "equal", "value": "won"},
            {"field": "closed_at", "op": "between", "value": days},
        ]
    )
    return {"brought": won, "wins": won}


def _month_marks(month: Mapping[str, Any]) -> dict[str, Mark]:
    if _row(month)["within"]:
        return {}
    return {"error": Mark(_("The result lies outside the range"), is_worse=True)}


def _tenth_table(body: Mapping[str, Any]) -> Table:
    columns = (
        Column("from", _("Chance forecast"), TEXT),
        Column("count", _("Guesses"), COUNT),
        Column("said", _("Forecast, on average"), SHARE),
        Column("was", _("Came true"), SHARE),
    )
    rows = [Row({"from": _tenth_words(tenth["said"]), **tenth}) for tenth in body["scores"][body["best"]]["tenths"]]
    return Table("calibration", _("Do the chances hold?"), columns, tuple(rows))


def _tenth_words(said: float) -> str:
    tenth = min(int(said * 10), 9)
    return f"{tenth * 10}–{tenth * 10 + 10} %"


def _charts(body: Mapping[str, Any], months: list[dict], shows_sums: bool, currency: str) -> tuple[Chart, ...]:
    charts = []
    if months and shows_sums:
        spans = [_span(month) for month in months]
        title = _("Forecast and fact, %(currency)s", currency=currency)
        chart = span_chart(spans, said=_("Forecast"), fact=_("Came"))
        charts.append(Chart("months", title, chart, "; ".join(span.hint for span in spans)))
    if body["scores"]:
        tenths = body["scores"][body["best"]]["tenths"]
        points = [(one["said"], one["was"], one["count"], _tenth_hint(one)) for one in tenths]
        curve = curve_chart(points, said=_("Chance forecast"), was=_("Share that was won"))
        words = "; ".join(hint for *_point, hint in points)
        charts.append(Chart("calibration", _("Do the chances hold?"), curve, words, has_own_axis=True))
    return tuple(charts)


def _span(month: Mapping[str, Any]) -> Span:
    row = _row(month)
    hint = _("%(month)s: forecast %(said)s, result %(was)s", month=month["period"].words(),
             said=format_number(row["expected"], 0), was=format_number(row["brought"], 0))  # fmt: skip
    return Span(row["month"], float(row["expected"]), hint, float(row["low"]), float(row["high"]),
                float(row["brought"]), link=_month_links(month)["brought"])  # fmt: skip


def _tenth_hint(tenth: Mapping[str, Any]) -> str:
    said, was = format_percent(tenth["said"], 0), format_percent(tenth["was"], 0)
    return _(
        "Of %(count)s deals with a chance of %(said)s on average, %(was)s were won",
        count=tenth["count"],
        said=said,
        was=was,
    )


def _notes(card: Card) -> tuple[Note, ...]:
    notes = [Note(words)] if (words := before_words(card)) else []
    if card.body and card.body["still_open"]:
        still = format_number(card.body["still_open"])
        words = _(
            "A deal counts once in each month at whose beginning it was open. Still open, so not judged: %(n)s.",
            n=still,
        )
        notes.append(Note(words))
    if card.basis.is_enough:
        words = _("The check is made anew every night.")
        notes.append(Note(words, place="reports_checking.show", place_words=_("Check now"), right="reports.share"))
    return tuple(notes)


REPORT = Report(
    NAME,
    TITLE,
    make,
    CHECK,
    lazy("How right earlier forecasts were: bias, range, chances, beside three other ways to count."),
    "checks",
    "forecast",
)

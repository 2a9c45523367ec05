"""The report *forecast*: what a period will bring, from open deals and from new ones, with a range."""

from collections.abc import Mapping, Sequence
from functools import partial
from typing import Any

from core.api import CRM, Report, User, format_date, format_number, format_percent, lazy
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
    Note,
    Row,
    Table,
)
from plugins.reports.forecast.bounds import METHODS, OWN
from plugins.reports.forecast.charts import Span, span_chart
from plugins.reports.forecast.counting import Expected, OpenDeal, expect, period_ahead
from plugins.reports.forecast.learning import Card, find_card
from plugins.reports.forecast.words import METHOD_WORDS, card_words, cents, correction_words, rounded
from plugins.reports.funnel.common import head, make_scope, settings_words, stage_words
from plugins.reports.funnel.ladders import Ladder
from plugins.reports.funnel.types import load_ladders
from plugins.reports.links import Linker, as_query
from plugins.reports.settings.parameters import FORECAST, Settings
from plugins.reports.words import as_sentence

NAME = "forecast"
TITLE = lazy("Forecast")
MOST_DEALS = 30


def make(crm: CRM, user: User | None, settings: Settings) -> Document:
    """Returns the finished report."""
    ladders, published = load_ladders(crm)
    scope = make_scope(crm, user, settings, ladders)
    card = find_card(crm)
    (expected,) = expect(scope, ladders, published, [period_ahead(crm, settings)], card, settings.method)
    linker = Linker(crm, settings)
    groups = _groups(expected.deals, ladders)
    words = settings_words(crm, user, settings, {ladder.type_id: ladder.type for ladder in ladders.values()})
    words.append((_("Chances by"), str(METHOD_WORDS[expected.method])))
    return Document(
        name=NAME,
        title=str(TITLE),
        subtitle=as_sentence(expected.period.words()),
        summary=(income_words(expected, crm.currency), *card_words(card)),
        settings=tuple(words),
        figures=_figures(expected, crm.currency, linker),
        tables=(_by_stage(groups, linker), _by_deal(expected, ladders)),
        draw=partial(_charts, expected, crm.currency, linker),
        notes=_notes(expected, card, linker),
        data={
            "report": NAME,
            "params": dict(settings.given),
            "rows": [_row(group) for group in groups],
            "totals": totals_of(expected),
            "deals": [_deal_row(deal) for deal in _greatest(expected)],
            "method": expected.method,
            "checked": card.body is not None,
        },
        is_empty=not (expected.deals or expected.won or expected.answer["new_wins"]),
        **head(crm, user),
    )


class Group:
    """The open deals of one stage of a type, with their sums."""

    def __init__(self, ladder: Ladder, stage_id: int | None, stage: str | None, deals: Sequence[OpenDeal]) -> None:
        self.ladder, self.stage_id, self.stage, self.deals = ladder, stage_id, stage, deals

    @property
    def potential(self) -> int:
        """What they may bring."""
        return sum(deal.potential or 0 for deal in self.deals)

    @property
    def income(self) -> float:
        """What they are expected to bring within the period."""
        return sum(deal.income for deal in self.deals)

    def wins(self, chance: str) -> float:
        """Returns how many are expected to be won."""
        return sum(getattr(deal, chance) for deal in self.deals)


def _groups(deals: Sequence[OpenDeal], ladders: Mapping[int, Ladder]) -> list[Group]:
    found: dict[tuple, list[OpenDeal]] = {}
    for deal in deals:
        found.setdefault((ladders[deal.version_id].type, deal.type_id, deal.stage_id), []).append(deal)
    groups = []
    for (_type, _type_id, stage_id), own in found.items():
        ladder = max((ladders[deal.version_id] for deal in own), key=lambda one: one.number)
        names = {step.stage_id: step.stage for step in ladder.steps}
        groups.append(Group(ladder, stage_id or None, names.get(stage_id), own))
    return sorted(groups, key=lambda group: (group.ladder.type, max(deal.place or 0 for deal in group.deals)))


def _row(group: Group) -> dict[str, Any]:
    count = len(group.deals)
    return {
        "type": group.ladder.type,
        "stage": group.stage,
        "count": count,
        "potential": cents(group.potential),
        "probability": group.wins("ever") / count,
        "period_probability": group.wins("within") / count,
        "expected_wins": group.wins("within"),
        "expected_income": cents(group.income),
    }


def totals_of(expected: Expected) -> dict[str, Any]:
    """Returns what a period will bring and of what parts, as data."""
    answer = expected.answer
    typed = expected.typed()
    return {
        "count": len(expected.deals),
        "won": expected.won,
        "won_amount": cents(expected.won_income),
        "open_income": cents(answer["open_income"]),
        "open_wins": answer["open_wins"],
        "new_income": cents(answer["new_income"]),
        "new_wins": answer["new_wins"],
        "expected_income": cents(expected.income),
        "low": cents(expected.low),
        "high": cents(expected.high),
        "typed_count": len(typed),
        "typed_potential": cents(sum(deal.potential or 0 for deal in typed)),
        "no_potential": sum(deal.potential is None for deal in expected.deals),
    }


def _deal_row(deal: OpenDeal) -> dict[str, Any]:
    return {
        "number": deal.number,
        "title": deal.title,
        "potential": None if deal.potential is None else cents(deal.potential),
        "probability": deal.ever,
        "period_probability": deal.within,
        "expected_income": cents(deal.income),
        "usual_on": deal.usual_on.isoformat(),
        "typed_on": deal.typed_on.isoformat() if deal.typed_on else None,
    }


def income_words(expected: Expected, currency: str) -> str:
    """Returns what a period will bring, in one sentence."""
    return _(
        "%(period)s is expected to bring %(income)s %(currency)s; in 8 of 10 cases between %(low)s and %(high)s.",
        period=expected.period.words(),
        income=rounded(expected.income),
        low=rounded(expected.low),
        high=rounded(expected.high),
        currency=currency,
    )


def _figures(expected: Expected, currency: str, linker: Linker) -> tuple[Figure, ...]:
    totals = totals_of(expected)
    return (
        Figure("expected_income", _("Expected, %(currency)s", currency=currency), totals["expected_income"], MONEY),
        Figure("low", _("At least, in 9 of 10 cases"), totals["low"], MONEY),
        Figure("high", _("At most, in 9 of 10 cases"), totals["high"], MONEY),
        Figure("won_amount", _("Won already"), totals["won_amount"], MONEY, link=won_link(expected, linker)),
        Figure("open_income", _("From open deals"), totals["open_income"], MONEY, link=as_query(linker.open_whole())),
        Figure("new_income", _("From deals that usually come"), totals["new_income"], MONEY),
    )


def won_link(expected: Expected, linker: Linker) -> str:
    """Returns the query of the list of the deals that the period brought already."""
    if not expected.won:
        return ""
    days = [str(expected.period.first), str(expected.period.last)]
    own = [one for one in linker.closed_whole("won") if one["field"] != "closed_at"]
    return as_query([*own, {"field": "closed_at", "op": "between", "value": days}])


def _by_stage(groups: Sequence[Group], linker: Linker) -> Table:
    columns = (
        Column("stage", _("Stage"), TEXT),
        Column("count", _("Deals"), COUNT),
        Column("potential", _("Potential"), MONEY),
        Column("probability", _("Chance to be won"), SHARE, hint=_("In the end, whenever that is")),
        Column("period_probability", _("Within the period"), SHARE, hint=_("The chance to be won in this period")),
        Column("expected_wins", _("Expected wins"), NUMBER),
        Column("expected_income", _("Expected income"), MONEY),
    )
    is_many = len({group.ladder.type_id for group in groups}) > 1
    rows, heading = [], None
    for group in groups:
        if is_many and group.ladder.type != heading:
            heading = group.ladder.type
            rows.append(Row({"stage": heading}, is_heading=True))
        rows.append(Row(_row(group) | {"stage": stage_words(group.stage)}, partial(_links, group, linker)))
    return Table("stages", _("Open deals by stage"), columns, tuple(rows))


def _links(group: Group, linker: Linker) -> dict[str, str]:
    stage = (
        {"field": "stage", "op": "equal", "value": group.stage_id}
        if group.stage_id
        else {"field": "stage", "op": "empty"}
    )
    kind = {"field": "type", "op": "equal", "value": group.ladder.type_id}
    own = [one for one in linker.open_whole() if one["field"] != "type"]
    query = as_query([*own, kind, stage])
    return dict.fromkeys(("count", "potential", "expected_wins", "expected_income"), query)


def _greatest(expected: Expected) -> list[OpenDeal]:
    worth = sorted(expected.deals, key=lambda deal: (-deal.income, deal.id))
    return worth[:MOST_DEALS]


def _by_deal(expected: Expected, ladders: Mapping[int, Ladder]) -> Table:
    columns = (
        Column("deal", _("Deal"), TEXT),
        Column("potential", _("Potential"), MONEY),
        Column("probability", _("Chance to be won"), SHARE),
        Column("period_probability", _("Within the period"), SHARE),
        Column("expected_income", _("Expected income"), MONEY),
        Column("usual_on", _("Usually won by"), TEXT, hint=_("By the time that deals spend at these stages")),
        Column("typed_on", _("The seller's day"), TEXT),
    )
    rows = [
        Row(
            _deal_row(deal)
            | {
                "deal": f"{deal.number} {deal.title}",
                "usual_on": format_date(deal.usual_on),
                "typed_on": format_date(deal.typed_on) if deal.typed_on else "—",
            },
            partial(_deal_links, deal),
        )
        for deal in _greatest(expected)
    ]
    return Table("deals", _("The deals that will bring most"), columns, tuple(rows))


def _deal_links(deal: OpenDeal) -> dict[str, str]:
    query = as_query([{"field": "number", "op": "equal", "value": deal.number}])
    return dict.fromkeys(("potential", "expected_income"), query)


def _charts(expected: Expected, currency: str, linker: Linker) -> tuple[Chart, ...]:
    if not expected.deals and not expected.won:
        return ()
    certain, new = expected.won_income, expected.answer["new_income"]
    spans = [_used(expected)]
    for name in METHODS:
        if name != expected.method:
            sum_ = certain + new + expected.answer["by_method"][name]
            spans.append(_span(str(METHOD_WORDS[name]), sum_, is_light=True))
    typed = certain + sum(deal.potential or 0 for deal in expected.typed())
    spans.append(_span(_("days that sellers typed"), typed, is_light=True))
    described = "; ".join(span.hint for span in spans)
    title = _("What each way of counting says, %(currency)s", currency=currency)
    return (Chart("ways", title, span_chart(spans, said=_("Expected"), is_flat=True), described),)


def _typed_note(expected: Expected, linker: Linker) -> Note:
    days = [str(expected.period.first), str(expected.period.last)]
    typed = [*linker.open_whole(), {"field": "expected_on", "op": "between", "value": days}]
    words = _(
        "By the days that sellers typed, %(n)s open deals worth %(sum)s close in this period; the forecast goes by"
        " stages instead.",
        n=format_number(len(expected.typed())),
        sum=rounded(sum(deal.potential or 0 for deal in expected.typed())),
    )
    return Note(words, as_query(typed), _("Show them"))


def _used(expected: Expected) -> Span:
    name = str(METHOD_WORDS[expected.method])
    low, high = float(cents(expected.low)), float(cents(expected.high))
    hint = _("%(name)s: %(sum)s, in 8 of 10 cases between %(low)s and %(high)s", name=name,
             sum=rounded(expected.income), low=rounded(expected.low), high=rounded(expected.high))  # fmt: skip
    return Span(name, float(cents(expected.income)), hint, low, high)


def _span(name: str, units: float, *, is_light: bool) -> Span:
    return Span(name, float(cents(units)), f"{name}: {rounded(units)}", is_light=is_light)


def _notes(expected: Expected, card: Card, linker: Linker) -> tuple[Note, ...]:
    notes = [_typed_note(expected, linker)] if expected.typed() else []
    missing = [deal for deal in expected.deals if deal.potential is None]
    if missing:
        without = [*linker.open_whole(), {"field": "potential", "op": "empty"}]
        words = _(
            "Open deals without a known potential, which add nothing to the sums: %(n)s.", n=format_number(len(missing))
        )
        notes.append(Note(words, as_query(without), _("Show them")))
    new = _(
        "Deals that are not opened yet usually bring %(n)s wins in this time.",
        n=format_number(expected.answer["new_wins"], 1),
    )
    notes.append(Note(new))
    if card.basis.is_enough and expected.answer["closed"]:
        share = format_percent(expected.answer["brought"], 0)
        notes.append(
            Note(_("Won deals brought %(share)s of their potential; the same is expected of these.", share=share))
        )
    if expected.method == OWN and (words := correction_words(card)):
        notes.append(Note(words))
    notes.append(
        Note(_("The range comes from 10,000 simulations of all open deals, always the same for the same question."))
    )
    return tuple(notes)


REPORT = Report(
    NAME,
    TITLE,
    make,
    FORECAST,
    lazy("What a month or quarter will bring, from open deals and new ones, with a range."),
    "trending-up",
    "forecast",
)

"""What this month, the next one and this quarter will bring, and how far to trust that."""

from collections.abc import Sequence
from functools import partial

from core.api import CRM, User, format_number
from core.api import gettext as _
from plugins.reports.document import MONEY, TEXT, Chart, Column, Document, Figure, Note, Row, Table
from plugins.reports.forecast.charts import Span, span_chart
from plugins.reports.forecast.counting import Expected, expect
from plugins.reports.forecast.learning import Card, find_card
from plugins.reports.forecast.report import income_words, totals_of, won_link
from plugins.reports.forecast.words import card_words, correction_words
from plugins.reports.funnel.common import make_scope
from plugins.reports.funnel.types import load_ladders
from plugins.reports.history.writing import make_document
from plugins.reports.links import Linker, as_query
from plugins.reports.settings.parameters import Settings
from plugins.reports.settings.periods import Period, add_months, preset
from plugins.reports.words import as_sentence

# With so few days left of a month the next one is what can still be changed.
ENDING_DAYS = 10


def make(crm: CRM, user: User | None, settings: Settings) -> Document:
    """Returns what is ahead as a document of its own."""
    ladders, published = load_ladders(crm)
    scope = make_scope(crm, user, settings, ladders)
    card, linker = find_card(crm), Linker(crm, settings)
    month, following, quarter = found = expect(scope, ladders, published, _periods(crm), card)
    is_ending = (month.period.until - crm.today()).days <= ENDING_DAYS
    told = (month, following, quarter) if is_ending else (month, quarter)
    words = [*(income_words(one, crm.currency) for one in told), *card_words(card)]
    return make_document(
        crm,
        user,
        settings,
        title=_("What the month and the quarter will bring"),
        tables=[_table(found, linker, crm.currency)],
        rows=[],
        totals={"month": totals_of(month), "next_month": totals_of(following), "quarter": totals_of(quarter)},
        figures=[
            _figure("month", month, _("This month will bring, %(currency)s", currency=crm.currency)),
            _figure("quarter", quarter, _("This quarter will bring, %(currency)s", currency=crm.currency)),
        ],
        draw=partial(_charts, found, crm.currency),
        notes=_notes(card),
        summary=words,
        is_empty=not (month.deals or quarter.won or quarter.answer["new_wins"]),
    )


def _periods(crm: CRM) -> list[Period]:
    month, quarter = preset("this_month", crm.today()), preset("this_quarter", crm.today())
    return [month, Period(month.until, add_months(month.until, 1)), quarter]


def _figure(key: str, expected: Expected, title: str) -> Figure:
    return Figure(key, title, totals_of(expected)["expected_income"], MONEY)


def _table(found: Sequence[Expected], linker: Linker, currency: str) -> Table:
    columns = (
        Column("period", _("Period"), TEXT),
        Column("expected_income", _("Expected, %(currency)s", currency=currency), MONEY),
        Column("low", _("From"), MONEY, hint=_("At least, in 9 of 10 cases")),
        Column("high", _("To"), MONEY, hint=_("At most, in 9 of 10 cases")),
        Column("won_amount", _("Won already"), MONEY),
        Column("open_income", _("From open deals"), MONEY),
        Column("new_income", _("From deals that usually come"), MONEY),
    )
    rows = [
        Row({**totals_of(one), "period": as_sentence(one.period.words())}, partial(_links, one, linker))
        for one in found
    ]
    return Table("ahead", _("What the month and the quarter will bring"), columns, tuple(rows))


def _links(expected: Expected, linker: Linker) -> dict[str, str]:
    links = {"open_income": as_query(linker.open_whole())} if expected.deals else {}
    won = won_link(expected, linker)
    return {**links, "won_amount": won} if won else links


def _charts(found: Sequence[Expected], currency: str) -> tuple[Chart, ...]:
    spans = [_span(one) for one in found]
    chart = span_chart(spans, said=_("Expected"), fact=_("Won already"), is_flat=True)
    title = _("Expected, with its range, and won already, %(currency)s", currency=currency)
    return (Chart("ahead", title, chart, "; ".join(span.hint for span in spans), has_own_axis=True),)


def _span(expected: Expected) -> Span:
    totals, name = totals_of(expected), as_sentence(expected.period.words())
    hint = _("%(name)s: %(sum)s, in 8 of 10 cases between %(low)s and %(high)s", name=name,
             sum=format_number(totals["expected_income"], 0), low=format_number(totals["low"], 0),
             high=format_number(totals["high"], 0))  # fmt: skip
    return Span(name, float(totals["expected_income"]), hint, float(totals["low"]), float(totals["high"]),
                float(totals["won_amount"]) if expected.won else None)  # fmt: skip


def _notes(card: Card) -> list[Note]:
    more = Note(
        correction_words(card) or _("How the sums come about, and how right earlier ones were:"),
        place="reports.show",
        place_words=_("Report card of the forecast"),
        right="reports.read",
        place_values={"name": "forecast-check"},
    )
    return [more]

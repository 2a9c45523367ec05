"""The report *contacts*: how many calls, letters and meetings it took until deals were won, or were lost."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import partial
from typing import Any, NamedTuple

from peewee import JOIN, SQL, Case, Expression, Select, fn

from core.api import CRM, Deal, Interaction, Report, User, format_number, format_percent, lazy
from core.api import gettext as _
from plugins.reports.charts.ranking import Rank, ranking_chart
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
from plugins.reports.facts import total
from plugins.reports.funnel.closed_facts import in_period
from plugins.reports.funnel.data import money
from plugins.reports.history.behind import Behind
from plugins.reports.history.writing import Asked, ask, in_usual_period, make_document
from plugins.reports.links import Linker, as_query
from plugins.reports.settings.parameters import REASONS, Settings

NAME = "contacts"
TITLE = lazy("Closed deals by number of contacts")
USUAL_PERIOD = "last_12_months"
KINDS = {
    "call": lazy("Calls"),
    "letter": lazy("Letters"),
    "meeting": lazy("Meetings"),
    "sms": lazy("SMS"),
    "message": lazy("Messages"),
}
# From how many contacts on each row counts; the last one has no end.
STEPS = (0, 1, 2, 3, 4, 6, 11, 21)


class Closed(NamedTuple):
    """Closed deals with equally many contacts: how many, what the won ones brought, and all contacts by kind."""

    deals: int = 0
    amount: int = 0
    call: int = 0
    letter: int = 0
    meeting: int = 0
    sms: int = 0
    message: int = 0

    def __add__(self, other: "Closed") -> "Closed":
        return Closed(*(one + two for one, two in zip(self, other, strict=True)))

    @property
    def contacts(self) -> int:
        """All contacts of these deals."""
        return sum(getattr(self, kind) for kind in KINDS)


@dataclass(frozen=True)
class Counted:
    """The closed deals by outcome and step of contacts."""

    asked: Asked
    cells: Mapping[tuple[str, int], Closed]

    def whole(self, state: str) -> Closed:
        """Returns all deals of an outcome together."""
        return sum((one for (other, _step), one in self.cells.items() if other == state), Closed())


def make(crm: CRM, user: User | None, settings: Settings) -> Document:
    """Returns the finished report."""
    settings = in_usual_period(crm, settings, USUAL_PERIOD)
    counted = _count(crm, user, settings)
    rows = [{"contacts": _step_words(step), "least": step, **_values(counted, step)} for step in STEPS]
    won, lost, linker = counted.whole("won"), counted.whole("lost"), Linker(crm, settings)
    return make_document(
        crm,
        user,
        settings,
        title=TITLE,
        tables=[_table(counted), _kind_table(won, lost)],
        rows=rows,
        totals={"won": won.deals, "lost": lost.deals, "mean_won": _mean(won.contacts, won),
                "mean_lost": _mean(lost.contacts, lost)},
        figures=[
            Figure("won", _("Won deals"), won.deals, link=as_query(linker.closed_whole("won"))),
            Figure("mean_won", _("Contacts per won deal"), _mean(won.contacts, won), NUMBER),
            Figure("lost", _("Lost deals"), lost.deals, link=as_query(linker.closed_whole("lost"))),
            Figure("mean_lost", _("Contacts per lost deal"), _mean(lost.contacts, lost), NUMBER),
        ],
        draw=partial(_charts, counted),
        notes=[
            Note(_("A contact is a call, letter, message or meeting of the deal, held before it was closed.")),
            Note(_("Contacts that nobody wrote down are missing; those of a client without a deal are not counted.")),
            Note(_("Many contacts do not win a deal by themselves: clients who are interested also talk more.")),
        ],
        is_empty=not counted.cells,
    )  # fmt: skip


def _count(crm: CRM, user: User | None, settings: Settings) -> Counted:
    asked = ask(crm, user, settings, "closed_at")
    each = _contacted(asked).alias("each")
    sums = [fn.COUNT(SQL("*")), total(each.c.amount), *(fn.SUM(getattr(each.c, kind)) for kind in KINDS)]
    query = Select((each,), [each.c.state, _step(each), *sums]).group_by(SQL("1"), SQL("2"))
    cells = {
        (state, int(step)): Closed(*(int(number or 0) for number in numbers))
        for state, step, *numbers in asked.scope.rows(query)
    }
    return Counted(asked, cells)


def _contacted(asked: Asked) -> Any:
    """Returns the query of each closed deal with the number of its contacts of each kind until it was closed."""
    held = (Interaction.deal == Deal.id) & ~Interaction.is_planned & (Interaction.at <= Deal.closed_at)
    held &= Interaction.kind << list(KINDS)
    query = Deal.select(Deal.id).join(Interaction, JOIN.LEFT_OUTER, on=held)
    columns = [Deal.id.alias("deal_id"), Deal.state.alias("state"), fn.MIN(Deal.amount_base).alias("amount")]
    columns += [fn.SUM(Case(None, [(Interaction.kind == kind, 1)], 0)).alias(kind) for kind in KINDS]
    where = in_period(asked.scope, asked.settings.period)
    return query.select(*columns, fn.COUNT(Interaction.id).alias("n")).where(*where).group_by(Deal.id, Deal.state)


def _step(each: Any) -> Any:
    return Case(None, [(each.c.n >= step, step) for step in reversed(STEPS)])


def _step_words(step: int) -> str:
    place = STEPS.index(step)
    if place == len(STEPS) - 1:
        return _("%(n)s and more", n=step)
    last = STEPS[place + 1] - 1
    return str(step) if last == step else f"{step}–{last}"


def _mean(number: int, closed: Closed) -> float | None:
    return round(number / closed.deals, 2) if closed.deals else None


def _values(counted: Counted, step: int) -> dict[str, Any]:
    won, lost = (counted.cells.get((state, step), Closed()) for state in ("won", "lost"))
    deals = won.deals + lost.deals
    return {
        "won": won.deals,
        "lost": lost.deals,
        "win_rate": won.deals / deals if deals else None,
        "won_amount": money(won.amount),
    }


def _table(counted: Counted) -> Table:
    columns = (
        Column("contacts", _("Contacts"), TEXT),
        Column("won", _("Deals won"), COUNT),
        Column("lost", _("Deals lost"), COUNT),
        Column("win_rate", _("Win rate"), SHARE),
        Column("won_amount", _("Won amount"), MONEY),
    )
    rows = []
    for step in STEPS:
        values = _values(counted, step)
        rows.append(Row({"contacts": _step_words(step), **values}, partial(_links, counted.asked, step, values)))
    return Table("contacts", _("By number of contacts"), columns, tuple(rows))


def _links(asked: Asked, step: int, values: Mapping[str, Any]) -> dict[str, str]:
    found = {what: link for what in ("won", "lost") if values[what] and (link := asked.link(what, step=step))}
    return found | ({"won_amount": found["won"]} if "won" in found else {})


def _kind_table(won: Closed, lost: Closed) -> Table:
    columns = (
        Column("kind", _("Contacts of a deal, on average"), TEXT),
        Column("won", _("Until it was won"), NUMBER),
        Column("lost", _("Until it was lost"), NUMBER),
    )
    rows = [
        Row({"kind": str(words), "won": _mean(getattr(won, kind), won), "lost": _mean(getattr(lost, kind), lost)})
        for kind, words in KINDS.items()
    ]
    return Table("kinds", _("By kind"), columns, tuple(rows))


def _charts(counted: Counted) -> tuple[Chart, ...]:
    rates, deals = [], []
    for step in STEPS:
        values = _values(counted, step)
        closed = values["won"] + values["lost"]
        words = _("%(share)s of %(n)s", share=format_percent(values["win_rate"]), n=closed) if closed else "—"
        rates.append(Rank(_step_words(step), values["win_rate"] or 0, words))
        link = counted.asked.link("won", step=step) if values["won"] else ""
        deals.append(Rank(_step_words(step), values["won"], format_number(values["won"]), link))
    return _chart("rates", _("Win rate by number of contacts"), rates), _chart(
        "won", _("Won deals by number of contacts"), deals
    )


def _chart(key: str, title: str, ranks: Sequence[Rank]) -> Chart:
    described = "; ".join(f"{rank.label}: {rank.words}" for rank in ranks)
    return Chart(key, title, ranking_chart(ranks, room=1.7), described)


def _find(crm: CRM, user: User | None, settings: Settings, cell: Mapping[str, str], source: Any) -> Expression:
    asked = ask(crm, user, in_usual_period(crm, settings, USUAL_PERIOD), "closed_at")
    each = _contacted(asked).alias("each")
    query = Select((each,), [each.c.deal_id]).bind(crm.database)
    return source.id << query.where(each.c.state == cell["what"], _step(each) == int(cell["step"]))


BEHIND = Behind(_find, lambda cell: f"{TITLE}, {_step_words(int(cell['step']))}")
REPORT = Report(
    NAME,
    TITLE,
    make,
    REASONS,
    lazy("How many calls, letters and meetings it took until deals were won, or were lost."),
    "phone-call",
    "process",
    usual_period=USUAL_PERIOD,
)

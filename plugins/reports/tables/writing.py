"""Makes a document of a table: its head, its figures, a ranking as chart, the same as data."""

from collections.abc import Callable, Mapping, Sequence
from typing import Any

from core.api import CRM, User, format_number
from core.api import gettext as _
from plugins.reports.charts.ranking import Rank, ranking_chart
from plugins.reports.document import MONEY, Chart, Document, Figure, Note, Table
from plugins.reports.funnel.common import head, settings_words
from plugins.reports.funnel.types import deal_types
from plugins.reports.links import Linker, as_query
from plugins.reports.settings.parameters import Settings
from plugins.reports.tables.outcomes import Asked, Outcome
from plugins.reports.words import as_sentence

MOST_RANKED = 15


def table_document(
    crm: CRM,
    user: User | None,
    settings: Settings,
    *,
    name: str,
    title: str,
    asked: Asked,
    table: Table,
    figures: Sequence[Figure],
    draw: Callable[[], tuple[Chart, ...]],
    rows: Sequence[Mapping[str, Any]],
    notes: Sequence[Note] = (),
) -> Document:
    """Returns the document of a report that has one table; its totals are those of all deals together."""
    words = settings_words(crm, user, settings, deal_types(crm))
    if not settings.by:
        words.append((_("Rows by"), str(asked.dimension.title)))
    found = list(notes)
    if asked.whole.no_potential:
        count = format_number(asked.whole.no_potential)
        found.append(Note(_("Deals without a known potential, which add nothing to the sums: %(n)s.", n=count)))
    if asked.dimension.overlaps:
        found.append(Note(_("A deal may count under several values here, so the parts add up to more than the whole.")))
    return Document(
        name=name,
        title=title,
        subtitle=as_sentence(settings.period.words()),
        settings=tuple(words),
        figures=tuple(figures),
        tables=(table,),
        draw=draw,
        notes=tuple(found),
        data={
            "report": name,
            "params": dict(settings.given),
            "rows": list(rows),
            "totals": asked.whole.data(),
        },
        is_empty=not asked.whole.closed,
        **head(crm, user),
    )


def usual_figures(asked: Asked, currency: str, linker: Linker) -> list[Figure]:
    """Returns the figures of closed deals: how many, won, the share won, what they brought."""
    whole, won, lost = asked.whole.data(), *(as_query(linker.closed_whole(state)) for state in ("won", "lost"))
    lost_title = _("Lost potential, %(currency)s", currency=currency)
    return [
        Figure("closed", _("Closed deals"), whole["closed"], link=as_query(linker.closed_whole())),
        Figure("won", _("Deals won"), whole["won"], link=won),
        Figure("win_rate", _("Win rate"), whole["win_rate"], "share"),
        Figure("won_amount", _("Won amount, %(currency)s", currency=currency), whole["won_amount"], MONEY, link=won),
        Figure("lost_potential", lost_title, whole["lost_potential"], MONEY, link=lost),
    ]


def key_conditions(linker: Linker, asked: Asked, key: Any, state: str = "") -> str:
    """Returns the query of the list of the deals of one key, or an empty text where no list can tell them."""
    found = linker.with_key(linker.closed_whole(state), key, asked.dimension)
    return "" if found is None else as_query(found)


def label_of(asked: Asked, row: Outcome) -> str:
    """Returns what the key of a row is called."""
    return asked.dimension.label(row.key) or _("None")


def ranking(key: str, title: str, ranks: Sequence[Rank]) -> Chart:
    """Returns the chart of a ranking, the greatest on top."""
    shown = [rank for rank in ranks if rank.value][:MOST_RANKED]
    described = "; ".join(f"{rank.label}: {rank.words}" for rank in shown)
    return Chart(key, title, ranking_chart(shown), described, has_own_axis=True)

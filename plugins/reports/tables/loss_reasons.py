"""The report *loss-reasons*: why deals were lost, the gravest reason first, and at which stages (Pareto)."""

from collections import defaultdict
from collections.abc import Sequence
from dataclasses import replace
from functools import partial
from typing import Any

from peewee import SQL, fn

from core.api import CRM, Deal, Report, Stage, User, format_percent, lazy
from core.api import gettext as _
from plugins.reports.charts.ranking import Rank, ranking_chart
from plugins.reports.document import COUNT, MONEY, SHARE, TEXT, Chart, Column, Document, Figure, Row, Table
from plugins.reports.funnel.closed_facts import in_period
from plugins.reports.links import Linker, as_query
from plugins.reports.settings.parameters import REASONS, Settings
from plugins.reports.tables.outcomes import Asked, Outcome, ask_outcomes
from plugins.reports.tables.writing import MOST_RANKED, key_conditions, label_of, table_document

NAME = "loss-reasons"
TITLE = lazy("Reasons of loss")
# More stages than these share a last column of the table.
MOST_STAGES = 12
OTHERS = "stage_others"


def make(crm: CRM, user: User | None, settings: Settings) -> Document:
    """Returns the finished report."""
    settings = replace(settings, by="loss_reason")
    asked = ask_outcomes(crm, user, settings, "loss_reason")
    rows = sorted((row for row in asked.rows if row.lost), key=lambda row: (-row.lost, label_of(asked, row)))
    stages = _stages(asked, settings)
    values = _values(asked, rows, stages)
    linker = Linker(crm, settings)
    lost, query = asked.whole.data(), as_query(linker.closed_whole("lost"))
    return table_document(
        crm,
        user,
        settings,
        name=NAME,
        title=str(TITLE),
        asked=asked,
        table=_table(asked, rows, values, stages, linker),
        figures=[
            Figure("lost", _("Lost deals"), lost["lost"], link=query),
            Figure("lost_potential", _("Lost potential, %(currency)s", currency=crm.currency), lost["lost_potential"],
                   MONEY, link=query),
            Figure("win_rate", _("Win rate"), lost["win_rate"], SHARE),
        ],
        draw=partial(_charts, asked, rows, linker),
        rows=[_data(asked, row, one) for row, one in zip(rows, values, strict=True)],
    )  # fmt: skip


def _stages(asked: Asked, settings: Settings) -> dict[int, tuple[str, dict[Any, int]]]:
    """Returns, by stage in the order of their places, its name and how many were lost there for each reason."""
    scope = asked.scope
    query = (
        Deal.select(Deal.loss_reason, Deal.stage, Stage.name, fn.MIN(Deal.place), fn.COUNT(SQL("*")))
        .join(Stage)
        .where(*in_period(scope, settings.period), Deal.state == "lost")
        .group_by(Deal.loss_reason, Deal.stage, Stage.name)
    )
    found: dict[int, tuple[int, str, dict[Any, int]]] = {}
    counts: dict[int, dict[Any, int]] = defaultdict(dict)
    for reason_id, stage_id, name, place, count in scope.rows(query):
        counts[stage_id][reason_id] = count
        before = found.get(stage_id)
        found[stage_id] = (min(place, before[0]) if before else place, name, counts[stage_id])
    ordered = sorted(found.items(), key=lambda item: (item[1][0], item[0]))
    return {stage_id: (name, by_reason) for stage_id, (_place, name, by_reason) in ordered}


def _values(asked: Asked, rows: Sequence[Outcome], stages: dict) -> list[dict[str, Any]]:
    all_lost, together, found = asked.whole.lost, 0, []
    for row in rows:
        together += row.lost
        found.append(
            {
                "lost": row.lost,
                "share": row.lost / all_lost,
                "together": together / all_lost,
                "lost_potential": row.data()["lost_potential"],
                **{f"stage_{key}": by_reason.get(row.key, 0) for key, (_name, by_reason) in stages.items()},
            }
        )
    return found


def _data(asked: Asked, row: Outcome, values: dict[str, Any]) -> dict[str, Any]:
    return {"loss_reason": asked.dimension.label(row.key), **values}


def _table(asked: Asked, rows: Sequence[Outcome], values: list[dict], stages: dict, linker: Linker) -> Table:
    shown, others = list(stages), []
    if len(shown) > MOST_STAGES:
        shown, others = shown[: MOST_STAGES - 1], shown[MOST_STAGES - 1 :]
    columns = [
        Column("name", asked.dimension.title, TEXT),
        Column("lost", _("Deals lost"), COUNT),
        Column("share", _("Share"), SHARE),
        Column("together", _("Together"), SHARE, hint=_("This reason and all above it")),
        Column("lost_potential", _("Potential lost"), MONEY),
        *(Column(f"stage_{key}", stages[key][0], COUNT, group=_("Lost at")) for key in shown),
        *([Column(OTHERS, _("Other stages"), COUNT, group=_("Lost at"))] if others else []),
    ]
    lines = [
        Row(
            {"name": label_of(asked, row), **one, OTHERS: sum(one[f"stage_{key}"] for key in others)},
            partial(_links, linker, asked, row.key, stages, others),
        )
        for row, one in zip(rows, values, strict=True)
    ]
    return Table("reasons", "", tuple(columns), tuple(lines))


def _links(linker: Linker, asked: Asked, key: Any, stages: dict, others: Sequence[int]) -> dict[str, str]:
    lost = linker.with_key(linker.closed_whole("lost"), key, asked.dimension)
    if lost is None:
        return {}
    found = dict.fromkeys(("lost", "lost_potential"), as_query(lost))
    there = [stage_id for stage_id, (_name, by_reason) in stages.items() if by_reason.get(key)]
    at = {f"stage_{one}": as_query([*lost, {"field": "stage", "op": "equal", "value": one}]) for one in there}
    rest = {OTHERS: as_query([*lost, {"field": "stage", "op": "in", "value": list(others)}])} if others else {}
    return found | at | rest


def _charts(asked: Asked, rows: Sequence[Outcome], linker: Linker) -> tuple[Chart, ...]:
    shown = rows[:MOST_RANKED]
    ranks = [
        Rank(label_of(asked, row), row.lost, f"{row.lost} · {format_percent(row.lost / asked.whole.lost)}",
             key_conditions(linker, asked, row.key, "lost"))
        for row in shown
    ]  # fmt: skip
    described = "; ".join(f"{rank.label}: {rank.words}" for rank in ranks)
    return (Chart("reasons", _("Lost deals by reason"), ranking_chart(ranks, is_loss=True), described),)


REPORT = Report(
    NAME,
    TITLE,
    make,
    REASONS,
    lazy("Why deals were lost, the most frequent reason first, and at which stages."),
    "thumb-down",
)

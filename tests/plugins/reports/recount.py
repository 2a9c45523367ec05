"""Counts funnels from plain deals, one deal at a time and with nothing of the plugin: what the tests compare with."""

from collections import defaultdict
from collections.abc import Callable, Iterable
from datetime import datetime
from decimal import Decimal

from tests.plugins.reports.base import LADDERS, PlainDeal

NOTHING = Decimal(0)


def closed_rows(
    deals: Iterable[PlainDeal], key: Callable[[PlainDeal], object] = lambda deal: None, counting: str = "final"
) -> dict[tuple, dict]:
    """Returns {(type, key, stage): cells} of the closed deals given."""
    rows: dict[tuple, dict] = defaultdict(lambda: defaultdict(lambda: NOTHING))
    for deal in deals:
        for stage, happened in story(deal, counting):
            row = rows[deal.type, key(deal), stage]
            row["reached"] += 1
            row["reached_potential"] += deal.worth or 0
            row[happened] += 1
            row[f"{happened}_potential"] += deal.worth or 0
            if happened == "passed" and stage not in deal.visits and stage is not None and counting != "visited":
                row["skipped"] += 1
    return rows


def story(deal: PlainDeal, counting: str) -> list[tuple[str | None, str]]:
    """Returns what happened to one deal at each stage it reached: passed or lost."""
    ladder = deal.ladder
    if not ladder:
        return [(None, "passed" if deal.state == "won" else "lost")]
    if counting == "visited":
        seen = [stage for stage in ladder if stage in deal.visits]
        return [(s, "lost" if deal.state == "lost" and s == deal.visits[-1] else "passed") for s in seen]
    if deal.state == "won":
        return [(stage, "passed") for stage in ladder]
    end = deal.visits[-1] if counting == "final" else max(deal.visits, key=ladder.index)
    before = ladder[: ladder.index(end)]
    return [*((stage, "passed") for stage in before), (end, "lost")]


def conversion(row: dict) -> float | None:
    stood = row["reached"] - row["skipped"]
    return float((row["passed"] - row["skipped"]) / stood) if stood else None


def closed_totals(deals: list[PlainDeal]) -> dict:
    """Returns the totals of the closed deals given."""
    won = [deal for deal in deals if deal.state == "won"]
    lost = [deal for deal in deals if deal.state == "lost"]
    return {
        "closed": len(deals),
        "won": len(won),
        "lost": len(lost),
        "win_rate": len(won) / len(deals) if deals else None,
        "won_amount": sum((deal.brought or NOTHING for deal in won), NOTHING),
        "lost_potential": sum((deal.worth or NOTHING for deal in lost), NOTHING),
        "no_potential": sum(deal.worth is None for deal in deals),
        "clients": len({deal.client for deal in deals}),
    }


def chance(deal: PlainDeal, stage: str) -> Decimal:
    """Returns P(win) from a stage: the product of the chances to pass it and all after it."""
    steps = LADDERS[deal.type, deal.version]
    result = Decimal(1)
    for _name, percent in steps[[name for name, _percent in steps].index(stage) :]:
        result *= Decimal(percent) / 100
    return result


def standing(deal: PlainDeal, at: datetime) -> tuple | None:
    """Returns the span in which the deal stood at a moment, or None when it was not open then."""
    for span in deal.spans:
        if span[1] <= at and (span[2] is None or at < span[2]):
            return span
    return None

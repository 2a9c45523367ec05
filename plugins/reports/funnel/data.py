"""Rows and totals of a funnel as data: names, order and types of the contract. Pure."""

from collections.abc import Hashable
from decimal import Decimal
from typing import Any

from plugins.reports.funnel.closed import ClosedRow
from plugins.reports.funnel.counts import ClosedTotals
from plugins.reports.funnel.open import OpenRow, OpenTotals

SCALE = 10_000


def closed_row(row: ClosedRow) -> dict[str, Any]:
    """Returns the row's values by their names in the contract; money as decimals."""
    return {
        "type": row.frame.type,
        "stage": row.stage,
        "reached": row.reached,
        "passed": row.passed,
        "lost": row.lost,
        "skipped": row.skipped,
        "reached_potential": money(row.reached_potential),
        "passed_potential": money(row.passed_potential),
        "lost_potential": money(row.lost_potential),
        "conversion": row.conversion,
    }


def closed_totals(totals: ClosedTotals, clients: int | None) -> dict[str, Any]:
    """Returns the totals by their names in the contract."""
    return {
        "closed": totals.closed,
        "won": totals.won,
        "lost": totals.lost,
        "win_rate": totals.win_rate,
        "won_amount": money(totals.won_amount),
        "lost_potential": money(totals.lost_potential),
        "no_potential": totals.no_potential,
        "clients": clients,
    }


def open_row(row: OpenRow) -> dict[str, Any]:
    """Returns the row's values by their names in the contract; what is expected stays None without stages."""
    return {
        "type": row.frame.type,
        "stage": row.stage,
        "count": row.count,
        "clients": row.clients,
        "potential": money(row.potential),
        "probability": share(row.probability),
        "expected_wins": share(row.expected_wins),
        "expected_income": None if row.expected_income is None else money(row.expected_income),
    }


def open_totals(totals: OpenTotals, clients: int | None) -> dict[str, Any]:
    """Returns the totals of the open funnel; deals on hold stand apart, what nobody knows is None."""
    return {
        "count": totals.count,
        "clients": clients,
        "potential": money(totals.potential),
        "win_probability": share(totals.win_chance),
        "expected_wins": None if totals.is_unknown else share(totals.expected_wins),
        "expected_income": None if totals.is_unknown else money(totals.expected_income),
        "no_potential": totals.no_potential,
        "on_hold": totals.on_hold,
        "on_hold_potential": money(totals.on_hold_potential),
    }


def money(units: Any) -> Decimal:
    """Returns database units, perhaps a fraction of one, as a decimal with at least two digits."""
    value = Decimal(round(units)) / SCALE
    return value if value.normalize().as_tuple().exponent < -2 else value.quantize(Decimal("0.01"))


def share(value: Any) -> float | None:
    """Returns an exact fraction as a number, None where there is none."""
    return None if value is None else float(value)


def by_label(key: Hashable, label: str | None) -> tuple[bool, str]:
    """Returns what puts rows in the order of their labels, those without a value last."""
    return (label is None, (label or "").casefold())

"""Raw numbers of measures: how two groups become one, and what is shown of them. Pure."""

from decimal import Decimal
from fractions import Fraction
from typing import Any

from core.api import ReportMeasure
from plugins.reports.funnel.data import money

# For each measure the numbers it is finished from, in the order of the measures.
Tally = tuple[tuple[Any, ...], ...]


def fold(one: Tally, other: Tally) -> Tally:
    """Returns the numbers of two groups together; only of measures that add up."""
    return tuple(
        tuple((a or 0) + (b or 0) for a, b in zip(left, right, strict=True))
        for left, right in zip(one, other, strict=True)
    )


def finish(measure: ReportMeasure, raw: tuple[Any, ...]) -> Any:
    """Returns what a measure says: a count, an exact amount, a share or mean, None where there is nothing to say."""
    how = measure.how
    if how in ("count", "distinct"):
        return int(raw[0] or 0)
    if how in ("share", "chance"):
        return float(raw[0] / raw[1]) if raw[1] else None
    if how == "mean":
        return _amount(measure, _exact(raw[0] or 0) / raw[1]) if raw[1] else None
    if how == "median":
        return None if raw[0] is None else _amount(measure, raw[0])
    return _amount(measure, raw[0] or 0)


def _exact(value: Any) -> Any:
    return Fraction(value) if isinstance(value, int | Decimal) else value


def _amount(measure: ReportMeasure, value: Any) -> Any:
    """Returns a sum as the measure's kind has it: units of money as a decimal, all else as a number."""
    if measure.kind == "money":
        return money(value)
    if measure.kind == "count":
        return int(value)
    return round(float(value), 6)

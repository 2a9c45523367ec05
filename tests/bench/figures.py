"""Figures: what was measured, the bound it must keep, and the table of them all."""

from collections.abc import Iterable
from dataclasses import dataclass


@dataclass(frozen=True)
class Figure:
    """One measured value; `bound` is what it must keep (`is_least`: from below), None for a value told by the way."""

    name: str
    value: float
    unit: str
    bound: float | None = None
    is_least: bool = False

    @property
    def holds(self) -> bool:
        """Whether the bound is kept."""
        if self.bound is None:
            return True
        return self.value >= self.bound if self.is_least else self.value <= self.bound


def table(title: str, figures: Iterable[Figure], note: str = "") -> str:
    """Returns the figures as a table in Markdown, below a line that says when and where they were taken."""
    lines = [f"### {title}", "", *([note, ""] if note else []), "| | measured | bound | |", "|---|---:|---:|---|"]
    for one in figures:
        bound = "" if one.bound is None else f"{'≥' if one.is_least else '≤'} {number(one.bound)} {one.unit}"
        said = "" if one.bound is None else "holds" if one.holds else "**missed**"
        lines.append(f"| {one.name} | {number(one.value)} {one.unit} | {bound} | {said} |")
    return "\n".join(lines) + "\n"


def number(value: float) -> str:
    """Returns a number with as many digits as are worth reading."""
    if value >= 100 or value == int(value):
        return f"{value:,.0f}"
    return f"{value:.1f}" if value >= 10 else f"{value:.2f}"


def percentile(values: list[float], share: float) -> float:
    """Returns the value below which a share of the values lies."""
    ordered = sorted(values)
    return ordered[min(int(len(ordered) * share), len(ordered) - 1)]

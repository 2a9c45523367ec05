"""A plan as data, for machines: steps, managers, weeks, and what they rest on."""

from typing import Any

from plugins.reports.funnel.data import money, share
from plugins.reports.offers import is_offer
from plugins.reports.plan.asking import Asked
from plugins.reports.plan.learning import CONTRACTS, INTERESTED, STAGE
from plugins.reports.plan.planning import Line
from plugins.reports.settings.parameters import Settings


def data_of(asked: Asked | None, settings: Settings) -> dict[str, Any]:
    """Returns the report's data; without a plan it has no rows."""
    lines = asked.plan.lines if asked else ()
    rows = [_row(line) for line in lines]
    return {
        "report": settings.report,
        "params": dict(settings.given),
        "rows": rows,
        "totals": _totals(asked) if asked else {},
        "managers": [part for line in lines for part in _by_manager(line, asked)],
        "weeks": [part for line in lines for part in _by_week(line, asked)],
    }


def _row(line: Line) -> dict[str, Any]:
    return {
        **_step(line),
        "in_all": line.in_all,
        "needed": line.needed,
        "per_week": share(line.per_week),
        "first_on": line.window.first.isoformat(),
        "last_on": line.window.last.isoformat(),
    }


def _by_manager(line: Line, asked: Asked) -> list[dict[str, Any]]:
    pairs = zip(asked.plan.managers, line.by_manager, strict=True)
    return [{"owner": asked.names.get(manager), **_step(line), "needed": part} for manager, part in pairs]


def _by_week(line: Line, asked: Asked) -> list[dict[str, Any]]:
    pairs = zip(asked.plan.weeks, line.by_week, strict=True)
    return [{"week_on": week.isoformat(), **_step(line), "needed": part} for week, part in pairs]


def _step(line: Line) -> dict[str, Any]:
    return {"step": line.step.key, "stage": line.step.stage}


def _totals(asked: Asked) -> dict[str, Any]:
    plan, learned = asked.plan, asked.plan.learned
    offers = next((line for line in plan.lines if is_offer(line.step.stage)), None)
    return {
        "due_on": plan.goal.due.isoformat(),
        "contracts": plan.line(CONTRACTS).in_all,
        "amount": None if plan.goal.amount is None else money(plan.goal.amount),
        "open_deals": plan.awaited.deals,
        "open_contracts": share(plan.awaited.wins),
        "open_amount": money(plan.awaited.amount),
        "contracts_needed": share(plan.contracts_needed),
        "interested_in_all": plan.line(INTERESTED).in_all,
        "interested": plan.line(INTERESTED).needed,
        **{key: line.needed if (line := plan.line(key)) else None for key in ("calls", "meetings", "letters")},
        "offers": offers.needed if offers else None,
        "stages": {line.step.stage: line.needed for line in plan.lines if line.step.key == STAGE},
        "conversion": share(learned.conversion),
        "learned_from": learned.opened,
        "won": learned.won if learned.is_learned else None,
        "lag_days": learned.lag if learned.is_learned else None,
        "lag_days_most": learned.lag_most if learned.is_learned else None,
        "earliest_on": plan.earliest.isoformat() if learned.is_learned else None,
        "is_too_late": plan.is_too_late,
    }

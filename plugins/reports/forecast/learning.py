"""Has the company's history learned and the forecast checked: at night as a job, or on the spot where that is quick."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Any

from core.api import CRM, Job, Progress, bulk
from plugins.reports.forecast import facts, kept
from plugins.reports.forecast.bounds import LEAST_CLOSED, LEAST_MONTHS, MOST_AT_ONCE, MOST_MONTHS, OWN, TEMPLATE
from plugins.reports.forecast.child import SECONDS, SECONDS_OF_A_JOB, ask
from plugins.reports.funnel.types import load_ladders
from plugins.reports.settings.periods import add_months

KIND = "reports.forecast"
LEARNED_AFTER = 3
USUAL_SHOCK = 0.10


@dataclass(frozen=True)
class Basis:
    """How much history there is: closed deals, whole months that can be checked, all deals."""

    closed: int
    months: tuple[date, ...]
    deals: int

    @property
    def is_enough(self) -> bool:
        """Whether the history is long enough to be believed more than the template."""
        return self.closed >= LEAST_CLOSED and len(self.months) >= LEAST_MONTHS

    @property
    def is_quick(self) -> bool:
        """Whether it may be learned while somebody waits."""
        return self.deals <= MOST_AT_ONCE


@dataclass(frozen=True)
class Card:
    """The forecast's report card and when it was made; None in `body` when there is none."""

    basis: Basis
    body: dict[str, Any] | None
    made_at: datetime | None = None

    @property
    def best(self) -> str:
        """The method that guessed best; the template while nobody can know."""
        if not self.basis.is_enough:
            return TEMPLATE
        return self.body["best"] if self.body else OWN

    @property
    def shock(self) -> float:
        """How much whole months differ beyond chance."""
        return self.body["shock"] if self.body else USUAL_SHOCK

    @property
    def correction(self) -> dict[str, float]:
        """What earlier months taught to put right (`engine.correcting`); nothing before the first check."""
        # A card of an earlier version knows of no correction; the next night makes a new one.
        return self.body.get("correction", {}) if self.body and self.basis.is_enough else {}


def find_basis(crm: CRM) -> Basis:
    """Returns how much history there is."""
    closed, first, deals = facts.count_closed(crm)
    if first is None:
        return Basis(0, (), deals)
    start = bulk.from_microseconds(first).astimezone(crm.config.zone).date()
    begun = add_months(start.replace(day=1), LEARNED_AFTER)
    this_month = crm.today().replace(day=1)
    months = [add_months(this_month, -back) for back in range(MOST_MONTHS, 0, -1)]
    return Basis(closed, tuple(month for month in months if month >= begun), deals)


def find_card(crm: CRM, *, may_check: bool = False) -> Card:
    """Returns the report card that is kept; with `may_check` it is made now if there is none and that is quick."""
    basis = find_basis(crm)
    found = kept.find_kept(crm, kept.CARD)
    if found is not None and basis.is_enough:
        return Card(basis, found.body, found.made_at)
    if may_check and basis.is_enough and basis.is_quick:
        return Card(basis, _check(crm, basis)["card"], crm.clock.now())
    return Card(basis, None)


def find_model(crm: CRM, basis: Basis) -> dict[str, Any]:
    """Returns what the engine learns from: the statistics kept, or the history; neither, when only the template is."""
    found = kept.find_kept(crm, kept.MODEL)
    if found and (found.is_fresh or not basis.is_quick):
        return {"model": found.body}
    return {"model": None, "history": facts.history(crm) if basis.is_quick else EMPTY}


EMPTY: dict[str, dict[str, list[int]]] = {
    "deals": {name: [] for name in facts.DEAL_COLUMNS},
    "visits": {name: [] for name in facts.VISIT_COLUMNS},
}


def last_check(crm: CRM) -> datetime | None:
    """Returns when the forecast was checked last, or None."""
    found = kept.find_kept(crm, kept.CARD)
    return found.made_at if found else None


def start_check(crm: CRM) -> Job:
    """Returns the job that checks the forecast now; one that waits or runs already serves as well."""
    with crm.work():
        return crm.jobs.enqueue(KIND, {}, dedupe_key=KIND)


def run_forecast(crm: CRM, args: dict[str, Any], progress: Progress) -> None:
    """Learns the company's statistics and checks the forecast over the last months; both are kept."""
    basis = find_basis(crm)
    if not basis.closed:
        return
    found = _check(crm, basis, lambda done, of: progress.tell(5 + 90 * done // max(of, 1), f"{done} / {of}"))
    kept.keep(crm, kept.MODEL, found["model"])
    if basis.is_enough:
        kept.keep(crm, kept.CARD, found["card"])


def _check(crm: CRM, basis: Basis, tell: Callable[[int, int], None] | None = None) -> dict[str, Any]:
    months = basis.months if basis.is_enough else ()
    request = {
        "history": facts.history(crm),
        "templates": facts.templates(*load_ladders(crm)),
        "months": [_month(crm, month) for month in months],
        "now": bulk.to_microseconds(crm.clock.now()) / facts.DAY,
    }
    return ask("check", request, tell, seconds=SECONDS_OF_A_JOB if tell else SECONDS)


def _month(crm: CRM, month: date) -> tuple[float, int, facts.Columns]:
    start = crm.day_start(month)
    days = (add_months(month, 1) - month) // timedelta(days=1)
    return bulk.to_microseconds(start) / facts.DAY, days, facts.stood(crm, start)

"""The forecast of a period: the deals that are asked about, put to the engine, and its answer stage by stage."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any, NamedTuple

from core.api import CRM, bulk
from core.api import gettext as _
from plugins.reports.facts import Scope
from plugins.reports.forecast import facts
from plugins.reports.forecast.child import ask
from plugins.reports.forecast.learning import Card, find_model
from plugins.reports.funnel.ladders import Ladder
from plugins.reports.settings.parameters import Settings, refuse
from plugins.reports.settings.periods import Period, preset

FARTHEST = 730


class OpenDeal(NamedTuple):
    """One open deal with what is expected of it: chances in the end and within the period, income, usual day."""

    id: int
    number: str
    title: str
    type_id: int
    version_id: int
    stage_id: int
    place: int | None
    potential: int | None
    ever: float
    within: float
    income: float
    usual_on: date
    typed_on: date | None


@dataclass(frozen=True)
class Expected:
    """What a period will bring; money in the database's units. `won` is what it brought already."""

    period: Period
    method: str
    deals: Sequence[OpenDeal]
    won: int
    won_income: int
    answer: Mapping[str, Any]

    @property
    def income(self) -> float:
        """What is won already, what open deals and what new ones are expected to bring."""
        return self.won_income + self.answer["open_income"] + self.answer["new_income"]

    @property
    def low(self) -> float:
        """What it brings at least in nine cases of ten."""
        return self.won_income + self.answer["low"]

    @property
    def high(self) -> float:
        """What it brings at most in nine cases of ten."""
        return self.won_income + self.answer["high"]

    def typed(self) -> list[OpenDeal]:
        """Returns the deals whose sellers say that they will be won within the period."""
        return [deal for deal in self.deals if deal.typed_on and self.period.first <= deal.typed_on < self.period.until]


def period_ahead(crm: CRM, settings: Settings) -> Period:
    """Returns the period asked for, this month without one; InvalidInput for one that is over or too far."""
    period = settings.period
    if period == Period() and "period" not in settings.given:
        period = preset("this_month", crm.today())
    if not period.is_bounded:
        refuse("period", _("A forecast is of a period with both ends: give its first and last day, or its name."))
    if period.until <= crm.today():
        refuse("period", _("This period is over. How right forecasts were, the report card tells."))
    if period.until > crm.today() + timedelta(days=FARTHEST):
        refuse("period", _("A forecast reaches two years ahead at most. Choose a nearer period."))
    return period


def expect(
    scope: Scope,
    ladders: dict[int, Ladder],
    published: set[int],
    periods: Sequence[Period],
    card: Card,
    method: str = "",
) -> list[Expected]:
    """Returns what each of the periods will bring of the deals in the scope, by the best method or the one named."""
    crm = scope.crm
    now, rows = crm.clock.now(), facts.standing_deals(scope)
    at = bulk.to_microseconds(now)
    spans = [(_days(scope.moment(one.first) - at), _days(scope.moment(one.until) - at)) for one in periods]
    method = method or card.best
    request = {
        "templates": facts.templates(ladders, published),
        "now": at / facts.DAY,
        "standing": _standing(rows),
        "opened": facts.opened_lately(scope, now),
        "periods": [(max(first, 0), max(until, 1)) for first, until in spans],
        "method": method,
        "shock": card.shock,
        "correction": card.correction,
        **find_model(crm, card.basis),
    }
    answers = ask("forecast", request)["answers"]
    return [
        _expected(scope, period, method, rows, answer, has_begun=first <= 0)
        for period, (first, _until), answer in zip(periods, spans, answers, strict=True)
    ]


def _expected(
    scope: Scope, period: Period, method: str, rows: Sequence[tuple], answer: Mapping[str, Any], *, has_begun: bool
) -> Expected:
    crm, won = scope.crm, (0, 0)
    if has_begun:
        won = facts.won_within(scope, scope.moment(period.first), bulk.to_microseconds(crm.clock.now()))
    today = crm.today()
    deals = [
        _deal(row, ever, within, answer["brought"], today + timedelta(days=round(days)))
        for row, ever, within, days in zip(rows, answer["ever"], answer["within"], answer["days"], strict=True)
    ]
    return Expected(period, method, deals, *won, answer)


def _days(microseconds: int) -> int:
    return round(microseconds / facts.DAY)


def _standing(rows: Sequence[tuple]) -> dict[str, list]:
    columns = [list(column) for column in zip(*rows, strict=True)] or [[] for _name in facts.STANDING_COLUMNS]
    standing = dict(zip(facts.STANDING_COLUMNS, columns, strict=False))
    standing["entered"] = [moment / facts.DAY for moment in standing["entered"]]
    return standing


def _deal(row: tuple, ever: float, within: float, brought: float, usual_on: date) -> OpenDeal:
    deal_id, type_id, version_id, stage_id, _owner, _client, _source, potential, _entered, place, number, title, day = (
        row
    )
    typed_on = date.fromisoformat(str(day)) if day else None
    worth = None if potential < 0 else potential
    income = (worth or 0) * within * brought
    return OpenDeal(
        deal_id, number, title, type_id, version_id, stage_id, place, worth, ever, within, income, usual_on, typed_on
    )

"""The questions that the second process answers: plain data in, plain data out."""

from collections.abc import Callable, Mapping
from typing import Any

import numpy as np

from plugins.reports.forecast.engine.arrivals import Opened
from plugins.reports.forecast.engine.check import check, months_of
from plugins.reports.forecast.engine.correcting import Correction
from plugins.reports.forecast.engine.forecasting import Question, forecast, standing_now
from plugins.reports.forecast.engine.history import History, Template, read_history, state_of
from plugins.reports.forecast.engine.keeping import from_plain, to_plain
from plugins.reports.forecast.engine.model import Model, learn
from plugins.reports.forecast.engine.seasons import seasons

Request = Mapping[str, Any]
Tell = Callable[[int, int], None]


def answer_forecast(request: Request, tell: Tell) -> dict[str, Any]:
    """Answers what each of the periods will bring, by the model that was kept or one learned now."""
    model = _model(request)
    opened = request["opened"]
    state = state_of(model.hazards.states, np.array(opened["type_id"]), np.array(opened["stage_id"]))
    states = np.bincount(state, np.array(opened["count"]), minlength=len(model.hazards.states))
    correction = Correction(**request["correction"])
    standing = standing_now(request["standing"], request["now"])
    arrivals = Opened(
        opened["days"], states, {kind: np.array(sums, dtype=float) for kind, sums in opened["sums"].items()}
    )
    method, shock = request["method"], request["shock"]
    questions = [Question(first, until, method, shock, correction) for first, until in request["periods"]]
    return {"answers": [forecast(model, standing, arrivals, question) for question in questions]}


def answer_learn(request: Request, tell: Tell) -> dict[str, Any]:
    """Answers what the company's history teaches, to be kept."""
    return to_plain(learn(_history(request), request["now"]))


def answer_check(request: Request, tell: Tell) -> dict[str, Any]:
    """Answers how good forecasts of past months would have been, and what the history teaches by now."""
    history = _history(request)
    card = check(history, list(months_of(history, request["months"])), request["now"], tell)
    return {"card": card, "model": to_plain(learn(history, request["now"]))}


def answer_seasons(request: Request, tell: Tell) -> dict[str, Any]:
    """Answers the seasons of monthly sums."""
    return seasons(request["values"])


def _model(request: Request) -> Model:
    if request["model"] is not None:
        return from_plain(request["model"], _templates(request))
    return learn(_history(request), request["now"])


def _history(request: Request) -> History:
    return read_history(request["history"], _templates(request))


def _templates(request: Request) -> tuple[Template, ...]:
    return tuple(Template(*one) for one in request["templates"])


ANSWERS: dict[str, Callable[[Request, Tell], dict[str, Any]]] = {
    "forecast": answer_forecast,
    "learn": answer_learn,
    "check": answer_check,
    "seasons": answer_seasons,
}

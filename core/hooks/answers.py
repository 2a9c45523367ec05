"""Every hook as it is answered here: by whom, in what order, and how long each took lately."""

import inspect
import re
from dataclasses import dataclass

from core.hooks import specs
from core.hooks.health import HookTime
from core.runtime import CRM

SHOWN_PAGES = 10


@dataclass(frozen=True)
class Answer:
    """One plugin's part in a hook; the figures are of all processes since `core.hooks.health` began to count."""

    plugin: str
    calls: int
    mean_ms: float
    worst_ms: float


@dataclass(frozen=True)
class AnsweredHook:
    """A hook with its verb, what it is for, and those who answer it in the order in which they are called."""

    name: str
    verb: str
    summary: str
    answers: tuple[Answer, ...]


def answers(crm: CRM) -> list[AnsweredHook]:
    """Returns every hook in the order of docs/hooks.md."""
    times = {(row.plugin, row.what): row for row in HookTime.select()}
    return [_answered(crm, name, spec, times) for name, spec in vars(specs).items() if _is_hook(spec)]


def pages_of(plugin: str) -> list[tuple[str, Answer]]:
    """Returns how long the plugin's own pages took lately, in all processes, the slowest on average first."""
    rows = HookTime.select().where(HookTime.plugin == plugin, HookTime.what.startswith("page "))
    found = [(row.what.removeprefix("page "), _answer(plugin, row)) for row in rows]
    return sorted(found, key=lambda pair: -pair[1].mean_ms)[:SHOWN_PAGES]


def _answered(crm: CRM, name: str, spec: object, times: dict[tuple[str, str], HookTime]) -> AnsweredHook:
    text = inspect.getdoc(spec) or ""
    verb = re.search(r"Verb: ([\w ]+?)(?=[.;])", text)
    plugins = crm.hooks.answering(name)
    found = tuple(_answer(plugin, times.get((plugin, name))) for plugin in plugins)
    return AnsweredHook(name, verb[1] if verb else "", text.split("\n\n")[0], found)


def _answer(plugin: str, time: HookTime | None) -> Answer:
    if time is None:
        return Answer(plugin, 0, 0.0, 0.0)
    return Answer(plugin, time.calls, time.total_us / time.calls / 1000, time.worst_us / 1000)


def _is_hook(value: object) -> bool:
    return inspect.isfunction(value) and value.__module__ == specs.__name__

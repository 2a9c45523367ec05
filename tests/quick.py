"""What every test begins with is made once a process: found plugins, addresses taken apart, objects that stay.

Without it a third of the suite's time went there. Nothing that a test could change is kept.
"""

import gc
import importlib.metadata
import sys
from collections.abc import Iterable
from functools import lru_cache
from typing import Any

from werkzeug.routing import Rule
from werkzeug.routing.rules import RulePart

from core.web.errors import Web
from core.web.rules import LateRule

# How many new objects make the collector look; at its usual 700, making an application took twice its time.
OBJECTS = 20_000

_announced = importlib.metadata.entry_points
_taken_apart: dict[str, tuple[list[RulePart], list[tuple[bool, str]], dict[str, Any]]] = {}


class KeptRule(LateRule):
    """A rule whose address is taken apart once a process, not once an application."""

    def _parse_rule(self, rule: str) -> Iterable[RulePart]:
        if rule not in _taken_apart:
            fresh = Rule(self.rule)
            fresh.map = self.map
            _taken_apart[rule] = list(fresh._parse_rule(rule)), fresh._trace, fresh._converters
        parts, trace, converters = _taken_apart[rule]
        self._trace += trace
        self._converters.update(converters)
        self.arguments.update(converters)
        return parts


def quicken() -> None:
    """Keeps, from now on, what costs each test the same work again."""
    Web.url_rule_class = KeptRule
    importlib.metadata.entry_points = _entry_points


def leave_alone_what_stays() -> None:
    """Takes modules and collected tests out of the collector's sight, and lets it look less often."""
    gc.collect()
    gc.freeze()
    gc.set_threshold(OBJECTS, 10, 10)


def _entry_points(**group: str) -> Any:
    return _entry_points_on(tuple(sys.path), **group)


@lru_cache
def _entry_points_on(_path: tuple[str, ...], **group: str) -> Any:
    return _announced(**group)

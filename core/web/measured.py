"""How long plugins' own pages and REST paths take: counted beside their hooks, and the slow ones named."""

from collections.abc import Callable
from functools import wraps
from time import perf_counter
from typing import Any

from flask import Flask

from core.runtime import CRM


def measure(app: Flask, crm: CRM, plugin: str, blueprint: Any) -> None:
    """Makes the views of a plugin's mounted blueprint count; a slow page is written down, but stops nobody."""
    for endpoint, view in app.view_functions.items():
        if endpoint.startswith(f"{blueprint.name}."):
            app.view_functions[endpoint] = _measured(crm, plugin, endpoint, view)


def _measured(crm: CRM, plugin: str, endpoint: str, view: Callable[..., Any]) -> Callable[..., Any]:
    @wraps(view)
    def timed(*arguments: Any, **named: Any) -> Any:
        began = perf_counter()
        try:
            return view(*arguments, **named)
        finally:
            crm.hooks.calls.note(plugin, f"page {endpoint}", perf_counter() - began)

    return timed

"""Plugins' own pages and REST paths: how long they take, and that those which hang leave room for all others.

They count beside hooks. Slow ones are named; a page that never comes back costs its process (see core.serve.caretaker),
and is not asked for again once its plugin's pages are paused.
"""

from collections.abc import Callable
from functools import wraps
from typing import Any

from flask import Flask

from core.errors import Busy
from core.i18n import _
from core.runtime import CRM

# Of the eight requests that a process serves at a time (core.web.session), those of one plugin that hang take no more.
SLOW_AT_ONCE = 3


def measure(app: Flask, crm: CRM, plugin: str, blueprint: Any) -> None:
    """Makes the views of a plugin's mounted blueprint count, and answer at once while its pages are paused or hang."""
    files = f"{blueprint.name}.static"  # its boxes on the pages of others need them
    for endpoint, view in app.view_functions.items():
        if endpoint.startswith(f"{blueprint.name}.") and endpoint != files:
            app.view_functions[endpoint] = _measured(crm, plugin, endpoint, view)


def _measured(crm: CRM, plugin: str, endpoint: str, view: Callable[..., Any]) -> Callable[..., Any]:
    @wraps(view)
    def timed(*arguments: Any, **named: Any) -> Any:
        _check_free(crm, plugin)
        call = crm.hooks.calls.begin(plugin, f"page {endpoint}", is_page=True)
        try:
            return view(*arguments, **named)
        finally:
            crm.hooks.calls.end(call)

    return timed


def _check_free(crm: CRM, plugin: str) -> None:
    """Raises Busy where a page of the plugin is not likely to come back."""
    if plugin in crm.hooks.without_pages:
        raise Busy(
            _("The pages of “%(title)s” hang and are paused. Your administrator is told.", title=_title(crm, plugin))
        )
    if crm.hooks.calls.slow_pages(plugin) >= SLOW_AT_ONCE:
        raise Busy(_("“%(title)s” is very slow at the moment. Please try again later.", title=_title(crm, plugin)))


def _title(crm: CRM, plugin: str) -> str:
    return _(crm.manifests[plugin].title) if plugin in crm.manifests else plugin

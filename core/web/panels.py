"""Panels that hooks put on a card, made to HTML one by one; a plugin that fails leaves a small box in its place."""

import logging
from dataclasses import dataclass

from markupsafe import Markup

from core.hooks.contributions import Panel
from core.hooks.dispatch import FailedBox
from core.i18n import Text
from core.web.context import crm, user
from core.web.pages import page

log = logging.getLogger("hinka.panels")


@dataclass(frozen=True)
class ShownPanel:
    """A panel as a template draws it; one that failed has no `html`."""

    key: str
    title: Text
    html: Markup
    place: int
    plugin: str = ""

    @property
    def has_failed(self) -> bool:
        """Whether the plugin could not show its part."""
        return bool(self.plugin)


def shown_panels(hook: str, **record: object) -> list[ShownPanel]:
    """Returns the panels of a card, in order; `record` is the argument of the hook beside crm and user."""
    found = crm().hooks.collect_on_page(hook, crm=crm(), user=user(), **record)
    return sorted((_shown(one) for one in found), key=lambda panel: (panel.has_failed, panel.place))


def _shown(panel: Panel | FailedBox) -> ShownPanel:
    if isinstance(panel, FailedBox):
        return ShownPanel("", "", Markup(""), 999, panel.plugin)
    try:
        html = Markup(page(panel.template, **panel.context))  # noqa: S704 - a rendered template
    except Exception:
        log.exception("panel failed", extra={"panel": panel.key})
        return ShownPanel(panel.key, panel.title, Markup(""), panel.place, panel.key)
    return ShownPanel(panel.key, panel.title, html, panel.place)

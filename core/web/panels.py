"""What hooks put on a page: panels, made to HTML one by one, a small box in place of one that fails; actions."""

from dataclasses import dataclass
from functools import partial

from markupsafe import Markup

from core.hooks.contributions import CardAction, Panel
from core.i18n import Text
from core.web.context import can, crm, user
from core.web.pages import page


@dataclass(frozen=True)
class ShownPanel:
    """A panel as a template draws it; one that failed has no `html`."""

    plugin: str
    key: str
    title: Text
    html: Markup
    place: int
    has_failed: bool = False


def shown_panels(hook: str, **record: object) -> list[ShownPanel]:
    """Returns the panels of a card, in order; `record` is the argument of the hook beside crm and user."""
    found = crm().hooks.collect_on_page(hook, crm=crm(), user=user(), **record)
    panels = [_shown(plugin, panel) for plugin, panel in found]
    return sorted(panels, key=lambda panel: (panel.has_failed, panel.place))


def shown_actions(entity: str, record: object) -> list[CardAction]:
    """Returns the entries that plugins add to the menu of a card, in order, of those that the user may use."""
    found = crm().hooks.collect_on_page("card_actions", crm=crm(), entity=entity, record=record, user=user())
    seen = [action for _plugin, action in found if action and (not action.permission or can(action.permission))]
    return sorted(seen, key=lambda action: (action.place, action.key))


def _shown(plugin: str, panel: Panel | None) -> ShownPanel:
    if panel is None:
        return ShownPanel(plugin, "", "", Markup(""), 999, has_failed=True)
    draw = partial(page, panel.template, **panel.context)
    html, failure = crm().hooks.attempt(plugin, f"panel {panel.key}", draw)
    has_failed = failure is not None
    return ShownPanel(plugin, panel.key, panel.title, Markup(html or ""), panel.place, has_failed)  # noqa: S704

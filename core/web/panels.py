"""What hooks put on a page: panels and tabs, made to HTML one by one, a box in place of one that fails; actions."""

from dataclasses import dataclass
from functools import partial

from flask import request
from markupsafe import Markup

from core.hooks.contributions import CardAction, CardTab, Panel
from core.i18n import Text, _
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
    is_bare: bool = False


def shown_panels(hook: str, **record: object) -> list[ShownPanel]:
    """Returns the panels of a card, in order; `record` is the argument of the hook beside crm and user."""
    found = crm().hooks.collect_on_page(hook, crm=crm(), user=user(), **record)
    panels = [_shown(plugin, panel) for plugin, panel in found]
    return sorted(panels, key=lambda panel: (panel.has_failed, panel.place, panel.plugin, panel.key))


@dataclass(frozen=True)
class ShownAction:
    """An entry of a menu, and the plugin that it comes from."""

    plugin: str
    action: CardAction


@dataclass(frozen=True)
class ShownTab:
    """A tab of a card: its words, where it leads, and whether it is the open one."""

    plugin: str
    label: Text
    icon: str
    url: str
    is_open: bool


@dataclass(frozen=True)
class Tabs:
    """The tabs of a card, none if no plugin has any; `box` is what the open one shows, None for the usual sight."""

    items: list[ShownTab]
    box: ShownPanel | None = None


def shown_actions(entity: str, record: object) -> list[ShownAction]:
    """Returns the entries that plugins add to the menu of a record, in order, of those that the user may use."""
    found = crm().hooks.collect_on_page("card_actions", crm=crm(), entity=entity, record=record, user=user())
    seen = [ShownAction(plugin, one) for plugin, one in found if one and _may(one.permission)]
    return sorted(seen, key=lambda shown: (shown.action.place, shown.action.key))


def shown_tabs(entity: str, record: object) -> Tabs:
    """Returns the tabs that plugins add to a card, in order, with what the one shows that the address names."""
    asked = request.args.get("tab", "")
    found = crm().hooks.collect_on_page("card_tabs", crm=crm(), entity=entity, record=record, user=user())
    seen = sorted(
        ((plugin, tab) for plugin, tab in found if tab and _may(tab.permission)),
        key=lambda pair: (pair[1].place, pair[1].key),
    )
    if not seen:
        return Tabs([])
    items = [
        ShownTab(name, tab.label, tab.icon, f"{request.path}?tab={tab.key}", tab.key == asked) for name, tab in seen
    ]
    box = next((_opened(name, tab) for name, tab in seen if tab.key == asked), None)
    return Tabs([ShownTab("", _("Card"), "home", request.path, box is None), *items], box)


def _may(permission: str) -> bool:
    return not permission or can(permission)


def _opened(plugin: str, tab: CardTab) -> ShownPanel:
    html, failure = crm().hooks.attempt(plugin, f"tab {tab.key}", lambda: page(tab.template, **tab.show()))
    return ShownPanel(plugin, tab.key, "", Markup(html or ""), tab.place, failure is not None)  # noqa: S704


def _shown(plugin: str, panel: Panel | None) -> ShownPanel:
    if panel is None:
        return ShownPanel(plugin, "", "", Markup(""), 999, has_failed=True)
    draw = partial(page, panel.template, **panel.context)
    html, failure = crm().hooks.attempt(plugin, f"panel {panel.key}", draw)
    shown = Markup(html or "")  # noqa: S704
    return ShownPanel(plugin, panel.key, panel.title, shown, panel.place, failure is not None, panel.is_bare)

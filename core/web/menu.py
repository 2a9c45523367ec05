"""The menu: what the core and the plugins put into it, and what of that a user sees."""

from dataclasses import dataclass
from itertools import groupby

from flask import Flask, request

from core.errors import PluginRefused
from core.hooks.contributions import MenuItem
from core.i18n import Text, lazy
from core.runtime import CRM
from core.web.addresses import address
from core.web.context import can, find_user

CORE_ITEMS = (
    MenuItem("home", lazy("Home"), "home.index", "home", 10),
    MenuItem("tasks", lazy("My tasks"), "tasks.index", "checklist", 50, "clients.read"),
    MenuItem("clients", lazy("Clients"), "clients.index", "building", 100, "clients.read"),
    MenuItem("deals", lazy("Deals"), "deals.index", "briefcase", 200, "deals.read"),
    MenuItem("segments", lazy("Segments"), "segments.index", "users-group", 250, "clients.read"),
    MenuItem("hand_over", lazy("Hand over work"), "mass.hand_over", "arrows-sort", 290, "deals.hand_over"),
    MenuItem("hanging", lazy("Hanging deals"), "deals.hanging_page", "hourglass", 210, "deals.read"),
    MenuItem("settings", lazy("General"), "settings.index", "settings", 10, "admin.settings", "settings"),
    MenuItem("users", lazy("Users"), "users.index", "users", 100, "admin.users", "settings"),
    MenuItem("roles", lazy("Roles"), "roles.index", "shield", 110, "admin.users", "settings"),
    MenuItem("teams", lazy("Teams"), "teams.index", "sitemap", 120, "admin.users", "settings"),
    MenuItem("properties", lazy("Properties"), "properties.index", "forms", 200, "admin.settings", "settings"),
    MenuItem("categories", lazy("Categories"), "categories.index", "tags", 210, "admin.settings", "settings"),
    MenuItem("sources", lazy("Sources"), "sources.index", "affiliate", 220, "admin.settings", "settings"),
    MenuItem("deal_types", lazy("Deal types"), "types.index", "route", 300, "admin.settings", "settings"),
    MenuItem("stages", lazy("Stages"), "stages.index", "stairs-up", 310, "admin.settings", "settings"),
    MenuItem("reasons", lazy("Reasons of loss"), "reasons.index", "thumb-down", 320, "admin.settings", "settings"),
    MenuItem("rates", lazy("Exchange rates"), "rates.index", "currency-euro", 400, "admin.settings", "settings"),
    MenuItem("webhooks", lazy("Webhooks"), "webhooks.index", "webhook", 450, "admin.settings", "settings"),
    MenuItem("plugins", lazy("Plugins"), "plugins.index", "puzzle", 500, "admin.plugins", "settings"),
    MenuItem("jobs", lazy("Jobs"), "jobs.index", "list-check", 600, "admin.jobs", "settings"),
    MenuItem("trash", lazy("Deleted clients"), "clients.trash", "trash", 650, "clients.delete", "settings"),
    MenuItem("deleted_deals", lazy("Deleted deals"), "deals.trash", "trash", 660, "deals.delete", "settings"),
    MenuItem("history", lazy("History"), "history.index", "history", 700, "admin.users", "settings"),
)
MESSAGE_ITEMS = (
    MenuItem("messages", lazy("Messages"), "messages.inbox", "inbox", 220, "clients.read", live="core.inbox"),
    MenuItem(
        "message_templates",
        lazy("Message templates"),
        "message_templates.index",
        "template",
        330,
        "messages.templates",
        "settings",
    ),
)


@dataclass(frozen=True)
class Entry:
    """An entry of the menu as one user sees it."""

    label: Text
    url: str
    icon: str
    is_active: bool
    section: str
    live: str = ""


def collect_menu(app: Flask, crm: CRM) -> list[MenuItem]:
    """Returns all entries in order; raises PluginRefused for one that leads nowhere."""
    items = []
    for plugin, item in crm.hooks.collect("menu_items", crm=crm):
        if item.endpoint in app.view_functions:
            items.append(item)
        elif plugin != "core":
            reason = f"its menu item {item.key!r} leads to {item.endpoint!r}, which is no page."
            raise PluginRefused(plugin, reason, "Correct the endpoint in its hooks.py.")
    return sorted(items, key=lambda item: (item.section != "main", item.place, item.key))


def menu_of(items: list[MenuItem]) -> dict[str, list[Entry]]:
    """Returns the entries that the signed-in user may see, by section; empty when nobody is signed in."""
    if find_user() is None:
        return {}
    here = _endpoint_here(items)
    seen = [
        Entry(item.label, address(item.endpoint), item.icon, item.endpoint == here, item.section, item.live)
        for item in items
        if not item.permission or can(item.permission)
    ]
    return {section: list(entries) for section, entries in groupby(seen, key=lambda entry: entry.section)}


def _endpoint_here(items: list[MenuItem]) -> str:
    """Returns the endpoint of the entry to which the present page belongs: its own, else the first of its blueprint."""
    present = request.endpoint or ""
    endpoints = [item.endpoint for item in items]
    family = [endpoint for endpoint in endpoints if endpoint.split(".")[0] == present.split(".")[0]]
    return present if present in endpoints else next(iter(family), "")

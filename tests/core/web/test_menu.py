"""The menu, and plugins whose pages or entries are wrong."""

import re

import pytest
from flask import Blueprint

from core.hooks.contributions import MenuItem, Routes
from core.hooks.dispatch import marker
from core.testing import Browser
from core.web.menu import CORE_ITEMS


class Plugin:
    """A plugin with pages, made for a test."""

    def __init__(self, name="trial", endpoint="trial.index", permission="", view=None):
        self.item = MenuItem(name, "Trial page", endpoint, "puzzle", permission=permission)
        self.blueprint = Blueprint("trial", __name__)
        self.blueprint.add_url_rule("/", "index", view or (lambda: "trial"))

    @marker
    def menu_items(self, crm):
        return [self.item]

    @marker
    def routes(self, crm):
        return [Routes(self.blueprint, "/trial")]


def browse(crm, plugin, name="trial"):
    crm.hooks.unregister("core")
    crm.hooks.register(name, plugin)
    from core import builtin

    crm.hooks.register("core", builtin)
    return Browser(crm)


def test_every_entry_of_the_core_leads_to_a_page(web):
    missing = [item.endpoint for item in CORE_ITEMS if item.endpoint not in web.app.view_functions]
    assert missing == []


def test_entry_of_a_plugin_leads_to_its_page(crm, make):
    web = browse(crm, Plugin()).sign_in(make.user())
    assert 'href="/trial/"' in web.text("/")
    assert web.text("/trial/") == "trial"


def test_entry_is_hidden_from_who_lacks_the_right(crm, make):
    web = browse(crm, Plugin(permission="admin.settings"))
    assert "Trial page" not in web.sign_in(make.user()).text("/")
    assert "Trial page" in web.sign_in(make.user(role="administrator")).text("/")


def test_page_of_a_plugin_asks_for_a_sign_in(crm):
    assert browse(crm, Plugin()).get("/trial/").status_code == 303


def test_plugin_whose_entry_leads_nowhere_is_refused_and_the_rest_serves(crm, make):
    web = browse(crm, Plugin(endpoint="trial.nowhere")).sign_in(make.user())
    assert web.get("/trial/").status_code == 404
    assert web.get("/").status_code == 200
    assert [(refusal.plugin, "trial.nowhere" in refusal.reason) for refusal in crm.refusals] == [("trial", True)]


def test_plugin_whose_pages_clash_with_the_core_is_refused(crm, make):
    plugin = Plugin()
    plugin.blueprint = Blueprint("home", __name__)
    web = browse(crm, plugin).sign_in(make.user())
    assert web.get("/").status_code == 200
    assert crm.refusals[0].plugin == "trial"


def test_plugin_whose_hook_raises_is_refused(crm, make):
    plugin = Plugin()
    plugin.routes = marker(lambda: 1 / 0)
    web = browse(crm, plugin).sign_in(make.user())
    assert web.get("/").status_code == 200
    assert "ZeroDivisionError" in crm.refusals[0].reason


@pytest.mark.parametrize("role", ["seller", "agent", "reader"])
def test_settings_are_not_offered_to_who_may_change_none(web, make, role):
    assert 'href="/settings/' not in web.sign_in(make.user(role=role)).text("/")


def test_list_of_clients_leaves_the_settings_folded(web, make):
    assert "side-heading" not in web.sign_in(make.user(role="administrator")).text("/clients/")


@pytest.mark.parametrize(
    ("path", "entries"),
    [("/", ["Home"]), ("/clients/new", ["Clients"]), ("/clients/trash", ["Deleted clients"]), ("/profile/", [])],
)
def test_one_entry_is_marked_as_the_page_shown(web, make, path, entries):
    page = web.sign_in(make.user(role="administrator")).text(path)
    marked = re.findall(r'class="side-item active"[^>]*aria-current="page">.*?<span>([^<]*)</span>', page)
    assert marked == entries

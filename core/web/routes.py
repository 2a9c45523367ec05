"""Which pages there are: the blueprints of the core, then those of plugins."""

from functools import partial

from flask import Flask

from core.clients import merge_pages, segment_pages, setup_pages
from core.clients import pages as clients
from core.deals import pages as deals
from core.errors import PluginRefused
from core.interactions import pages as interactions
from core.interactions import register_pages
from core.messages import pages as messages
from core.process import version_pages
from core.process.mass import pages as mass
from core.runtime import CRM
from core.stages.pages import reasons, reference, types
from core.tasks import pages as tasks
from core.users import pages as users
from core.users import profile_pages, roles_pages, teams_pages
from core.web import export_pages, health, home, keys, search, sign_in, stream
from core.web.admin import history, jobs, plugins, rates, settings, sources, worktime
from core.web.measured import measure
from core.web.rest.mount import add_rest
from core.webhooks import pages as webhooks

CORE = (
    (home.blueprint, ""),
    (search.blueprint, ""),
    (keys.blueprint, ""),
    (export_pages.blueprint, "/exports"),
    (sign_in.blueprint, ""),
    (health.blueprint, ""),
    (stream.blueprint, ""),
    (clients.blueprint, "/clients"),
    (merge_pages.blueprint, "/clients"),
    (segment_pages.blueprint, "/segments"),
    (setup_pages.properties_blueprint, "/settings/properties"),
    (setup_pages.categories_blueprint, "/settings/categories"),
    (interactions.blueprint, "/interactions"),
    (register_pages.blueprint, "/register"),
    (messages.blueprint, "/messages"),
    (deals.blueprint, "/deals"),
    (tasks.blueprint, "/tasks"),
    (mass.blueprint, "/mass"),
    (types.blueprint, "/settings/deal-types"),
    (version_pages.blueprint, "/settings/deal-types"),
    (reference.blueprint, "/settings/stages"),
    (reasons.blueprint, "/settings/loss-reasons"),
    (messages.message_templates.blueprint, "/settings/message-templates"),
    (profile_pages.blueprint, "/profile"),
    (settings.blueprint, "/settings"),
    (worktime.blueprint, "/settings/worktime"),
    (users.blueprint, "/settings/users"),
    (roles_pages.blueprint, "/settings/roles"),
    (teams_pages.blueprint, "/settings/teams"),
    (sources.blueprint, "/settings/sources"),
    (rates.blueprint, "/settings/rates"),
    (webhooks.blueprint, "/settings/webhooks"),
    (plugins.blueprint, "/settings/plugins"),
    (jobs.blueprint, "/settings/jobs"),
    (history.blueprint, "/settings/history"),
)


def add_routes(app: Flask, crm: CRM) -> None:
    """Mounts every blueprint; raises PluginRefused for a plugin whose pages can't be mounted."""
    for blueprint, prefix in CORE:
        app.register_blueprint(blueprint, url_prefix=prefix or None)
    add_rest(app, crm)
    for plugin, routes in crm.hooks.collect("routes", crm=crm):
        mount = partial(app.register_blueprint, routes.blueprint, url_prefix=routes.prefix or None)
        _nothing, failure = crm.hooks.attempt(plugin, "mounting of pages", mount)
        if failure is not None:
            raise PluginRefused(plugin, f"its pages can't be mounted ({failure}).", "Ask its author.") from failure
        measure(app, crm, plugin, routes.blueprint)

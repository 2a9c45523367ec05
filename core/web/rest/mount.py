"""Mounts the REST API: the core's resources, then those of plugins, then the description of them all."""

from functools import partial

from flask import Flask, Response, request
from flask_smorest import Blueprint
from werkzeug.exceptions import UnprocessableEntity

from core.clients import api as clients
from core.deals import api as deals
from core.deals import demand_api as demand
from core.errors import PluginRefused
from core.interactions import api as interactions
from core.messages import api as messages
from core.messages import message_templates_api as message_templates
from core.process import api as process
from core.process import maps_api as maps
from core.process import versions_api as versions
from core.process.mass import api as mass
from core.runtime import CRM
from core.stages import api as stages
from core.tasks import api as tasks
from core.users import api as users
from core.web import plugins_api
from core.web.errors import refused
from core.web.measured import measure
from core.web.rest import describe
from core.web.rest.arguments import invalid
from core.web.rest.blueprint import PREFIX
from core.webhooks import api as webhooks

CORE = (
    clients,
    deals,
    demand,
    stages,
    interactions,
    messages,
    message_templates,
    tasks,
    process,
    maps,
    versions,
    mass,
    users,
    plugins_api,
    webhooks,
)


def add_rest(app: Flask, crm: CRM) -> None:
    """Mounts every resource; raises PluginRefused for a plugin whose paths can't be mounted."""
    mounted: list[Blueprint] = [blueprint for module in CORE for blueprint in module.blueprints]
    for blueprint in mounted:
        app.register_blueprint(blueprint)
    for plugin, routes in crm.hooks.collect("rest_routes", crm=crm):
        mount = partial(_mount, app, plugin, routes.blueprint)
        _nothing, failure = crm.hooks.attempt(plugin, "mounting of REST paths", mount)
        if failure is not None:
            raise PluginRefused(plugin, f"its REST paths can't be mounted ({failure}).", "Ask its author.") from failure
        measure(app, crm, plugin, routes.blueprint)
        mounted.append(routes.blueprint)
    app.extensions["hinka_rest"] = mounted
    app.register_blueprint(describe.blueprint)
    app.register_error_handler(UnprocessableEntity, _unprocessable)
    app.after_request(_challenge)


def _mount(app: Flask, plugin: str, blueprint: Blueprint) -> None:
    under = (blueprint.url_prefix or f"/{plugin}").removeprefix(PREFIX)
    app.register_blueprint(blueprint, url_prefix=PREFIX + under)


def _unprocessable(error: UnprocessableEntity) -> Response:
    """Gives what a plain flask-smorest blueprint refuses the shape that ours have."""
    messages = (getattr(error, "data", None) or {}).get("messages") or {"_schema": [error.description]}
    return refused(invalid(messages))


def _challenge(response: Response) -> Response:
    if response.status_code == 401 and request.path.startswith(PREFIX):
        response.headers["WWW-Authenticate"] = "Bearer"
    return response

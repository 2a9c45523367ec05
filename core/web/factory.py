"""Makes the web application of a running instance."""

import hashlib
from functools import partial
from pathlib import Path

from flask import Flask, g
from jinja2 import FileSystemBytecodeCache

from core import VERSION
from core.boot import refuse
from core.config import LANGUAGES
from core.errors import PluginRefused
from core.i18n import LANGUAGE_NAMES, language
from core.live import Live
from core.moments import SEPARATORS
from core.runtime import CRM
from core.web.context import can, find_user
from core.web.csrf import csrf_token
from core.web.errors import Web, handle_errors
from core.web.headers import add_headers
from core.web.menu import collect_menu, menu_of
from core.web.routes import add_routes
from core.web.session import set_up_sessions
from core.web.stream import live
from core.web.words import add_words

ASSETS = Path(__file__).parent / "static" / "dist"


def create_web(crm: CRM) -> Flask:
    """Returns the WSGI application of `crm`; a plugin whose pages fail is refused, and the rest is served."""
    while True:
        try:
            return _build(crm)
        except PluginRefused as refused:
            if refused.plugin not in crm.hooks.order or refused.plugin == "core":
                raise
            refuse(crm, refused)
            _refuse_dependents(crm, refused.plugin)


def _build(crm: CRM) -> Flask:
    app = Web("core.web", static_folder="static", template_folder="templates")
    app.extensions["hinka"] = crm
    app.extensions["hinka_live"] = Live(crm)
    set_up_sessions(app, crm)
    handle_errors(app)
    add_headers(app, is_https=crm.config.base_url.startswith("https:"))
    add_words(app, crm)
    add_routes(app, crm)
    _set_up_templates(app, crm)
    return app


def _set_up_templates(app: Flask, crm: CRM) -> None:
    version = _version_of_assets(crm)

    @app.url_defaults
    def version_of_file(endpoint: str, values: dict) -> None:
        if endpoint == "static" or endpoint.endswith(".static"):
            values.setdefault("v", version)

    # The processes that take over after a switch need not compile the pages again.
    crm.config.cache_folder.mkdir(exist_ok=True)
    app.jinja_env.bytecode_cache = FileSystemBytecodeCache(str(crm.config.cache_folder), "page-%s")
    app.jinja_env.trim_blocks = True
    app.jinja_env.lstrip_blocks = True
    app.jinja_env.globals.update(
        can=can,
        company_name=partial(_company_name, crm),
        csrf_token=csrf_token,
        current_user=find_user,
        hinka_version=VERSION,
        language=language,
        day_sign=lambda: SEPARATORS[language()],
        has_channels=lambda: bool(crm.channels),
        live=live,
        live_topics=crm.live_topics,
        plugin_troubles=partial(_plugin_troubles, crm),
        languages={code: LANGUAGE_NAMES[code] for code in LANGUAGES},
        menu=partial(menu_of, collect_menu(app, crm)),
    )


def _plugin_troubles(crm: CRM) -> list[str]:
    """Returns the plugins that don't run as they should, for those who may do something about it."""
    troubles = (*crm.refusals, *crm.hooks.paused.values(), *crm.hooks.without_pages.values())
    return sorted({trouble.plugin for trouble in troubles}) if can("admin.plugins") else []


def _company_name(crm: CRM) -> str:
    if "company_name" not in g:
        g.company_name = crm.settings.get("company")["company_name"] or crm.config.name
    return g.company_name


def _refuse_dependents(crm: CRM, gone: str) -> None:
    for plugin in [plugin for plugin in crm.plugins if gone in plugin.needs]:
        refuse(crm, PluginRefused(plugin.name, f"it requires {gone}, which is not running.", ""))
        _refuse_dependents(crm, plugin.name)


def _version_of_assets(crm: CRM) -> str:
    digest = hashlib.sha256(VERSION.encode())
    for path in sorted(ASSETS.glob("*.*")):
        digest.update(path.read_bytes())
    for plugin in crm.plugins:
        digest.update(f"{plugin.name} {plugin.version}".encode())
    return digest.hexdigest()[:12]

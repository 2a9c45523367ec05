"""The part of the contract that shows while a plugin runs, on an instance that is thrown away."""

from collections.abc import Callable, Iterator
from typing import Any

from peewee import PeeweeException

from core.config import Config
from core.errors import PluginRefused, guess
from core.hooks.calls import SLOW_S
from core.hooks.plugins import Manifest
from core.kit.files import SECRET
from core.runtime import CRM
from core.serve.entry import make_web
from core.store.migrate import migrate_down, migrate_up, steps_in


def look_at_running(config: Config, manifest: Manifest, before: set[str]) -> Iterator[str]:
    """Yields what is wrong with a plugin that is switched on, in sentences; `before` are the tables without it."""
    app = make_web(Config(**{**config.__dict__, "plugins": (manifest.name,)}))
    crm: CRM = app.extensions["hinka"]
    looks: tuple[Callable[..., Iterator[str]], ...] = (_doors, _settings, _templates, _slow)
    for look in looks:
        yield from look(crm, app, manifest)
    yield from _migrations(crm, manifest, before)
    crm.database.close_all()


def _doors(crm: CRM, app: Any, manifest: Manifest) -> Iterator[str]:
    """Yields pages that a stranger may open."""
    blueprints = {
        routes.blueprint.name for owner, routes in crm.hooks.collect("routes", crm=crm) if owner == manifest.name
    }
    stranger = app.test_client()
    for rule in app.url_map.iter_rules():
        if rule.endpoint.split(".")[0] not in blueprints or rule.endpoint.endswith(".static") or rule.arguments:
            continue
        view = app.view_functions[rule.endpoint]
        if getattr(view, "is_public", False) or "GET" not in rule.methods:
            continue
        if stranger.get(rule.rule).status_code not in (303, 401, 403):
            yield f"{rule.rule} answers somebody who is not signed in."


def _settings(crm: CRM, app: Any, manifest: Manifest) -> Iterator[str]:
    """Yields secrets that would not be encrypted."""
    for owner, group in crm.hooks.collect("settings_groups", crm=crm):
        for name, field in group.schema().fields.items() if owner == manifest.name else ():
            if SECRET.search(name) and not field.metadata.get("secret"):
                yield f"The setting {name} looks like a secret: give it metadata secret=True, to have it encrypted."


def _templates(crm: CRM, app: Any, manifest: Manifest) -> Iterator[str]:
    """Yields templates that can't be read."""
    from jinja2 import TemplateSyntaxError, nodes  # the command line does without it

    known = {nodes.Filter: app.jinja_env.filters, nodes.Test: app.jinja_env.tests}
    for path in sorted(manifest.folder.glob("templates/**/*.html")):
        inner = path.relative_to(manifest.folder)
        try:
            tree = app.jinja_env.parse(path.read_text("utf-8"))
        except TemplateSyntaxError as error:
            yield f"{inner}, line {error.lineno}: {error.message}"
            continue
        for node in tree.find_all(tuple(known)):
            if node.name not in (names := known[type(node)]):
                kind = type(node).__name__.lower()
                yield f"{inner}, line {node.lineno}: there is no {kind} {node.name}.{guess(node.name, names)}"


def _slow(crm: CRM, app: Any, manifest: Manifest) -> Iterator[str]:
    """Yields hooks that hold up every start."""
    for (plugin, what), tally in crm.hooks.calls.tallies.items():
        if plugin == manifest.name and tally.worst_s > SLOW_S:
            yield f"Its {what} took {tally.worst_s:.0f} s at the start, which people wait for: leave that to a job."


def _migrations(crm: CRM, manifest: Manifest, before: set[str]) -> Iterator[str]:
    """Yields tables with a name of others, and migrations that can't be taken back."""
    steps = steps_in(manifest.name, manifest.folder / "migrations")
    for table in sorted(set(crm.database.get_tables()) - before):
        if not table.startswith(f"{manifest.name}_"):
            yield f"The table {table} must be named {manifest.name}_…."
    try:
        migrate_down(crm.database, steps)
        left = sorted(table for table in crm.database.get_tables() if table.startswith(f"{manifest.name}_"))
        yield from (f"The table {table} is still there after the migrations were taken back." for table in left)
        migrate_up(crm.database, steps, crm.clock)
    except (PluginRefused, PeeweeException, AttributeError) as error:
        yield f"The migrations don't go up, down and up again: {error}"

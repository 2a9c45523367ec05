"""The contract that every plugin keeps, checked on a scratch instance: what is broken is said in sentences."""

import ast
import re
import shutil
import tempfile
from collections.abc import Callable, Iterator
from contextlib import closing
from pathlib import Path
from typing import Any

from peewee import PeeweeException

from core.boot import boot
from core.config import Config, read_config, write_config
from core.errors import CRMError, PluginRefused, guess
from core.hooks.calls import SLOW_S
from core.hooks.plugins import MANIFEST, Manifest, discover, read_manifest
from core.runtime import CRM
from core.serve.entry import make_web
from core.serve.trial import try_out
from core.store.migrate import migrate_down, migrate_up, steps_in

HEADINGS = 5
_SECRET = re.compile(r"password|token|secret|api_key")
_LOG_WORDS = ("debug", "info", "warning", "error", "exception", "critical")
_IMPORT_PARTS = ("core.api", "core.testing")


def check(place: str) -> list[str]:
    """Returns what is wrong with the plugin in a folder, or with an installed one of that name; [] for nothing.

    Its code is run in another process first; raises CRMError if there is no plugin at all.
    """
    manifest = _find(place)
    findings = [finding for look in (_readme, _names, _imports, _logs) for finding in look(manifest)]
    with tempfile.TemporaryDirectory(prefix="hinka-check-") as scratch:
        config = _scratch(Path(scratch), manifest)
        with closing(boot(config).database) as database:
            before = set(database.get_tables())
        trial = try_out(config, [manifest.name])
        refused = list(filter(None, (trial.fatal, *trial.refusals)))
        if refused or trial.error:
            return (
                findings + [f"It can't be switched on: {one.reason}" for one in refused] + [trial.error] * (not refused)
            )
        return findings + list(_running(config, manifest, before))


def _find(place: str) -> Manifest:
    folder = Path(place)
    if (folder / MANIFEST).is_file():
        return read_manifest(folder.resolve(), f"plugins.{folder.resolve().name}")
    found = discover()[0].get(place)
    if found is None:
        known = guess(place, discover()[0])
        raise CRMError(f"There is no {MANIFEST} in {place}, and no plugin of that name is installed.{known}")
    return found


def _scratch(folder: Path, manifest: Manifest) -> Config:
    write_config(Config(folder=folder))
    if manifest.name not in discover()[0]:
        shutil.copytree(manifest.folder, folder / "plugins" / manifest.name)
    return read_config(folder, environment={})


def _readme(manifest: Manifest) -> Iterator[str]:
    path = manifest.folder / "README.md"
    headings = re.findall(r"^## (.+)$", path.read_text("utf-8"), re.MULTILINE) if path.is_file() else []
    if len(headings) < HEADINGS:
        yield f"README.md needs {HEADINGS} headings (## What it does, …); it has {len(headings)}."


def _names(manifest: Manifest) -> Iterator[str]:
    for path in sorted(manifest.folder.glob("templates/*")):
        if path.name != manifest.name:
            yield f"templates/{path.name} must lie in templates/{manifest.name}/, or it hides another plugin's."
    vendors = {path.stem for path in manifest.folder.glob("providers/*.py")} - {"__init__", "fake", "gateway"}
    for path in sorted(manifest.folder.rglob("*.py")):
        inner = path.relative_to(manifest.folder)
        if not {"providers", "tests"} & set(inner.parts):
            yield from (
                f"{inner} names {vendor}; that belongs into providers/." for vendor in sorted(vendors & _texts(path))
            )


def _texts(path: Path) -> set[str]:
    nodes = (node for node in ast.walk(_tree(path)) if isinstance(node, ast.Constant) and isinstance(node.value, str))
    return {node.value.casefold() for node in nodes}


def _imports(manifest: Manifest) -> Iterator[str]:
    for path in sorted(manifest.folder.rglob("*.py")):
        inner = path.relative_to(manifest.folder)
        for name in _imported(_tree(path)):
            is_core = name.startswith("core.") and not name.startswith(_IMPORT_PARTS)
            if is_core and "tests" not in inner.parts:
                yield f"{inner} imports {name}; a plugin imports core.api alone."
            if "migrations" in inner.parts and name.partition(".")[0] in ("core", "plugins"):
                yield f"{inner} imports {name}; a migration is frozen and imports nothing of ours."


def _imported(tree: ast.Module) -> Iterator[str]:
    for node in ast.walk(tree):
        if isinstance(node, ast.Import):
            yield from (alias.name for alias in node.names)
        elif isinstance(node, ast.ImportFrom) and node.module and not node.level:
            yield node.module


def _logs(manifest: Manifest) -> Iterator[str]:
    for path in sorted(manifest.folder.rglob("*.py")):
        inner = path.relative_to(manifest.folder)
        for node in ast.walk(_tree(path)) if "tests" not in inner.parts else ():
            if isinstance(node, ast.Call) and _is_log(node.func):
                told = {word for value in node.args + [one.value for one in node.keywords] for word in _read_in(value)}
                for word in sorted(word for word in told if _SECRET.search(word)):
                    yield f"{inner}, line {node.lineno}, logs {word}: a secret belongs into no log."


def _is_log(called: ast.expr) -> bool:
    if isinstance(called, ast.Name):
        return called.id == "print"
    return isinstance(called, ast.Attribute) and called.attr in _LOG_WORDS


def _read_in(value: ast.expr) -> Iterator[str]:
    """Yields the names that an expression reads: variables, attributes and keys."""
    for node in ast.walk(value):
        if isinstance(node, ast.Name):
            yield node.id
        elif isinstance(node, ast.Attribute):
            yield node.attr
        elif isinstance(node, ast.Subscript) and isinstance(node.slice, ast.Constant):
            yield str(node.slice.value)


def _tree(path: Path) -> ast.Module:
    try:
        return ast.parse(path.read_text("utf-8"))
    except SyntaxError:
        return ast.parse("")  # that it is broken shows when it is switched on


def _running(config: Config, manifest: Manifest, before: set[str]) -> Iterator[str]:
    app = make_web(Config(**{**config.__dict__, "plugins": (manifest.name,)}))
    crm: CRM = app.extensions["hinka"]
    looks: tuple[Callable[..., Iterator[str]], ...] = (_doors, _settings, _templates, _slow)
    for look in looks:
        yield from look(crm, app, manifest)
    yield from _migrations(crm, manifest, before)
    crm.database.close_all()


def _doors(crm: CRM, app: Any, manifest: Manifest) -> Iterator[str]:
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
    for owner, group in crm.hooks.collect("settings_groups", crm=crm):
        for name, field in group.schema().fields.items() if owner == manifest.name else ():
            if _SECRET.search(name) and not field.metadata.get("secret"):
                yield f"The setting {name} looks like a secret: give it metadata secret=True, to have it encrypted."


def _templates(crm: CRM, app: Any, manifest: Manifest) -> Iterator[str]:
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
    for (plugin, what), tally in crm.hooks.calls.tallies.items():
        if plugin == manifest.name and tally.worst_s > SLOW_S:
            yield f"Its {what} took {tally.worst_s:.0f} s at the start, which people wait for: leave that to a job."


def _migrations(crm: CRM, manifest: Manifest, before: set[str]) -> Iterator[str]:
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

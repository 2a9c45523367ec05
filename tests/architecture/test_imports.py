"""Imports go in the agreed directions: layers by import-linter, the finer rules by reading the imports."""

import os
import subprocess
import sys
import tomllib
from pathlib import Path, PurePosixPath

import pytest

from tests.architecture.source import ROOT, files, imports, text, tree

READERS_OF_ENVIRONMENT = {
    "core/config.py",  # the one that understands it
    "core/serve/supervisor.py",  # hands it on, whole, to the processes it starts
    "core/testing.py",  # finds the folder of the test run
    "plugins/importers/child.py",  # hands it on, whole, to the process it starts
}
WEB = ("flask", "flask_smorest", "werkzeug", "webargs")


def forbidden_in_plugin(path: str, name: str, requires: frozenset[str]) -> bool:
    """Tells whether a plugin's file may not import `name`: it has core.api, itself, and the api of what it requires."""
    own = path.split("/")[1]
    if name.startswith("core."):
        return not (name == "core.api" or name.startswith("core.api."))
    if not name.startswith("plugins."):
        return False
    _, other, *rest = name.split(".")
    return other != own and not (other in requires and rest[:1] == ["api"])


LAYERS = ("users", "clients", "stages", "deals", "interactions", "messages", "tasks", "process")
VIEWS = ("pages", "api", "lists", "board", "cards")


def is_view(path: str) -> bool:
    """Tells whether a file answers requests: views stand above all features, whichever folder they live in."""
    place = PurePosixPath(path)
    return place.stem in VIEWS or place.stem.endswith(("_pages", "_api")) or "pages" in place.parts


def forbidden_by_layer(path: str, name: str) -> bool:
    """Tells whether a file of a feature may not import `name`: a feature above its own, or, if no view, the web."""
    feature, target = path.split("/")[1], [*name.split("."), ""][1]
    if not path.startswith("core/") or not name.startswith("core.") or feature not in LAYERS or is_view(path):
        return False
    if target in LAYERS:
        return LAYERS.index(target) > LAYERS.index(feature)
    return target in ("web", "api")


def forbidden_by_kind(path: str, name: str) -> bool:
    """Tells whether a file of this kind may not import `name`, whatever its feature."""
    place = PurePosixPath(path)
    kind = place.stem
    root = name.partition(".")[0]
    if "migrations" in place.parts:
        return root in ("core", "plugins")
    if "providers" in place.parts:
        return root == "peewee" or any(part in ("models", "services") for part in name.split("."))
    if kind in ("models", "services"):
        return root in WEB
    return False


def requires_of(plugin: str) -> frozenset[str]:
    manifest = ROOT / "plugins" / plugin / "plugin.toml"
    return frozenset(tomllib.loads(manifest.read_text()).get("requires", ()) if manifest.exists() else ())


def test_layers_hold(tmp_path):
    program = Path(sys.executable).with_name("lint-imports")
    environment = {**os.environ, "PYTHONPATH": str(ROOT)}
    command = [program, "--config", ROOT / "pyproject.toml", "--cache-dir", tmp_path]
    done = subprocess.run(command, cwd=ROOT, env=environment, capture_output=True, text=True)
    assert done.returncode == 0, done.stdout + done.stderr


def test_each_feature_knows_only_those_before_it():
    wrong = [
        f"{path}:{line} imports {name}"
        for path in files("core")
        for name, line in imports(tree(path))
        if forbidden_by_layer(path, name)
    ]
    assert wrong == []


def test_plugins_import_only_what_they_may():
    wrong = [
        f"{path}:{line} imports {name}"
        for path in files("plugins")
        if path.count("/") > 1 and "/tests/" not in path
        for name, line in imports(tree(path))
        if forbidden_in_plugin(path, name, requires_of(path.split("/")[1]))
    ]
    assert wrong == []


def test_services_know_no_web_providers_no_models_migrations_nothing_of_ours():
    wrong = [
        f"{path}:{line} imports {name}"
        for path in files("core", "plugins")
        for name, line in imports(tree(path))
        if forbidden_by_kind(path, name)
    ]
    assert wrong == []


def test_only_configuration_reads_the_environment():
    readers = {path for path in files("core", "plugins") if "os.environ" in text(path) or "os.getenv" in text(path)}
    assert readers <= READERS_OF_ENVIRONMENT


@pytest.mark.parametrize(
    ("name", "wrong"),
    [
        ("core.api.work", False),
        ("core.apiary", True),
        ("core.deals.services", True),
        ("plugins.sms.models", False),
        ("plugins.email.api.send", False),
        ("plugins.email.services.send", True),
        ("plugins.offers.api.send", True),
        ("json.loads", False),
    ],
)
def test_import_of_a_plugin_is_judged(name, wrong):
    assert forbidden_in_plugin("plugins/sms/services.py", name, frozenset({"email"})) is wrong


@pytest.mark.parametrize(
    ("path", "name", "wrong"),
    [
        ("core/clients/services.py", "core.deals.models.Deal", True),
        ("core/deals/services.py", "core.clients.models.Client", False),
        ("core/deals/moves.py", "core.web.pages.page", True),
        ("core/deals/pages.py", "core.web.pages.page", False),
        ("core/users/profile_pages.py", "core.web.forms.SchemaForm", False),
        ("core/clients/pages/card.py", "core.deals.models.Deal", False),
        ("core/boot.py", "core.deals.models.Deal", False),
    ],
)
def test_import_by_layer_is_judged(path, name, wrong):
    assert forbidden_by_layer(path, name) is wrong


@pytest.mark.parametrize(
    ("path", "name", "wrong"),
    [
        ("core/deals/services.py", "flask.request", True),
        ("core/deals/pages.py", "flask.request", False),
        ("plugins/sms/providers/fake.py", "plugins.sms.models.Message", True),
        ("plugins/sms/providers/fake.py", "plugins.sms.messages.Text", False),
        ("core/migrations/m0001_first.py", "core.money.Money", True),
        ("plugins/sms/migrations/m0001_first.py", "datetime.datetime", False),
    ],
)
def test_import_by_kind_of_file_is_judged(path, name, wrong):
    assert forbidden_by_kind(path, name) is wrong

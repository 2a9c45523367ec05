"""Finds plugins by their manifests, without importing them, and loads the hooks of those that are switched on."""

import importlib
import importlib.metadata
import importlib.util
import re
import tomllib
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from pathlib import Path
from types import ModuleType
from typing import Any

from core.errors import NotFound, PluginRefused, guess
from core.hooks.versions import RANGE

MANIFEST = "plugin.toml"
ENTRY_POINTS = "hinka.plugins"
_NAME = re.compile(r"[a-z][a-z0-9_]*")
_LISTS = ("requires", "links", "distributions")
_KINDS = {list: "a list of texts", bool: "true or false", str: "a text"}
_KEYS = {"name", "title", "version", "summary", "requires", "links", "core", "distributions", "default_on"}


@dataclass(frozen=True)
class Manifest:
    """What a plugin says of itself in `plugin.toml`, read without importing any of its code."""

    name: str
    title: str
    version: str
    folder: Path
    module: str
    summary: str = ""
    requires: tuple[str, ...] = ()
    # The versions of others that it works with: ("reports", ">=1,<2").
    wants: tuple[tuple[str, str], ...] = ()
    # A link between plugins: it runs by itself exactly when all of these do.
    links: tuple[str, ...] = ()
    core: str = ""
    distributions: tuple[str, ...] = ()
    default_on: bool = False

    @property
    def needs(self) -> tuple[str, ...]:
        """What must run before it."""
        return (*self.requires, *self.links)


@dataclass(frozen=True)
class Refusal:
    """Why a plugin is not running, and what to do."""

    plugin: str
    reason: str
    remedy: str


def discover(instance_plugins: Path | None = None) -> tuple[dict[str, Manifest], list[Refusal]]:
    """Returns the manifests found, by name, and refusals for those that can't be read.

    Looked through in this order, the first of a name counts: our folder `plugins/`, the entry points
    `hinka.plugins` of installed distributions, the instance's own `plugins/`.
    """
    found: dict[str, Manifest] = {}
    refusals: list[Refusal] = []
    for folder, module in _places(instance_plugins):
        try:
            manifest = read_manifest(folder, module)
        except PluginRefused as refused:
            refusals.append(Refusal(refused.plugin, refused.reason, refused.remedy))
            continue
        found.setdefault(manifest.name, manifest)
    return found, refusals


def read_manifest(folder: Path, module: str) -> Manifest:
    """Returns the manifest in `folder`; raises PluginRefused if it is missing, wrong, or names unknown keys."""
    path = folder / MANIFEST
    try:
        values = tomllib.loads(path.read_text("utf-8"))
    except (OSError, tomllib.TOMLDecodeError, UnicodeDecodeError) as error:
        raise PluginRefused(folder.name, f"{path} can't be read: {error}.", "Correct the file.") from error
    if wrong := _wrong_in(values, "" if "." in module and not module.startswith("plugins.") else folder.name):
        raise PluginRefused(folder.name, f"{path}: {wrong}", "Correct the file.")
    for key in _LISTS:
        values[key] = tuple(values.get(key, ()))
    pairs = [_NAME.match(text) for text in values["requires"]]
    wants = tuple((pair[0], pair.string[pair.end() :].strip()) for pair in pairs)
    values["requires"] = tuple(name for name, _range in wants)
    return Manifest(folder=folder, module=module, wants=tuple(one for one in wants if one[1]), **values)


def _wrong_in(values: Mapping[str, Any], folder: str) -> str:
    """Returns what is wrong in a manifest, or an empty text; `folder` is the name it must bear, if any."""
    for key in sorted(set(values) - _KEYS):
        return f"there is no key {key!r}.{guess(key, _KEYS)}"
    for key in ("name", "title", "version"):
        if key not in values:
            return f"the key {key!r} is missing."
    for key, value in values.items():
        kind = list if key in _LISTS else bool if key == "default_on" else str
        if not isinstance(value, kind) or (kind is list and not all(isinstance(item, str) for item in value)):
            return f"{key} must be {_KINDS[kind]}."
    for text in values.get("requires", ()):
        name = _NAME.match(text)
        if name is None or not (RANGE.fullmatch(text[name.end() :].strip()) or name.end() == len(text)):
            return f"requires names {text!r}; write a plugin, or one with its versions like 'reports>=1,<2'."
    if not _NAME.fullmatch(values["name"]) or values["name"] == "core":
        return f"the name {values['name']!r} must be small letters, digits and _, and not core."
    if folder and values["name"] != folder:
        return f"the name {values['name']!r} differs from that of its folder."
    return ""


def known_plugin(manifests: Mapping[str, Manifest], name: str) -> Manifest:
    """Returns the manifest of a name; raises NotFound with the name that was perhaps meant."""
    if name not in manifests:
        raise NotFound(f"There is no plugin {name}.{guess(name, manifests) or ' See “hinka plugin list”.'}")
    return manifests[name]


def load_hooks(manifest: Manifest) -> ModuleType:
    """Imports and returns the plugin's `hooks` module."""
    return importlib.import_module(f"{manifest.module}.hooks")


def _places(instance_plugins: Path | None) -> Iterable[tuple[Path, str]]:
    plugins = importlib.import_module("plugins")
    house = Path(plugins.__path__[0])
    for path in sorted(house.glob(f"*/{MANIFEST}")):
        yield path.parent, f"plugins.{path.parent.name}"
    for entry in sorted(importlib.metadata.entry_points(group=ENTRY_POINTS), key=lambda entry: entry.name):
        spec = importlib.util.find_spec(entry.value.partition(".")[0]) and importlib.util.find_spec(entry.value)
        # An entry point that names no package has no manifest either: reading it there says so.
        found = spec.submodule_search_locations if spec else None
        yield Path(found[0] if found else entry.value), entry.value
    if instance_plugins and instance_plugins.is_dir():
        if str(instance_plugins) not in plugins.__path__:
            plugins.__path__.append(str(instance_plugins))
        for path in sorted(instance_plugins.glob(f"*/{MANIFEST}")):
            yield path.parent, f"plugins.{path.parent.name}"

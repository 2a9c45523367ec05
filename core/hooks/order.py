"""The order in which plugins run: each after what it requires; and which can't run, with reason and remedy."""

import graphlib
import importlib.metadata
import itertools
from collections.abc import Iterable, Mapping

from core import VERSION
from core.hooks.plugins import Manifest, Refusal
from core.hooks.versions import can_agree, fits


def in_order(manifests: Mapping[str, Manifest], wanted: Iterable[str]) -> tuple[list[Manifest], list[Refusal]]:
    """Returns the wanted plugins with what they require before them, and refusals for those that can't run."""
    refusals: list[Refusal] = []
    graph: dict[str, tuple[str, ...]] = {}
    wanted = sorted(set(wanted))
    deadlocks = _deadlocks(manifests, wanted)
    for name in wanted:
        refusal = _cannot_run(manifests, name, ())
        if refusal and name in deadlocks:
            refusal = Refusal(name, deadlocks[name], "Switch one of them off, or install another version of it.")
        if refusal:
            refusals.append(refusal)
        else:
            _add_with_required(manifests, name, graph)
    order = graphlib.TopologicalSorter(graph).static_order()
    return [manifests[name] for name in order], refusals


def with_links(manifests: Mapping[str, Manifest], wanted: Iterable[str]) -> list[str]:
    """Returns the wanted plugins and the links between them, which nobody switches; links may be linked again."""
    on = [name for name in wanted if name not in manifests or not manifests[name].links]
    links = [name for name, manifest in manifests.items() if manifest.links]
    while found := [name for name in links if name not in on and set(manifests[name].links) <= set(on)]:
        on += found
    return on


def _cannot_run(manifests: Mapping[str, Manifest], name: str, asked_by: tuple[str, ...]) -> Refusal | None:
    asker = asked_by[0] if asked_by else name
    if name in asked_by:
        return Refusal(asker, f"{' → '.join((*asked_by, name))} require each other in a circle.", "Ask their authors.")
    manifest = manifests.get(name)
    if manifest is None:
        reason = f"the plugin {name} is not installed." if asker == name else f"it requires {name}, not installed."
        return Refusal(asker, reason, f"Put {name} into a folder of plugins, or install its package.")
    if not fits(VERSION, manifest.core):
        reason = f"this is Hinka {VERSION}; {name} wants {manifest.core}."
        return Refusal(asker, reason, f"Install a version of {name} that fits, or upgrade Hinka.")
    for required, versions in manifest.wants:
        other = manifests.get(required)
        if other is not None and not fits(other.version, versions):
            reason = f"{name} wants {required} {versions}; here is {required} {other.version}."
            return Refusal(asker, reason, f"Install a fitting version of {required}, or switch {name} off.")
    for distribution in manifest.distributions:
        if not _is_installed(distribution):
            return Refusal(asker, f"{name} needs the Python package {distribution}.", f"pip install {distribution}")
    refused = (_cannot_run(manifests, required, (*asked_by, name)) for required in manifest.needs)
    return next((refusal for refusal in refused if refusal), None)


def _deadlocks(manifests: Mapping[str, Manifest], wanted: Iterable[str]) -> dict[str, str]:
    """Returns why no version of something suits two plugins, by the name of each of the two.

    The core is no such thing: it is there in one version, and a plugin that it doesn't suit is told so.
    """
    asked: dict[str, list[tuple[str, str]]] = {}
    for manifest in (manifests[name] for name in wanted if name in manifests):
        for target, versions in manifest.wants:
            if versions:
                asked.setdefault(target, []).append((manifest.name, versions))
    found: dict[str, str] = {}
    for target, askers in asked.items():
        for (one, left), (other, right) in itertools.combinations(askers, 2):
            if not can_agree((left, right)):
                reason = f"{one} wants {target} {left}, but {other} wants {target} {right}: no version suits both."
                found[one] = found.setdefault(other, reason)
    return found


def _add_with_required(manifests: Mapping[str, Manifest], name: str, graph: dict[str, tuple[str, ...]]) -> None:
    if name not in graph:
        graph[name] = manifests[name].needs
        for required in manifests[name].needs:
            _add_with_required(manifests, required, graph)


def _is_installed(distribution: str) -> bool:
    try:
        importlib.metadata.distribution(distribution)  # its version would be read out of a whole e-mail
    except importlib.metadata.PackageNotFoundError:
        return False
    return True

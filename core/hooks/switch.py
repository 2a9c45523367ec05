"""Switching plugins on and off: what is saved, and what must hold before it is."""

from dataclasses import dataclass
from typing import Any

from core.errors import Conflict, CRMError, NotFound, PluginRefused, guess
from core.hooks.health import forgive, is_held
from core.hooks.order import in_order
from core.hooks.plugins import Manifest, Refusal, known_plugin
from core.runtime import CRM
from core.settings import Setting
from core.store import audit

ON = {"plugin": "core.plugins", "name": "on"}
GENERATION = {"plugin": "core.plugins", "name": "generation"}


@dataclass(frozen=True)
class ShownPlugin:
    """What the plugins page and command show of one plugin: `state` is on, paused, off or refused."""

    name: str
    title: str
    version: str
    summary: str
    state: str
    requires: tuple[str, ...]
    links: tuple[str, ...]
    needed_by: tuple[str, ...]
    reason: str
    remedy: str


def states(crm: CRM) -> list[ShownPlugin]:
    """Returns every plugin that was found, by name, with its state in this process."""
    refused = {refusal.plugin: refusal for refusal in crm.refusals}
    return [_state(crm, manifest, refused) for _name, manifest in sorted(crm.manifests.items())]


def enable(crm: CRM, name: str) -> list[str]:
    """Switches a plugin on with all it requires, and returns what was switched; raises PluginRefused if it can't run.

    What was paused or stopped goes on.
    The instance is booted with it on trial, in another process, before anything is saved: a broken plugin stays off,
    and one that ends or stops its process harms nobody.
    """
    _check_free(crm)
    if name not in crm.manifests and not guess(name, crm.manifests):
        folder = crm.config.folder / "plugins"
        raise NotFound(f"There is no plugin {name}: put its folder into {folder}, or install its package beside Hinka.")
    if links := known_plugin(crm.manifests, name).links:
        raise Conflict(f"{name} switches itself on and off with {' and '.join(links)}.")
    wanted, refusals = in_order(crm.manifests, [name])
    if refusals:
        raise PluginRefused(refusals[0].plugin, refusals[0].reason, refusals[0].remedy)
    on = saved_names(crm)
    added = [manifest.name for manifest in wanted if manifest.name not in on]
    held = [manifest.name for manifest in wanted if is_held(manifest.name)]
    _try_out(crm, [*added, *held])
    with crm.work():
        for plugin in held:
            forgive(plugin)
        save_names(crm, [*on, *added])
    return added


def disable(crm: CRM, name: str) -> None:
    """Switches a plugin off; its data stays. Raises Conflict while another running plugin requires it."""
    _check_free(crm)
    if name not in saved_names(crm):
        known_plugin(crm.manifests, name)
    on = [manifest for other, manifest in crm.manifests.items() if other in saved_names(crm)]
    needing = [manifest.name for manifest in on if name in manifest.requires]
    if needing:
        raise Conflict(f"{needing[0]} requires {name}: switch {needing[0]} off first.")
    if name in crm.manifests and (links := crm.manifests[name].links):
        raise Conflict(f"{name} switches itself on and off with {' and '.join(links)}.")
    save_names(crm, [other for other in saved_names(crm) if other != name])


def saved_names(crm: CRM) -> list[str]:
    """Returns the plugins that are switched on, as saved."""
    row = Setting.get_or_none(**ON)
    return list(row.value) if row else [name for name, manifest in crm.manifests.items() if manifest.default_on]


def save_names(crm: CRM, names: list[str]) -> None:
    """Saves which plugins are switched on; every process follows."""
    before = saved_names(crm)
    with crm.work():
        _write(ON, names)
        next_generation(crm)
        audit.record(crm, "plugins", 0, "switched", {"on": [before, names]})


def saved_generation() -> int:
    """Returns the number in the database that every switch of a plugin moves."""
    row = Setting.get_or_none(**GENERATION)
    return row.value if row else 0


def next_generation(crm: CRM) -> None:
    """Makes every process of the instance start anew, one after another, from what is saved."""
    with crm.work():
        move_generation()


def move_generation() -> None:
    """Moves the number that every process follows, inside the caller's work."""
    _write(GENERATION, saved_generation() + 1)


def _state(crm: CRM, manifest: Manifest, refused: dict[str, Refusal]) -> ShownPlugin:
    name = manifest.name
    fault = refused.get(name) or crm.hooks.paused.get(name) or crm.hooks.without_pages.get(name)
    if name in crm.hooks.order:
        state = "paused" if fault else "on"
    else:
        state = "refused" if fault else "off"
    return ShownPlugin(
        name,
        manifest.title,
        manifest.version,
        manifest.summary,
        state,
        manifest.requires,
        manifest.links,
        tuple(sorted(other.name for other in crm.plugins if name in other.requires)),
        fault.reason if fault else "",
        fault.remedy if fault else "",
    )


def _try_out(crm: CRM, names: list[str]) -> None:
    from core.serve.trial import try_out  # a trial boots everything, and with it this module

    if not names:
        return
    trial = try_out(crm.config, names)
    refused = [refusal for refusal in filter(None, (trial.fatal, *trial.refusals)) if refusal.plugin in names]
    if refused:
        raise PluginRefused(refused[0].plugin, refused[0].reason, refused[0].remedy)
    if trial.error:
        raise CRMError(trial.error)


def _check_free(crm: CRM) -> None:
    if crm.config.plugins is not None:
        raise Conflict("customer.toml lists the plugins of this instance: change its line “plugins” and start again.")


def _write(place: dict[str, str], value: Any) -> None:
    Setting.insert(**place, value=value).on_conflict(
        conflict_target=[Setting.plugin, Setting.name], update={Setting.value: value}
    ).execute()

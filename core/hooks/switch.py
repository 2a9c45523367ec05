"""Switching plugins on and off: what is saved, and what must hold before it is."""

from dataclasses import dataclass

from core.errors import Conflict, NotFound, PluginRefused
from core.hooks.plugins import Manifest, in_order, load_hooks
from core.runtime import CRM
from core.settings import Setting
from core.store import audit
from core.store.migrate import migrate_up, steps_in

PLACE = {"plugin": "core.plugins", "name": "on"}


@dataclass(frozen=True)
class PluginState:
    """What the plugins page and command show of one plugin: `state` is on, off or refused."""

    name: str
    title: str
    version: str
    summary: str
    state: str
    requires: tuple[str, ...]
    needed_by: tuple[str, ...]
    reason: str
    remedy: str


def states(crm: CRM) -> list[PluginState]:
    """Returns every plugin that was found, by name, with its state in this process."""
    running = {plugin.name for plugin in crm.plugins}
    refused = {refusal.plugin: refusal for refusal in crm.refusals}
    found = []
    for name, manifest in sorted(crm.manifests.items()):
        refusal = refused.get(name)
        state = "on" if name in running else "refused" if refusal else "off"
        needed_by = tuple(sorted(other.name for other in crm.plugins if name in other.requires))
        reason, remedy = (refusal.reason, refusal.remedy) if refusal else ("", "")
        found.append(
            PluginState(
                name,
                manifest.title,
                manifest.version,
                manifest.summary,
                state,
                manifest.requires,
                needed_by,
                reason,
                remedy,
            )
        )
    return found


def enable(crm: CRM, name: str) -> list[str]:
    """Switches a plugin on with all it requires, and returns what was switched; raises PluginRefused if it can't run.

    Its code is imported and its tables made before anything is saved, so that a broken plugin stays off.
    """
    _check_free(crm)
    if name not in crm.manifests:
        raise NotFound(f"There is no plugin {name}. Put it into a folder of plugins, or install its package.")
    wanted, refusals = in_order(crm.manifests, [name])
    if refusals:
        raise PluginRefused(refusals[0].plugin, refusals[0].reason, refusals[0].remedy)
    on = _saved(crm)
    added = [manifest for manifest in wanted if manifest.name not in on]
    for manifest in added:
        _prepare(crm, manifest)
    _save(crm, [*on, *(manifest.name for manifest in added)])
    return [manifest.name for manifest in added]


def disable(crm: CRM, name: str) -> None:
    """Switches a plugin off; its data stays. Raises Conflict while another running plugin requires it."""
    _check_free(crm)
    if name not in crm.manifests and name not in _saved(crm):
        raise NotFound(f"There is no plugin {name}; see “hinka plugin list”.")
    needing = [plugin.name for plugin in crm.plugins if name in plugin.requires]
    if needing:
        raise Conflict(f"{needing[0]} requires {name}: switch {needing[0]} off first.")
    _save(crm, [other for other in _saved(crm) if other != name])


def _prepare(crm: CRM, manifest: Manifest) -> None:
    load_hooks(manifest)
    migrate_up(crm.database, steps_in(manifest.name, manifest.folder / "migrations"), crm.clock)


def _check_free(crm: CRM) -> None:
    if crm.config.plugins is not None:
        raise Conflict("customer.toml lists the plugins of this instance: change its line “plugins” and start again.")


def _saved(crm: CRM) -> list[str]:
    row = Setting.get_or_none(**PLACE)
    return list(row.value) if row else [name for name, manifest in crm.manifests.items() if manifest.default_on]


def _save(crm: CRM, names: list[str]) -> None:
    before = _saved(crm)
    with crm.work():
        Setting.insert(**PLACE, value=names).on_conflict(
            conflict_target=[Setting.plugin, Setting.name], update={Setting.value: names}
        ).execute()
        audit.record(crm, "plugins", 0, "switched", {"on": [before, names]})

"""Makes a running instance out of its configuration: database, plugins in order, settings, rights, jobs."""

import logging
from collections.abc import Collection, Iterable
from dataclasses import dataclass
from pathlib import Path

from core import builtin
from core.clock import Clock
from core.config import Config
from core.errors import PluginRefused
from core.hooks import health
from core.hooks.dispatch import Dispatcher, Watch
from core.hooks.plugins import Manifest, Refusal, discover, in_order, load_hooks
from core.hooks.switch import saved_generation
from core.i18n import load_catalogues
from core.jobs import Jobs
from core.runtime import CRM
from core.settings import Setting, Settings, instance_key
from core.store.database import open_database
from core.store.migrate import Step, migrate_up, pending, steps_in
from core.store.work import WorkDesk

CORE_FOLDER = Path(__file__).parent
log = logging.getLogger("hinka.boot")
# Read when first asked for, so that core.fields knows of no feature (see there).
ENTITIES = {
    "client": "core.clients.fields:client_entity",
    "contact": "core.clients.fields:contact_entity",
    "source": "core.clients.fields:source_entity",
    "category": "core.clients.fields:category_entity",
    "segment": "core.clients.segments:segment_entity",
    "deal": "core.deals.fields:deal_entity",
    "deal_type": "core.stages.fields:deal_type_entity",
    "stage": "core.stages.fields:stage_entity",
    "loss_reason": "core.stages.fields:loss_reason_entity",
    "task": "core.tasks.fields:task_entity",
    "user": "core.users.fields:user_entity",
    "team": "core.users.fields:team_entity",
    "role": "core.users.fields:role_entity",
}


@dataclass(frozen=True)
class Found:
    """Which plugins there are, which run, and why others don't."""

    manifests: dict[str, Manifest]
    running: list[Manifest]
    refusals: list[Refusal]


def boot(
    config: Config,
    *,
    clock: Clock | None = None,
    without: Iterable[str] = (),
    more: Collection[str] = (),
    watch: Watch | None = None,
    pragmas: dict | None = None,
) -> CRM:
    """Returns the running instance, its schema migrated; a plugin that fails is left out and listed in `refusals`.

    `without` are plugins to leave out, `more` to try beside those that are on; `watch` hears of each call of a plugin.
    """
    clock = clock or Clock()
    database = open_database(config.database, config.folder, pragmas)
    migrate_up(database, core_steps(), clock)
    turn = config.folder / "turn.lock" if config.database.startswith("sqlite") else None
    crm = CRM(config, clock, database, WorkDesk(database, turn), Dispatcher(), entities=dict(ENTITIES))
    crm.jobs = Jobs(crm)
    crm.settings = Settings(config, instance_key(config))
    crm.hooks.watch = watch or crm.hooks.watch
    _load_plugins(crm, set(without), more)
    load_catalogues([folder / "translations" for folder in (CORE_FOLDER, *(plugin.folder for plugin in crm.plugins))])
    return crm


def core_steps() -> list[Step]:
    """Returns the core's migrations."""
    return steps_in("core", CORE_FOLDER / "migrations")


def all_steps(crm: CRM) -> list[Step]:
    """Returns the migrations of the core and of every running plugin."""
    steps = core_steps()
    for plugin in crm.plugins:
        steps += steps_in(plugin.name, plugin.folder / "migrations")
    return steps


def is_schema_fine(crm: CRM) -> bool:
    """Tells whether the database answers and no migration is pending."""
    return not pending(crm.database, all_steps(crm))


def wanted_plugins(config: Config, manifests: dict[str, Manifest]) -> list[str]:
    """Returns the names that are switched on: by customer.toml, else as saved, else those on by default."""
    if config.plugins is not None:
        return list(config.plugins)
    saved = Setting.get_or_none(Setting.plugin == "core.plugins", Setting.name == "on")
    if saved is not None:
        return list(saved.value)
    return [name for name, manifest in manifests.items() if manifest.default_on]


def _load_plugins(crm: CRM, without: set[str], more: Collection[str]) -> None:
    manifests, refusals = discover(crm.config.folder / "plugins")
    stopped = {name: refusal for name, refusal in health.stopped().items() if name not in more}
    wanted = [name for name in (*wanted_plugins(crm.config, manifests), *more) if name not in without]
    refusals += [stopped[name] for name in wanted if name in stopped]
    running, unfit = in_order(manifests, [name for name in wanted if name not in stopped])
    crm.generation, crm.manifests, crm.refusals = saved_generation(), manifests, refusals + unfit
    for manifest in running:
        crm.hooks.watch(manifest.name, "import")
        missing = [name for name in manifest.requires if name not in crm.hooks.order]
        try:
            if missing:
                raise PluginRefused(manifest.name, f"it requires {missing[0]}, which is not running.", "")
            migrate_up(crm.database, steps_in(manifest.name, manifest.folder / "migrations"), crm.clock)
            crm.hooks.register(manifest.name, load_hooks(manifest))
            _take_in(crm, manifest.name)
            crm.plugins.append(manifest)
        except PluginRefused as refused:
            refuse(crm, refused)
    crm.hooks.register("core", builtin)
    _take_in(crm, "core")


def refuse(crm: CRM, refused: PluginRefused) -> None:
    """Leaves a plugin out of this start, and says so where the administrator looks."""
    log.error("plugin refused: %s", refused.message, extra={"plugin": refused.plugin})
    crm.hooks.unregister(refused.plugin)
    crm.plugins = [plugin for plugin in crm.plugins if plugin.name != refused.plugin]
    crm.refusals.append(Refusal(refused.plugin, refused.reason, refused.remedy))


def _take_in(crm: CRM, name: str) -> None:
    """Takes the rights, settings, jobs and live topics that one plugin contributes."""
    for owner, permission in crm.hooks.collect("permissions", crm=crm):
        if owner == name:
            crm.permissions[permission.key] = permission
    for owner, group in crm.hooks.collect("settings_groups", crm=crm):
        if owner == name:
            crm.settings.add_group(group)
    for owner, kind in crm.hooks.collect("job_kinds", crm=crm):
        if owner == name:
            crm.job_kinds[kind.kind] = kind
    for owner, topic in crm.hooks.collect("live_topics", crm=crm):
        if owner == name:
            crm.live_topics[topic.key] = (name, topic)

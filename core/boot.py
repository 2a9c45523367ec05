"""Makes a running instance out of its configuration: database, plugins in order, settings, rights, jobs."""

import logging
import traceback
from collections.abc import Collection, Iterable
from dataclasses import dataclass, replace
from functools import partial
from pathlib import Path
from types import ModuleType
from typing import Any

from peewee import SQL

from core import builtin
from core.clock import Clock
from core.config import Config
from core.errors import PluginRefused
from core.hooks import health
from core.hooks.calls import Watch
from core.hooks.contributions import SettingsGroup
from core.hooks.dispatch import Dispatcher
from core.hooks.guard import stand_guard
from core.hooks.order import in_order, with_links
from core.hooks.plugins import Manifest, Refusal, discover, load_hooks
from core.hooks.switch import saved_generation
from core.i18n import load_catalogues
from core.jobs import Jobs
from core.runtime import CRM
from core.settings import Setting, Settings, instance_key
from core.store.database import open_database
from core.store.migrate import Step, migrate_up, pending, steps_in
from core.store.work import WorkDesk
from core.webhooks.services import note_changes

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
    "interaction": "core.interactions.fields:interaction_entity",
    "visit": "core.deals.visit_fields:visit_entity",
    "deal_type": "core.stages.fields:deal_type_entity",
    "stage": "core.stages.fields:stage_entity",
    "loss_reason": "core.stages.fields:loss_reason_entity",
    "message": "core.messages.fields:message_entity",
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
    crm.desk.last_steps.append(partial(note_changes, crm))
    crm.hooks.calls.watch = watch or crm.hooks.calls.watch
    stand_guard(crm)
    _load_plugins(crm, set(without), more)
    # Those that are off come last: the page of plugins says in the reader's language what each is.
    off = [manifest for name, manifest in crm.manifests.items() if name not in crm.hooks.order]
    load_catalogues([one / "translations" for one in (CORE_FOLDER, *(found.folder for found in (*crm.plugins, *off)))])
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
    wanted = with_links(manifests, [*wanted_plugins(crm.config, manifests), *more])
    wanted = [name for name in wanted if name not in without]
    refusals += [stopped[name] for name in wanted if name in stopped]
    running, unfit = in_order(manifests, [name for name in wanted if name not in stopped])
    crm.generation, crm.manifests, crm.refusals = saved_generation(), manifests, refusals + unfit
    for manifest in running:
        missing = [name for name in manifest.needs if name not in crm.hooks.order]
        try:
            if missing:
                raise PluginRefused(manifest.name, f"it requires {missing[0]}, which is not running.", "")
            migrate_up(crm.database, steps_in(manifest.name, manifest.folder / "migrations"), crm.clock)
            crm.hooks.register(manifest.name, _imported(crm, manifest))
            _take_in(crm, manifest.name)
            crm.plugins.append(manifest)
        except PluginRefused as refused:
            refuse(crm, refused)
    crm.hooks.register("core", builtin)
    _take_in(crm, "core")


def _imported(crm: CRM, manifest: Manifest) -> ModuleType:
    hooks, failure = crm.hooks.attempt(manifest.name, "import", load_hooks, manifest)
    if failure is not None:
        where = f"{type(failure).__name__}{_place(manifest.folder, failure)}"
        reason = f"its code can't be imported ({where}: {failure})."
        raise PluginRefused(manifest.name, reason, "Ask its author, or install a version that fits.") from failure
    return hooks


def _place(folder: Path, failure: BaseException) -> str:
    """Returns where in a plugin's code it failed, as a person looks for it; an empty text if that is not known."""
    frames = [frame for frame in traceback.extract_tb(failure.__traceback__) if frame.filename.startswith(str(folder))]
    return f" in {Path(frames[-1].filename).name}, line {frames[-1].lineno}" if frames else ""


def refuse(crm: CRM, refused: PluginRefused) -> None:
    """Leaves a plugin out of this start, and says so where the administrator looks."""
    log.error("plugin refused: %s", refused.message, extra={"plugin": refused.plugin})
    crm.hooks.unregister(refused.plugin)
    crm.plugins = [plugin for plugin in crm.plugins if plugin.name != refused.plugin]
    crm.refusals.append(Refusal(refused.plugin, refused.reason, refused.remedy))


def _take_in(crm: CRM, name: str) -> None:
    """Takes the rights, settings, jobs, channels and live topics that one plugin contributes."""
    for permission in _contributed(crm, name, "permissions"):
        crm.permissions[permission.key] = permission
    for group in _contributed(crm, name, "settings_groups"):
        _take_settings(crm, name, group)
    for kind in _contributed(crm, name, "job_kinds"):
        crm.job_kinds[kind.kind] = kind
    for channel in _contributed(crm, name, "channels"):
        crm.channels[channel.key] = channel
    for topic in _contributed(crm, name, "live_topics"):
        crm.live_topics[topic.key] = (name, topic)
    for one in _contributed(crm, name, "record_fields"):
        crm.record_fields.setdefault(one.entity, []).append(_guarded(crm, name, one.field))
    for report in _contributed(crm, name, "reports"):
        crm.reports.setdefault(report.name, report)
    for facts in _contributed(crm, name, "report_facts"):
        crm.report_facts.setdefault(facts.name, facts)
        if facts.describe is not None:
            crm.entities.setdefault(facts.entity, facts.describe)


def _guarded(crm: CRM, name: str, field: Any) -> Any:
    """Returns a plugin's field which is empty where its expression fails."""
    if not callable(field.expression):
        return field

    def expression(source: Any) -> Any:
        made, failure = crm.hooks.attempt(name, f"field {field.name}", field.expression, source)
        return SQL("NULL") if failure is not None else made

    return replace(field, expression=expression)


# What contributions are told apart by. In a plugin's own names no two can meet, in whatever order they start.
NAMES = {
    "permissions": "key",
    "settings_groups": "key",
    "job_kinds": "kind",
    "channels": "key",
    "live_topics": "key",
    "reports": "name",
}


def _contributed(crm: CRM, name: str, hook: str) -> list[Any]:
    found = [item for owner, item in crm.hooks.collect(hook, crm=crm) if owner == name]
    if name != "core" and hook in NAMES:
        for item in found:
            _check_name(name, hook, getattr(item, NAMES[hook]))
    return found


def _check_name(plugin: str, hook: str, name: str) -> None:
    """Raises PluginRefused for a name that another plugin, or the core, could bear as well."""
    if name != plugin and not name.startswith((f"{plugin}.", f"{plugin}-")):
        reason = f"its {hook} name {name!r}, which is not its own: names begin with {plugin!r} and a dot."
        raise PluginRefused(plugin, reason, "Ask its author.")


def _take_settings(crm: CRM, name: str, group: SettingsGroup) -> None:
    if name == "core":
        crm.settings.add_group(group)  # a core that is set up wrongly can't start, and says why
        return
    _nothing, failure = crm.hooks.attempt(name, f"settings {group.key}", crm.settings.add_group, group)
    if failure is not None:
        remedy = f"Correct the settings of {name}, or switch it off with “hinka plugin disable {name}”."
        raise PluginRefused(name, f"its settings are wrong: {failure}", remedy) from failure

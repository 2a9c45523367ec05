"""How plugins fare: their failures, and which are paused (told nothing, or without pages) or stopped until resumed.

The database keeps it, so that every process and the next start know.
"""

from collections.abc import Mapping
from datetime import datetime, timedelta
from functools import reduce
from operator import or_

from peewee import BigIntegerField, Case, CharField, IntegerField, TextField

from core.hooks.calls import Tally
from core.hooks.plugins import Refusal
from core.store.fields import Record, UtcField

STRIKES = 5
WITHIN = timedelta(hours=1)
HANGS = 3
KEPT_FAILURES = 50
TIMES_KEPT = timedelta(days=1)
LONGEST_ERROR = 500
RESUME = "When it is mended, resume it on the page of plugins, or by “hinka plugin resume {}”."


class PluginState(Record):
    """What was decided about a plugin because of its failures."""

    plugin = CharField(unique=True)
    strikes = IntegerField(default=0)
    struck_at = UtcField(null=True)
    paused_at = UtcField(null=True)
    stopped_at = UtcField(null=True)
    hangs = IntegerField(default=0)
    hung_at = UtcField(null=True)
    pages_paused_at = UtcField(null=True)
    reason = TextField(default="")
    remedy = TextField(default="")

    class Meta:
        table_name = "core_plugin_state"


class PluginFailure(Record):
    """A failure of a plugin's code at one place, how often it happened and when last."""

    plugin = CharField()
    what = CharField()
    error = TextField()
    times = IntegerField(default=1)
    first_at = UtcField()
    last_at = UtcField()

    class Meta:
        table_name = "core_plugin_failure"


class HookTime(Record):
    """How often one place of a plugin was called since a moment, in all processes, and how long that took."""

    plugin = CharField()
    what = CharField()
    calls = BigIntegerField()
    total_us = BigIntegerField()
    worst_us = BigIntegerField()
    since_at = UtcField()

    class Meta:
        table_name = "core_hook_time"


def note_times(tallies: Mapping[tuple[str, str], Tally], at: datetime) -> None:
    """Adds what a process has counted to the figures of all; figures older than a day begin anew."""
    HookTime.delete().where(HookTime.since_at < at - TIMES_KEPT).execute()
    for (plugin, what), tally in tallies.items():
        row = {"calls": tally.calls, "total_us": int(tally.total_s * 1e6), "worst_us": int(tally.worst_s * 1e6)}
        worse = Case(None, [(HookTime.worst_us < row["worst_us"], row["worst_us"])], HookTime.worst_us)
        HookTime.insert(plugin=plugin, what=what, since_at=at, **row).on_conflict(
            conflict_target=[HookTime.plugin, HookTime.what],
            update={
                HookTime.calls: HookTime.calls + row["calls"],
                HookTime.total_us: HookTime.total_us + row["total_us"],
                HookTime.worst_us: worse,
            },
        ).execute()


def note_failure(plugin: str, what: str, error: BaseException | str, at: datetime) -> None:
    """Writes a failure down; the same one again only counts."""
    text = error if isinstance(error, str) else f"{type(error).__name__}: {error}"
    key = {"plugin": plugin, "what": what, "error": text[:LONGEST_ERROR]}
    PluginFailure.insert(**key, first_at=at, last_at=at).on_conflict(
        conflict_target=[PluginFailure.plugin, PluginFailure.what, PluginFailure.error],
        update={PluginFailure.times: PluginFailure.times + 1, PluginFailure.last_at: at},
    ).execute()
    newest = PluginFailure.select(PluginFailure.id).where(PluginFailure.plugin == plugin)
    newest = newest.order_by(PluginFailure.last_at.desc(), PluginFailure.id.desc()).limit(KEPT_FAILURES)
    PluginFailure.delete().where(PluginFailure.plugin == plugin, PluginFailure.id.not_in(newest)).execute()


def strike(plugin: str, at: datetime) -> bool:
    """Counts a fault that others feel, and tells whether there were too many of them within an hour."""
    return _count(plugin, "strikes", "struck_at", at) >= STRIKES


def count_hang(plugin: str, at: datetime) -> bool:
    """Counts a web process that was lost to a page, and tells whether there were too many of them within an hour."""
    return _count(plugin, "hangs", "hung_at", at) >= HANGS


def pause_pages(plugin: str, what: str, at: datetime) -> None:
    """Lets nobody open a plugin's own pages until it is resumed."""
    reason = f"its pages did not come back {HANGS} times within an hour, last the {what}: they are paused."
    _hold(plugin, reason, pages_paused_at=at)


def pause(plugin: str, at: datetime) -> None:
    """Leaves a plugin out of announcements until it is resumed."""
    reason = f"it failed {STRIKES} times within an hour, so it is no longer told of changes."
    _hold(plugin, reason, paused_at=at)


def stop(plugin: str, reason: str, at: datetime) -> None:
    """Leaves a plugin out as a whole, from the next generation on, until it is resumed."""
    _hold(plugin, reason, stopped_at=at)


def is_held(plugin: str) -> bool:
    """Tells whether a plugin, or its pages, are paused or stopped."""
    marks = (PluginState.paused_at, PluginState.stopped_at, PluginState.pages_paused_at)
    held = reduce(or_, (mark.is_null(False) for mark in marks))
    return PluginState.select().where(PluginState.plugin == plugin, held).exists()


def forgive(plugin: str) -> None:
    """Forgets the strikes of a plugin and lets it go on if it was paused or stopped."""
    PluginState.delete().where(PluginState.plugin == plugin).execute()


def stopped() -> dict[str, Refusal]:
    """Returns the refusals of the plugins that are stopped, by name."""
    rows = PluginState.select().where(PluginState.stopped_at.is_null(False))
    return {row.plugin: Refusal(row.plugin, row.reason, row.remedy) for row in rows}


def paused() -> dict[str, Refusal]:
    """Returns the plugins that are told nothing, with the reason."""
    return _running_with(PluginState.paused_at)


def without_pages() -> dict[str, Refusal]:
    """Returns the plugins whose own pages nobody may open, with the reason."""
    return _running_with(PluginState.pages_paused_at)


def failures(plugin: str = "", limit: int = 20) -> list[PluginFailure]:
    """Returns the last failures, of one plugin or of all, newest first."""
    query = PluginFailure.select().order_by(PluginFailure.last_at.desc(), PluginFailure.id.desc()).limit(limit)
    return list(query.where(PluginFailure.plugin == plugin) if plugin else query)


def _count(plugin: str, number: str, moment: str, at: datetime) -> int:
    """Returns a number of the plugin with one more, begun anew where the last is longer ago than an hour."""
    state = _state(plugin)
    last_at = getattr(state, moment)
    is_recent = last_at is not None and at - last_at < WITHIN
    setattr(state, number, getattr(state, number) + 1 if is_recent else 1)
    setattr(state, moment, at)
    state.save()
    return getattr(state, number)


def _running_with(mark: UtcField) -> dict[str, Refusal]:
    rows = PluginState.select().where(mark.is_null(False), PluginState.stopped_at.is_null())
    return {row.plugin: Refusal(row.plugin, row.reason, row.remedy) for row in rows}


def _hold(plugin: str, reason: str, **moment: datetime) -> None:
    state = _state(plugin)
    state.reason, state.remedy = reason, RESUME.format(plugin)
    for name, at in moment.items():
        setattr(state, name, at)
    state.save()


def _state(plugin: str) -> PluginState:
    return PluginState.get_or_none(PluginState.plugin == plugin) or PluginState(plugin=plugin)

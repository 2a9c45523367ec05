"""The running instance: the object that every service takes first."""

from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, contextmanager
from contextvars import ContextVar
from dataclasses import dataclass, field
from datetime import date
from typing import Any

from peewee import Database

from core.clock import Clock, start_of_day
from core.config import Config
from core.hooks.channels import Channel
from core.hooks.contributions import JobKind, LiveTopic, Permission, RecordChange, Report, ReportFacts
from core.hooks.dispatch import Dispatcher
from core.hooks.plugins import Manifest, Refusal
from core.store.work import WorkDesk


@dataclass(frozen=True)
class Actor:
    """Who acts, and through which source: web, api, cli, job, import:12…"""

    user_id: int | None = None
    source: str = "system"


NOBODY = Actor()
_actor: ContextVar[Actor] = ContextVar("hinka_actor", default=NOBODY)


@dataclass
class CRM:
    """One customer's instance: its configuration, database, hooks, settings, jobs and clock."""

    config: Config
    clock: Clock
    database: Database
    desk: WorkDesk
    hooks: Dispatcher
    manifests: dict[str, Manifest] = field(default_factory=dict)
    plugins: list[Manifest] = field(default_factory=list)
    refusals: list[Refusal] = field(default_factory=list)
    permissions: dict[str, Permission] = field(default_factory=dict)
    job_kinds: dict[str, JobKind] = field(default_factory=dict)
    channels: dict[str, Channel] = field(default_factory=dict)
    # By key, with the plugin that computes it.
    live_topics: dict[str, tuple[str, LiveTopic]] = field(default_factory=dict)
    # Builders of the entities of core.fields, or their places as "module:function", by name.
    entities: dict[str, Callable[["CRM"], Any] | str] = field(default_factory=dict)
    # The number that every switch of a plugin moves, as it was when this process started.
    generation: int = 0
    # Fields that plugins add to entities, by the entity's name.
    record_fields: dict[str, list[Any]] = field(default_factory=dict)
    # Reports of plugins, by name.
    reports: dict[str, Report] = field(default_factory=dict)
    # What one's own reports count and sum, by name.
    report_facts: dict[str, ReportFacts] = field(default_factory=dict)
    settings: Any = None
    jobs: Any = None

    def work(self) -> AbstractContextManager[None]:
        """Opens a unit of work: one transaction, nested freely, rolled back on any exception."""
        return self.desk.work()

    @contextmanager
    def acting(self, user_id: int | None, source: str) -> Iterator[None]:
        """Runs the block in the name of a user, through a source; the audit records both."""
        token = _actor.set(Actor(user_id, source))
        try:
            yield
        finally:
            _actor.reset(token)

    @property
    def actor(self) -> Actor:
        """Who acts at present."""
        return _actor.get()

    @property
    def currency(self) -> str:
        """The company's currency."""
        return self.config.currency

    def today(self) -> date:
        """Returns the present day in the company's time zone."""
        return self.clock.today(self.config.zone)

    def day_start(self, day: date) -> Any:
        """Returns the moment, in UTC, at which a day begins in the company's time zone."""
        return start_of_day(day, self.config.zone)

    def changed(self, entity: str, entity_id: int, action: str) -> None:
        """Tells a change of a record: to the last steps of the work it is part of, and to hooks after the commit."""
        change = RecordChange(entity, entity_id, action, self.actor.user_id, self.actor.source)
        self.desk.note(change)
        self.desk.announce_later(lambda: self.hooks.announce("record_changed", crm=self, change=change))

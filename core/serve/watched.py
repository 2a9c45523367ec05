"""The instance's database as the supervisor sees it: what it follows there, and what it writes down for others."""

import logging
from collections.abc import Callable, Iterable

from peewee import PeeweeException

from core.clock import Clock
from core.config import Config
from core.hooks import behind, guard, health
from core.hooks.plugins import Refusal
from core.hooks.switch import saved_generation
from core.serve.wire import News
from core.store.database import open_database

# The supervisor has other things to do than wait for its turn.
PATIENCE = {"busy_timeout": 2000}
log = logging.getLogger("hinka.serve")


class Watched:
    """Its connections are closed before each fork."""

    def __init__(self, config: Config) -> None:
        self.database = open_database(config.database, config.folder, PATIENCE)
        self.generation = 0
        self._is_made = False
        self._answered = True

    def is_new(self) -> bool:
        """Tells whether the number that every switch of a plugin moves has moved since the last call."""
        number = self.generation
        try:
            with self.database.connection_context():
                self._is_made = self._is_made or "core_setting" in self.database.get_tables()
                if self._is_made:
                    number = saved_generation()
            self._answered = True
        except PeeweeException:
            if self._answered:  # said once an outage
                log.warning("the database does not answer; asking again")
            self._answered = False
        before, self.generation = self.generation, number
        return number != before

    def stop_plugin(self, refusal: Refusal) -> bool:
        """Leaves a plugin out of every process until somebody resumes it; tells whether that could be written down."""
        return self._written(lambda: health.stop(refusal.plugin, refusal.reason, Clock().now()))

    def charge(self, hung: Iterable[News]) -> bool:
        """Holds what hung in a process against its plugin; tells whether that could be written down."""

        def write() -> None:
            for one in hung:
                guard.charge(one.plugin, one.what, is_page=one.is_page, at=Clock().now())

        return self._written(write)

    def say_behind(self, reason: str) -> None:
        """Lets `hinka doctor` and the page of plugins say why processes have not followed; no reason if they have."""
        self._written(lambda: behind.say_why(reason))

    def close(self) -> None:
        """Closes its connections: a fork must have none of them."""
        self.database.close_all()

    def _written(self, write: Callable[[], None]) -> bool:
        try:
            with self.database.connection_context(), self.database.atomic():
                write()
        except PeeweeException:
            log.exception("the database does not take what the supervisor has to say")
            return False
        return True

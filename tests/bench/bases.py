"""Instances to measure: the sample company at any size, on SQLite or PostgreSQL, made once a run."""

import tempfile
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from core.boot import boot
from core.config import Config, read_config, write_config
from core.runtime import CRM
from core.sample import generate
from core.store.database import is_postgres
from core.testing import PASSWORD, prepare
from core.users.models import User
from core.users.services import create_token, create_user
from tests import servers

LOGIN = "bench"


@dataclass(frozen=True)
class Base:
    """An instance with data: its folder, and a token of its administrator."""

    folder: Path
    database: str
    clients: int
    deals: int
    token: str


class Bases:
    """Makes bases and keeps them for the run."""

    def __init__(self) -> None:
        self._scratch = tempfile.TemporaryDirectory(prefix="hinka-bench-")
        self._made: dict[tuple, Base] = {}
        self._filled: dict[tuple, Path] = {}
        self._count = 0

    def close(self) -> None:
        """Removes everything that was made."""
        self._scratch.cleanup()

    def new_folder(self) -> Path:
        """Returns a folder of the run that is not there yet."""
        self._count += 1
        return Path(self._scratch.name) / str(self._count)

    def base(self, database: str, clients: int, deals: int, **options: float) -> Base:
        """Returns a base of the sample company; `database` is sqlite or postgres."""
        key = (database, clients, deals, *sorted(options.items()))
        if key not in self._made:
            folder = self.new_folder()
            with fresh(folder, database) as crm:
                if clients:
                    generate(crm, clients=clients, deals=deals, **options)
                    settle(crm)
                admin = create_user(crm, LOGIN, "Bench", role="administrator", password=PASSWORD)
                token = create_token(crm, admin, "bench")
            self._made[key] = Base(folder, database, clients, deals, token)
        return self._made[key]

    @contextmanager
    def filled(self, database: str, fill: Callable[[CRM, int], object], deals: int) -> Iterator[CRM]:
        """Runs the block with an instance that `fill` filled once for all benches of the run: they only read it."""
        key = (database, fill, deals)
        if key not in self._filled:
            folder = self.new_folder()
            with fresh(folder, database) as crm:
                fill(crm, deals)
            self._filled[key] = folder
        with opened(self._filled[key]) as crm:
            yield crm


@contextmanager
def fresh(folder: Path, database: str, plugins: tuple[str, ...] = ()) -> Iterator[CRM]:
    """Runs the block with a new instance, empty but for what every instance begins with.

    Its usual plugins run, or those that are named.
    """
    url = "sqlite:///hinka.db" if database == "sqlite" else servers.postgres_database_url("bench")
    write_config(Config(folder=folder, database=url))
    if plugins:
        with (folder / "customer.toml").open("a") as file:
            file.write(f"plugins = {list(plugins)}\n")
    with opened(folder) as crm:
        prepare(crm)
        yield crm


@contextmanager
def opened(folder: Path) -> Iterator[CRM]:
    """Runs the block with the instance of a folder; the disk is as slow as it is for a customer."""
    crm = boot(read_config(folder, environment={}))
    assert not crm.refusals, crm.refusals
    try:
        with crm.acting(None, "bench"):
            yield crm
    finally:
        crm.database.close()
        crm.database.close_all()


def settle(crm: CRM) -> None:
    """Lets the database learn what it holds, as its housekeeping would by and by."""
    if not is_postgres(crm.database):
        crm.database.execute_sql("ANALYZE")
        return
    crm.database.connection().set_autocommit(True)
    crm.database.execute_sql("VACUUM ANALYZE")
    crm.database.connection().set_autocommit(False)


def bench_user() -> User:
    """Returns the administrator of a base."""
    return User.get(User.login == LOGIN)

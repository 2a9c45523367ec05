"""Brings an instance to the release that is installed: rehearsed on a copy, all or nothing, and back by one command."""

import fcntl
import os
import re
import shutil
import sqlite3
import tempfile
import time
from collections.abc import Iterator
from contextlib import closing, contextmanager
from dataclasses import dataclass, replace
from pathlib import Path
from urllib.parse import urlsplit, urlunsplit

import psycopg
from peewee import Database
from psycopg import sql

from core.boot import boot, core_steps, wanted_plugins
from core.clock import Clock
from core.config import Config
from core.errors import Conflict, CRMError, PluginRefused
from core.hooks.order import in_order, with_links
from core.hooks.plugins import discover
from core.instance.doctor import examine
from core.instance.releases import KEPT, Earlier, earlier, forget, forget_oldest, link, remember, steps_back
from core.kit.check import check
from core.store.database import open_database
from core.store.migrate import Step, migrate_up, pending, steps_in

LOCK = "serve.lock"
MARK = "before_upgrade"
# How copies are named that stand on the list of `core.instance.releases`: up to the microsecond.
_LISTED = re.compile(rf"{MARK}_\d{{20}}")
_NAMED = re.compile(r"[\"'](\w+)[\"']")


@dataclass(frozen=True)
class Taken:
    """One step of a migration, how long it took, and which tables it touches."""

    owner: str
    name: str
    seconds: float
    tables: tuple[str, ...] = ()


@dataclass(frozen=True)
class Rehearsal:
    """What an upgrade would do: steps with their times, plugins that would not run, and what `hinka doctor` finds.

    `contract` has what plugins break of their contract: they run, but their authors should know.
    """

    steps: tuple[Taken, ...]
    refused: tuple[str, ...]
    findings: tuple[str, ...]
    seconds: float
    contract: tuple[str, ...] = ()


def rehearse(config: Config) -> Rehearsal:
    """Migrates a copy of the database, starts every plugin on it, examines it, and returns what came of it."""
    with tempfile.TemporaryDirectory(prefix="hinka-rehearsal-") as scratch, _copied(config, Path(scratch)) as copy:
        began = time.perf_counter()
        steps, refused = _migrate(copy)
        crm = boot(copy)
        refused += [f"{one.plugin}: {one.reason} {one.remedy}" for one in crm.refusals]
        found = [finding for finding in examine(crm) if not finding.startswith("Plugin ")]
        crm.database.close()
        crm.database.close_all()
        broken = tuple(f"{one.name}: {sentence}" for one in crm.plugins for sentence in check(str(one.folder)))
        return Rehearsal(tuple(steps), tuple(refused), tuple(found), time.perf_counter() - began, broken)


def upgrade(config: Config) -> Rehearsal:
    """Rehearses, keeps a copy of the database, and migrates for real; raises CRMError with nothing changed if it can't.

    Nobody may be at work: it raises Conflict while `hinka serve` runs.
    """
    with _alone(config):
        shown = rehearse(config)
        if shown.refused:
            raise CRMError(f"Nothing was changed. {shown.refused[0]}")
        _keep_copy(config)
        is_done = False
        try:
            _steps, refused = _migrate(config)
            is_done = not refused
        finally:
            if not is_done:
                go_back(config, is_alone=True)
        if refused:
            raise CRMError(f"It was taken back as a whole. {refused[0]}")
        # Only now: an upgrade that fails leaves every way back that there was.
        forget_oldest(config.folder)
        _drop_forgotten(config)
        return shown


def go_back(config: Config, to: str = "", *, is_alone: bool = False) -> Earlier:
    """Puts database and release back as before the last upgrade, and returns that state.

    With `to`, a release's folder or its name, it goes as many steps back as that takes. What was gone back over is
    forgotten with its copies; raises NotFound, with nothing changed, where there is no such way.
    """
    if not is_alone:
        with _alone(config):
            return go_back(config, to, is_alone=True)
    steps = steps_back(config.folder, to)
    open_database(config.database, config.folder).close_all()
    _drop_database(config.database, config.folder)
    _copy_database(_named(config, steps[-1].copy), config.folder, config.database, config.folder)
    link(config.folder, steps[-1].release)
    for step in steps:
        forget(config.folder, step)
    _drop_forgotten(config)
    return steps[-1]


@contextmanager
def at_work(folder: Path) -> Iterator[None]:
    """Runs the block as one who works with the instance, so that no upgrade begins meanwhile."""
    with (folder / LOCK).open("a") as handle:
        fcntl.flock(handle, fcntl.LOCK_SH)
        yield


@contextmanager
def _alone(config: Config) -> Iterator[None]:
    with (config.folder / LOCK).open("a") as handle:
        try:
            fcntl.flock(handle, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError as error:
            raise Conflict("Hinka is running: stop “hinka serve” first.") from error
        yield


def _keep_copy(config: Config) -> None:
    name = f"{MARK}_{Clock().now():%Y%m%d%H%M%S%f}"
    _copy_database(config.database, config.folder, _named(config, name), config.folder)
    remember(config.folder, name)


def _drop_forgotten(config: Config) -> None:
    """Drops the copies that nobody can go back to any more.

    Releases from before there was a list find their copies by name: those stay until the list is full.
    """
    known = {one.copy for one in earlier(config.folder)}
    for name in _copies(config):
        if name not in known and (len(known) >= KEPT or _LISTED.fullmatch(name)):
            _drop_database(_named(config, name), config.folder)


def _migrate(config: Config) -> tuple[list[Taken], list[str]]:
    database = open_database(config.database, config.folder)
    taken, refused = [], []
    try:
        for step in pending(database, core_steps()):
            taken.append(_take(database, step))
        for step in pending(database, _plugin_steps(config)):
            taken.append(_take(database, step))
    except PluginRefused as error:
        refused.append(f"{error.plugin}: {error.reason} {error.remedy}")
    finally:
        database.close()
        database.close_all()
    return taken, refused


def _take(database: Database, step: Step) -> Taken:
    before, began = set(database.get_tables()), time.perf_counter()
    migrate_up(database, [step], Clock())
    took, named = time.perf_counter() - began, set(_NAMED.findall(step.path.read_text("utf-8")))
    tables = sorted(named & (before | set(database.get_tables())))
    return Taken(step.owner, step.path.stem, took, tuple(tables))


def _plugin_steps(config: Config) -> list[Step]:
    manifests, _unread = discover(config.folder / "plugins")
    running, _refused = in_order(manifests, with_links(manifests, wanted_plugins(config, manifests)))
    return [step for one in running for step in steps_in(one.name, one.folder / "migrations")]


@contextmanager
def _copied(config: Config, scratch: Path) -> Iterator[Config]:
    """Yields the configuration of a copy: its own database and folder, with the instance's key and plugins."""
    if config.secret_file.exists():
        shutil.copy(config.secret_file, scratch)
    if (config.folder / "plugins").is_dir():
        (scratch / "plugins").symlink_to(config.folder / "plugins")
    url = _named(config, f"rehearsal_{os.getpid()}") if _is_server(config.database) else config.database
    _copy_database(config.database, config.folder, url, scratch)
    try:
        yield replace(config, folder=scratch, database=url)
    finally:
        if _is_server(url):
            _drop_database(url, scratch)


def _is_server(url: str) -> bool:
    return not url.startswith("sqlite")


def _named(config: Config, name: str) -> str:
    """Returns the URL of a database of this name beside the instance's own."""
    if not _is_server(config.database):
        return f"sqlite:///{name}.db"
    parts = urlsplit(config.database)
    return urlunsplit(parts._replace(path=f"{parts.path}_{name}"))


def _copies(config: Config) -> list[str]:
    """Returns the names of all copies from before upgrades."""
    if not _is_server(config.database):
        return [path.stem for path in config.folder.glob(f"{MARK}_*.db")]
    own = urlsplit(config.database).path.lstrip("/")
    with _server(config.database) as connection:
        pattern = f"{own}_{MARK}_%".replace("_", r"\_")
        rows = connection.execute("SELECT datname FROM pg_database WHERE datname LIKE %s", (pattern,)).fetchall()
    return [row[0].removeprefix(f"{own}_") for row in rows]


def _copy_database(source: str, source_folder: Path, target: str, target_folder: Path) -> None:
    if not _is_server(source):
        with (
            closing(sqlite3.connect(source_folder / source.removeprefix("sqlite:///"))) as here,
            closing(sqlite3.connect(target_folder / target.removeprefix("sqlite:///"))) as there,
        ):
            here.backup(there)
        return
    names = [sql.Identifier(urlsplit(url).path.lstrip("/")) for url in (target, source)]
    try:
        with _server(source) as connection:
            connection.execute(sql.SQL("CREATE DATABASE {} TEMPLATE {}").format(*names))
    except psycopg.errors.ObjectInUse as error:
        raise Conflict("Somebody is connected to the database: PostgreSQL copies only one that nobody uses.") from error


def _drop_database(url: str, folder: Path) -> None:
    if not _is_server(url):
        for ending in ("", "-wal", "-shm"):
            (folder / (url.removeprefix("sqlite:///") + ending)).unlink(missing_ok=True)
        return
    with _server(url) as connection:
        connection.execute(sql.SQL("DROP DATABASE {}").format(sql.Identifier(urlsplit(url).path.lstrip("/"))))


def _server(url: str) -> psycopg.Connection:
    return psycopg.connect(urlunsplit(urlsplit(url)._replace(path="/postgres")), autocommit=True)

"""Plugins are switched while clients read and write and pages stand open: what nobody may notice, at any size.

Every fifth switch is waited for, and the one after it, whose time counts since it finds all settled; between the others
the clients do a little work, so that switches also overtake each other.
"""

import sqlite3
import time
import urllib.request
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import closing, contextmanager
from dataclasses import dataclass
from http.cookiejar import CookieJar
from pathlib import Path
from typing import Any

import psycopg

from tests.load.clients import Crowd, Streams
from tests.serving import answers, hinka, serving
from tests.waiting import until

WAITED_FOR = 5
READS_BETWEEN = 2
PROBES = 6
BLINKER = """from flask import Blueprint

from core.api import Routes, hook
from core.web.context import public

blueprint = Blueprint("blinker", __name__)


@blueprint.get("/blinker")
@public
def index():
    return "on"


@hook
def routes():
    return [Routes(blueprint)]
"""
TALLY = """from flask import jsonify

from core.api import JobKind, RestRoutes, hook, present_crm, rest_blueprint

blueprint = rest_blueprint("tally", "Counts")


@blueprint.route("/tally", methods=["POST"])
def count():
    with present_crm().work():
        present_crm().jobs.enqueue("tally.count", {})
    return jsonify({})


@hook
def rest_routes():
    return [RestRoutes(blueprint)]


@hook
def job_kinds():
    return [JobKind("tally.count", lambda crm, args, progress: None)]
"""


@dataclass(frozen=True)
class Seen:
    """What was seen: how long switches took to reach every process, what went wrong, how much was done."""

    followed_s: list[float]
    errors: list[str]
    refused: list[str]
    reads: int
    writes: int
    jobs: int
    done: dict[str, int]


def make_instance(folder: Path, database: str) -> Path:
    """Returns the folder of a new instance on this database, with the two plugins."""
    made = hinka("--instance", str(folder), "init", "--database", database)
    assert made.returncode == 0, made.stderr
    write_plugin(folder, "blinker", BLINKER, on=False)
    write_plugin(folder, "tally", TALLY, on=True)
    return folder


def switch_under_load(instance: Path, database: str, *, switches: int, clients: int, streams: int) -> Seen:
    """Switches plugins as often, while as many clients work and streams stand open, and returns what was seen."""
    token = hinka("--instance", str(instance), "token", "create", "admin").stdout.strip()
    taken: dict[int, float] = {}
    with serving(instance, "--workers", "2") as (_process, url):
        cookie = signed_in(url, instance)
        with Streams(url, cookie, streams) as opened, Crowd(url, token, clients) as crowd:
            for number in range(1, switches + 1):
                is_on = number % 2 == 0
                switch(instance, database, is_on)
                began, reads = time.monotonic(), crowd.reads
                if number % WAITED_FOR < 2:
                    until(lambda is_on=is_on: all_follow(url, is_on))
                    taken[number] = time.monotonic() - began
                else:
                    until(lambda reads=reads: crowd.reads >= reads + READS_BETWEEN)
        until(lambda: jobs_by_state(instance, database) == {"done": crowd.jobs}, 120)
    done = jobs_by_state(instance, database)
    settled = [seconds for number, seconds in taken.items() if number % WAITED_FOR]
    return Seen(settled, crowd.errors, opened.refused, crowd.reads, crowd.writes, crowd.jobs, done)


def write_plugin(instance: Path, name: str, code: str, on: bool) -> None:
    """Writes a plugin of one file into the instance."""
    folder = instance / "plugins" / name
    folder.mkdir(parents=True)
    text = f'name = "{name}"\ntitle = "{name.title()}"\nversion = "1.0"\ndefault_on = {str(on).lower()}\n'
    (folder / "plugin.toml").write_text(text)
    (folder / "__init__.py").write_text("")
    (folder / "hooks.py").write_text(code)


def signed_in(url: str, instance) -> str:
    """Returns the cookie of a browser that signed in."""
    jar = CookieJar()
    browser = urllib.request.build_opener(urllib.request.HTTPCookieProcessor(jar))
    token = browser.open(f"{url}/sign-in").read().decode().split('name="csrf-token" content="')[1].split('"')[0]
    login, _, password = (instance / "sign-in.txt").read_text().strip().partition(" / ")
    browser.open(f"{url}/sign-in", f"login={login}&password={password}&csrf_token={token}".encode())
    return "; ".join(f"{cookie.name}={cookie.value}" for cookie in jar)


def switch(instance: Path, database: str, is_on: bool) -> None:
    """Saves a switch as the page does after its trial, without the second that the trial takes."""
    names = ["tally", *(["blinker"] if is_on else [])]
    with _opened(instance, database) as ask:
        for name, value in (("on", str(names).replace("'", '"')), ("generation", str(time.monotonic_ns()))):
            ask(
                "INSERT INTO core_setting (plugin, name, value) VALUES ('core.plugins', ?, ?)"
                " ON CONFLICT (plugin, name) DO UPDATE SET value = excluded.value",
                (name, value),
            )


def all_follow(url: str, is_on: bool) -> bool:
    """Tells whether every process shows, or no longer shows, the page of the plugin."""
    # All at once: one after another they would take most of the time that is measured.
    with ThreadPoolExecutor(PROBES) as pool:
        return all(pool.map(lambda _probe: answers(f"{url}/blinker") == is_on, range(PROBES)))


def jobs_by_state(instance: Path, database: str) -> dict[str, int]:
    """Returns how many of the clients' jobs there are, by their state."""
    with _opened(instance, database) as ask:
        return dict(ask("SELECT state, count(*) FROM core_job WHERE kind = ? GROUP BY state", ("tally.count",)))


@contextmanager
def _opened(instance: Path, database: str) -> Iterator[Any]:
    """Yields a way to ask the instance's database past our own code; what was written is committed at the end."""
    is_sqlite = database.startswith("sqlite")
    connect = sqlite3.connect(instance / "hinka.db", timeout=30) if is_sqlite else psycopg.connect(database)
    with closing(connect) as connection, connection:
        sign = "?" if is_sqlite else "%s"

        def ask(statement: str, values: tuple) -> list[tuple]:
            cursor = connection.execute(statement.replace("?", sign), values)
            return cursor.fetchall() if cursor.description else []

        yield ask

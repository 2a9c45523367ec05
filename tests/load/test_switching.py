"""Plugins are switched while twenty clients read and write and a hundred pages stand open: nobody notices.

Of fifty switches every fifth is waited for; between the others the clients do a little work, so that switches also
overtake each other.
"""

import sqlite3
import time
import urllib.request
from http.cookiejar import CookieJar

import pytest

from tests.load.clients import Crowd, Streams
from tests.serving import answers, hinka, serving
from tests.waiting import until

SWITCHES = 50
WAITED_FOR = 5
READS_BETWEEN = 2
STREAMS = 100
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


def write_plugin(instance, name: str, code: str, on: bool) -> None:
    folder = instance / "plugins" / name
    folder.mkdir(parents=True)
    text = f'name = "{name}"\ntitle = "{name.title()}"\nversion = "1.0"\ndefault_on = {str(on).lower()}\n'
    (folder / "plugin.toml").write_text(text)
    (folder / "__init__.py").write_text("")
    (folder / "hooks.py").write_text(code)


@pytest.fixture
def instance(tmp_path):
    folder = tmp_path / "instance"
    made = hinka("--instance", str(folder), "init")
    assert made.returncode == 0, made.stderr
    write_plugin(folder, "blinker", BLINKER, on=False)
    write_plugin(folder, "tally", TALLY, on=True)
    return folder


def signed_in(url: str, instance) -> str:
    """Returns the cookie of a browser that signed in."""
    jar = CookieJar()
    browser = urllib.request.build_opener(urllib.request.HTTPCookieProcessor(jar))
    token = browser.open(f"{url}/sign-in").read().decode().split('name="csrf-token" content="')[1].split('"')[0]
    login, _, password = (instance / "sign-in.txt").read_text().strip().partition(" / ")
    browser.open(f"{url}/sign-in", f"login={login}&password={password}&csrf_token={token}".encode())
    return "; ".join(f"{cookie.name}={cookie.value}" for cookie in jar)


def switch(instance, is_on: bool) -> None:
    """Saves a switch as the page does after its trial, without the second that the trial takes."""
    names = ["tally", *(["blinker"] if is_on else [])]
    database = sqlite3.connect(instance / "hinka.db", timeout=30)
    with database:
        for name, value in (("on", str(names).replace("'", '"')), ("generation", str(time.monotonic_ns()))):
            database.execute(
                "INSERT INTO core_setting (plugin, name, value) VALUES ('core.plugins', ?, ?)"
                " ON CONFLICT (plugin, name) DO UPDATE SET value = excluded.value",
                (name, value),
            )
    database.close()


def all_follow(url: str, is_on: bool) -> bool:
    return all(answers(f"{url}/blinker") == is_on for _request in range(6))


def jobs_by_state(instance) -> dict[str, int]:
    database = sqlite3.connect(instance / "hinka.db", timeout=30)
    rows = database.execute("SELECT state, count(*) FROM core_job WHERE kind = 'tally.count' GROUP BY state").fetchall()
    database.close()
    return dict(rows)


def test_nobody_notices_that_plugins_are_switched(instance):
    token = hinka("--instance", str(instance), "token", "create", "admin").stdout.strip()
    taken = []
    with serving(instance, "--workers", "2") as (_process, url):
        cookie = signed_in(url, instance)
        with Streams(url, cookie, STREAMS) as streams, Crowd(url, token) as crowd:
            for number in range(1, SWITCHES + 1):
                is_on = number % 2 == 0
                switch(instance, is_on)
                began, reads = time.monotonic(), crowd.reads
                if number % WAITED_FOR:
                    until(lambda reads=reads: crowd.reads >= reads + READS_BETWEEN)
                else:
                    until(lambda is_on=is_on: all_follow(url, is_on))
                    taken.append(time.monotonic() - began)
        until(lambda: jobs_by_state(instance) == {"done": crowd.jobs}, 120)
    print(f"switches followed after {sorted(taken)[len(taken) // 2]:.2f} s, at most {max(taken):.2f} s;")
    print(f"{crowd.reads} reads, {crowd.writes} writes, {crowd.jobs} jobs, {streams.returns} streams came back")
    assert crowd.errors == []
    assert streams.refused == []

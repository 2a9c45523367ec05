"""A plugin whose pages, hooks and jobs never come back, on a real `hinka serve`."""

import json
import shutil
import urllib.error
import urllib.request
from contextlib import contextmanager, suppress
from threading import Thread

from tests.core.hooks.written import write_plugin
from tests.serving import hinka, serving

# Its home page and its bog never come; nobody waits for them as long as for real ones here.
SWAMP = """import os
from threading import Event

from flask import Blueprint

from core.api import JobKind, Routes, hook
from core.hooks import calls, health
from core.web.context import crm, public

calls.ENDLESS_S = calls.HUNG_S = 1.0
health.HANGS = 1
blueprint = Blueprint("swamp", __name__)


@blueprint.get("/swamp")
@public
def index():
    crm().hooks.attempt("swamp", "home_panels", Event().wait)


@blueprint.get("/swamp/bog")
@public
def bog():
    Event().wait()


@blueprint.get("/swamp/turn")
@public
def turn():
    sink(crm())


@blueprint.get("/swamp/job")
@public
def job():
    with crm().work():
        crm().jobs.enqueue("swamp.sink", {})
    return "written"


@blueprint.get("/swamp/edge")
@public
def edge():
    return str(os.getpid())


def sink(crm, *_more):
    with crm.work():
        crm.hooks.attempt("swamp", "deal_turned", Event().wait)


@hook
def job_kinds():
    return [JobKind("swamp.sink", sink)]


@hook
def routes():
    return [Routes(blueprint)]
"""


@contextmanager
def waiting_in_vain(url: str):
    """Runs the block while somebody waits for a page that never comes."""

    def wait() -> None:
        with suppress(OSError):
            urllib.request.urlopen(url, timeout=60)

    stuck = Thread(target=wait, daemon=True)
    stuck.start()
    yield


def text_of(url: str) -> str:
    """Returns what a page says, also one that refuses."""
    try:
        with urllib.request.urlopen(url, timeout=30) as answer:
            return answer.read().decode()
    except urllib.error.HTTPError as error:
        return f"{error.code} {error.read().decode()}"


def always(condition) -> bool:
    """Tells whether it is so ten times: while processes are exchanged, the old one still takes some of the requests."""
    return all(condition() for _time in range(10))


def swamp_of(instance) -> tuple[str, str]:
    """Returns state and reason of the plugin swamp, as the command shows them."""
    listed = json.loads(hinka("--instance", str(instance), "plugin", "list", "--json").stdout)["plugins"]
    return next((one["state"], one["reason"]) for one in listed if one["name"] == "swamp")


@contextmanager
def with_swamp(instance):
    """Runs the block with the plugin swamp on, and the server's address."""
    place = write_plugin(instance, "swamp", code=SWAMP)
    try:
        assert hinka("--instance", str(instance), "plugin", "enable", "swamp").returncode == 0
        with serving(instance, "--workers", "1") as (_process, url):
            yield url
    finally:
        hinka("--instance", str(instance), "plugin", "resume", "swamp")
        shutil.rmtree(place)

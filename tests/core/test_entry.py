"""The application that the server gets: whatever breaks, there is one."""

import gc

import pytest

from core.config import Config, read_config, write_config
from core.serve import entry
from core.serve.entry import Maintenance, safe_web

FAILS_LATE = """from core.api import MenuItem, hook


class Odd(str):
    def __hash__(self):
        raise MemoryError("no room")


@hook
def menu_items():
    return [MenuItem("odd", "Odd", Odd("home.index"), "x")]
"""


@pytest.fixture
def config(tmp_path):
    place = tmp_path / "plugins" / "odd"
    place.mkdir(parents=True)
    (place / "plugin.toml").write_text('name = "odd"\ntitle = "Odd"\nversion = "1"\ndefault_on = true\n')
    (place / "__init__.py").write_text("")
    (place / "hooks.py").write_text(FAILS_LATE)
    write_config(Config(folder=tmp_path))
    return read_config(tmp_path, environment={})


def asked(app, path="/healthz"):
    said = []
    body = b"".join(app({"REQUEST_METHOD": "GET", "PATH_INFO": path, "SERVER_NAME": "x", "SERVER_PORT": "1",
                         "wsgi.url_scheme": "http"}, lambda status, headers, *_: said.append(status)))  # fmt: skip
    return said[0], body.decode()


def test_a_plugin_that_breaks_the_application_in_an_unforeseen_way_is_left_out_and_named(config):
    app = safe_web(config)
    assert asked(app)[0] == "200 OK"
    refusal = app.extensions["hinka"].refusals[0]
    assert (refusal.plugin, "MemoryError: no room" in refusal.reason) == ("odd", True)


def test_without_a_database_there_is_a_page_in_three_languages_until_it_is_back(config, monkeypatch):
    make, now = entry.make_web, [100.0]
    monkeypatch.setattr(entry, "make_web", lambda *_arguments: 1 / 0)
    monkeypatch.setattr(entry.time, "monotonic", lambda: now[0])
    app = safe_web(config, ["odd"])
    assert isinstance(app, Maintenance)
    status, body = asked(app)
    assert status == "503 Service Unavailable"
    assert all(word in body for word in ("Please try again", "provoni përsëri", "Повторите"))
    monkeypatch.setattr(entry, "make_web", make)
    assert asked(app)[0] == "503 Service Unavailable"
    now[0] += entry.RETRY_S
    assert asked(app)[0] == "200 OK"


def test_no_collection_of_garbage_walks_what_a_start_made(config):
    gc.unfreeze()
    safe_web(config, ["odd"])
    try:
        assert gc.get_freeze_count() > 10_000
    finally:
        gc.unfreeze()

"""What tests keep from one another is what each would have made itself."""

import importlib.metadata
import sys

import pytest
from flask import Flask

from tests.quick import KeptRule


class Kept(Flask):
    url_rule_class = KeptRule


def routes(kind: type[Flask]) -> tuple[list, list]:
    """Returns what an application finds under addresses, and the addresses it makes."""
    app = kind("app")
    for rule, endpoint in (("/", "home"), ("/card/<int:number>", "card"), ("/files/<path:name>", "files")):
        app.add_url_rule(rule, endpoint)
    adapter = app.url_map.bind("localhost")
    found = [adapter.match(path) for path in ("/", "/card/7", "/files/a/b.txt")]
    return found, [adapter.build(endpoint, values) for endpoint, values in found]


@pytest.mark.parametrize("time", ["first", "again"])
def test_kept_addresses_are_those_of_flask(time):
    assert routes(Kept) == routes(Flask), time


def test_a_distribution_that_comes_later_is_found(tmp_path, monkeypatch):
    assert not importlib.metadata.entry_points(group="hinka.trial")
    folder = tmp_path / "late-1.0.dist-info"
    folder.mkdir()
    (folder / "METADATA").write_text("Name: late\nVersion: 1.0\n")
    (folder / "entry_points.txt").write_text("[hinka.trial]\nlate = late\n")
    monkeypatch.setattr(sys, "path", [str(tmp_path), *sys.path])
    assert [entry.name for entry in importlib.metadata.entry_points(group="hinka.trial")] == ["late"]

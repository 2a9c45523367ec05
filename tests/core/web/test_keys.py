"""The list of keys: every key that a page marks is told in it, and “?” opens it on every page."""

import re
from pathlib import Path

import core
from core.web.keys import KEYS
from core.web.lists.definition import GRAPH, LIST

ROOT = Path(core.__file__).parent
TOLD = {" ".join(pressed).lower() for _title, keys in KEYS for pressed, _words in keys}


def test_every_key_of_a_template_is_told():
    marked = {
        key
        for file in ROOT.rglob("templates/**/*.html")
        for key in re.findall(r'data-key="([^"{]+)"', file.read_text())
    }
    assert {key.lower() for key in marked} <= TOLD


def test_every_key_of_a_list_is_told():
    source = (ROOT / "web/static/js/lists.js").read_text()
    acts = re.search(r"const ACTS = \{(.*?)\n\};", source, re.DOTALL)[1]
    keys = set(re.findall(r'^  "?([^\s":]+)"?:', acts, re.MULTILINE)) - {"ArrowDown", "ArrowUp"}
    assert {key.lower() for key in keys} | {f"g {view.keys}" for view in (LIST, GRAPH)} <= TOLD


def test_question_mark_opens_the_keys_over_the_page(web, make):
    visitor = web.sign_in(make.user(name="Sara"))
    assert 'hx-get="/keys" hx-target="#dialogs" data-key="?"' in visitor.text("/clients/")
    assert visitor.get("/keys", headers={"HX-Request": "true"}).text.lstrip().startswith("<dialog")
    assert "<kbd>Ctrl</kbd><kbd>Enter</kbd>" in visitor.text("/keys")

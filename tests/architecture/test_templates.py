"""Pages obey the content security policy: no code and no style inside them, and words go through translation."""

import re
from pathlib import PurePosixPath

import pytest

from tests.architecture.source import files, text

# A PDF and a message have no script and no policy, and mail readers know only style inside.
OFF_SCREEN = {"paper", "mail"}
BANNED = {
    "a script inside the page": re.compile(r"<script(?![^>]*\bsrc=)(?![^>]*type=.application/json)", re.IGNORECASE),
    "a style sheet inside the page": re.compile(r"<style\b", re.IGNORECASE),
    "a style attribute": re.compile(r"<[^>]*\sstyle\s*=", re.IGNORECASE),
    "hx-on": re.compile(r"\bhx-on\b", re.IGNORECASE),
    "code in an attribute": re.compile(r"<[^>]*\son[a-z]+\s*=", re.IGNORECASE),
    "a js: value": re.compile(r"[\"'{,]\s*(js|javascript):", re.IGNORECASE),
    "a trigger filter": re.compile(r"hx-trigger\s*=\s*([\"'])[^\"']*\w\[", re.IGNORECASE),
    "an address of another host": re.compile(r"\b(src|href)\s*=\s*[\"']?(https?:)?//", re.IGNORECASE),
}


def complaints(path: str, source: str) -> list[str]:
    bare = re.sub(r"\{#.*?#\}", _keep_lines, source, flags=re.DOTALL)
    return [
        f"{path}:{bare.count(chr(10), 0, found.start()) + 1} has {what}"
        for what, pattern in BANNED.items()
        for found in pattern.finditer(bare)
    ]


def is_off_screen(path: str) -> bool:
    """Tells whether the template lies in a folder `paper` or `mail`, or is such a page itself (`paper.html`)."""
    place = PurePosixPath(path)
    return bool(OFF_SCREEN.intersection((*place.parts, place.stem)))


def _keep_lines(comment: re.Match) -> str:
    return "\n" * comment[0].count("\n")


def test_templates_obey_the_policy():
    pages = files("core", "plugins", suffixes=(".html", ".svg"))
    shown = [path for path in pages if "/templates/" in path and not is_off_screen(path)]
    assert [complaint for path in shown for complaint in complaints(path, text(path))] == []


@pytest.mark.parametrize(
    "sample",
    [
        "<script>go()</script>",
        "<style>p {}</style>",
        '<p class="a" style="color: red">',
        '<p\n  style="color: red">',
        '<button hx-on:click="go()">',
        '<button onclick="go()">',
        "<button hx-vals='js:{a: b()}'>",
        '<a href="javascript:go()">',
        '<input hx-trigger="keyup[ctrlKey] delay:1s">',
        '<script src="https://example.com/a.js"></script>',
    ],
)
def test_banned_code_would_be_found(sample):
    assert complaints("a.html", sample)


@pytest.mark.parametrize(
    "sample",
    [
        '<script src="/static/dist/hinka.js" type="module"></script>',
        '<script type="application/json">{"mark": "bar"}</script>',
        '<input hx-trigger="keyup changed delay:300ms" hx-get="/x">',
        "{# <script> would be refused #}",
        '<p data-style="wide" class="on">on = off</p>',
    ],
)
def test_allowed_code_is_left_alone(sample):
    assert complaints("a.html", sample) == []

"""A chart on paper and the same chart on screen are drawn by the same minor version of Vega-Lite."""

import json
from pathlib import Path

import vl_convert

PACKAGES = json.loads((Path(__file__).resolve().parents[1] / "package-lock.json").read_text())["packages"]


def test_paper_and_screen_draw_with_the_same_vega_lite():
    major, minor, _ = PACKAGES["node_modules/vega-lite"]["version"].split(".")
    assert vl_convert.get_vegalite_versions()[-1] == f"{major}.{minor}"


def test_paper_and_screen_draw_with_the_same_vega():
    assert PACKAGES["node_modules/vega"]["version"] == vl_convert.get_vega_version()

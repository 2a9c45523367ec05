"""Discovery, order and refusal of plugins."""

from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from core import VERSION
from core.boot import boot
from core.config import Config, read_config, write_config
from core.errors import Conflict, NotFound, PluginRefused
from core.hooks.order import in_order
from core.hooks.plugins import Manifest, discover, read_manifest
from core.hooks.switch import disable, enable, states
from core.hooks.versions import can_agree, fits
from tests.core.hooks.written import write_plugin


def manifest(name: str, *requires: str, core: str = "", distributions: tuple[str, ...] = ()) -> Manifest:
    return Manifest(
        name, name.title(), "1.0", Path(name), name, requires=requires, core=core, distributions=distributions
    )


def by_name(*manifests: Manifest) -> dict[str, Manifest]:
    return {found.name: found for found in manifests}


@pytest.fixture
def folder(tmp_path):
    write_config(Config(folder=tmp_path))
    return tmp_path


def booted(folder: Path, *plugins: str):
    config = read_config(folder, environment={})
    return boot(Config(**{**config.__dict__, "plugins": plugins or None}), pragmas={"synchronous": "off"})


def test_what_is_required_comes_first():
    found, refused = in_order(by_name(manifest("a", "b"), manifest("b", "c"), manifest("c")), ["a"])
    assert ([item.name for item in found], refused) == (["c", "b", "a"], [])


def test_a_circle_is_refused_and_shown():
    found, refused = in_order(by_name(manifest("a", "b"), manifest("b", "a")), ["a"])
    assert (found, refused[0].plugin) == ([], "a")
    assert "a → b → a" in refused[0].reason


def test_a_missing_requirement_is_refused_with_a_remedy():
    _found, refused = in_order(by_name(manifest("a", "ghost")), ["a"])
    assert "it requires ghost, not installed" in refused[0].reason
    assert "ghost" in refused[0].remedy


def test_a_missing_distribution_is_refused_with_the_line_to_type():
    _found, refused = in_order(by_name(manifest("a", distributions=("no-such-package-x",))), ["a"])
    assert refused[0].remedy == "pip install no-such-package-x"


def test_a_core_that_does_not_fit_is_refused():
    _found, refused = in_order(by_name(manifest("a", core=">=99")), ["a"])
    assert "wants >=99" in refused[0].reason


@pytest.mark.parametrize(
    ("version", "wanted", "expected"),
    [
        ("0.1.0", "", True),
        ("0.1.0", ">=0.1,<1", True),
        ("0.1", "==0.1.0", True),
        ("1.0", ">=0.1,<1", False),
        ("0.9", "!=0.9", False),
        ("0.9", "~0.9", False),
    ],
)
def test_versions_fit_ranges(version, wanted, expected):
    assert fits(version, wanted) is expected


@pytest.mark.parametrize(
    ("ranges", "expected"),
    [
        ((">=1,<2", ">=1.5"), True),
        ((">=2", "<2"), False),
        ((">=2", "<=2"), True),
        ((">1,<3", "!=2"), True),
        ((">=1.2,<=1.2", "!=1.2"), False),
        (("", "<0.1"), True),
        ((), True),
    ],
)
def test_ranges_agree_when_a_version_lies_in_all(ranges, expected):
    assert can_agree(ranges) is expected


@given(st.lists(st.sampled_from([">=1", "<1", "==1.5", ">2,<3", "!=2.1", "<=2", ">=2.1"]), max_size=4))
def test_ranges_agree_as_a_search_through_versions_says(ranges):
    versions = [f"{major}.{minor}.{patch}" for major in range(4) for minor in range(7) for patch in range(2)]
    assert can_agree(ranges) is any(all(fits(version, one) for one in ranges) for version in versions)


def test_a_version_that_does_not_fit_is_refused(folder):
    write_plugin(folder, "base")
    write_plugin(folder, "tall", extra='requires = ["base>=2,<3"]\n')
    crm = booted(folder, "tall")
    assert [(one.plugin, one.reason) for one in crm.refusals] == [
        ("tall", "tall wants base >=2,<3; here is base 1.0."),
    ]


def test_a_deadlock_of_versions_is_explained(folder):
    write_plugin(folder, "base")
    write_plugin(folder, "old", extra='requires = ["base <2"]\n')
    write_plugin(folder, "young", extra='requires = ["base>=2"]\n')
    crm = booted(folder, "old", "young")
    assert crm.hooks.order[:2] == ["base", "old"]
    (refusal,) = crm.refusals
    assert refusal.reason == "old wants base <2, but young wants base >=2: no version suits both."


def test_a_plugin_for_another_core_is_no_deadlock_with_those_that_fit(folder):
    write_plugin(folder, "base", extra='core = "<2"\n')
    write_plugin(folder, "ahead", extra='core = ">=9"\n')
    crm = booted(folder, "base", "ahead")
    (refusal,) = crm.refusals
    assert (refusal.plugin, refusal.reason) == ("ahead", f"this is Hinka {VERSION}; ahead wants >=9.")
    assert "base" in crm.hooks.order


@pytest.mark.parametrize("wanted", ["base=2", "base 2", "Base", ">=2", "base>=2;"])
def test_a_requirement_that_is_none_is_refused(tmp_path, wanted):
    (tmp_path / "x").mkdir()
    (tmp_path / "x" / "plugin.toml").write_text(f'name = "x"\ntitle = "X"\nversion = "1"\nrequires = ["{wanted}"]\n')
    with pytest.raises(PluginRefused, match="requires names"):
        read_manifest(tmp_path / "x", "plugins.x")


def test_a_manifest_with_an_unknown_key_is_refused(tmp_path):
    (tmp_path / "plugin.toml").write_text('name = "x"\ntitle = "X"\nversion = "1"\ncolour = "red"\n')
    with pytest.raises(PluginRefused, match="'colour'"):
        read_manifest(tmp_path, "x")


def test_discovery_imports_no_code(folder):
    write_plugin(folder, "landmine", code="raise SystemExit('imported')")
    found, _refused = discover(folder / "plugins")
    assert found["landmine"].title == "landmine"


def test_a_plugin_that_cannot_be_imported_is_left_out_and_the_rest_starts(folder):
    write_plugin(folder, "sick", code="import nothing_of_the_kind")
    write_plugin(folder, "sound")
    crm = booted(folder, "sick", "sound")
    assert [plugin.name for plugin in crm.plugins] == ["sound"]
    assert "nothing_of_the_kind" in crm.refusals[0].reason


def test_a_plugin_whose_start_hook_fails_is_left_out(folder):
    code = "from core.api import hook\n\n\n@hook\ndef permissions():\n    raise ValueError('no')\n"
    write_plugin(folder, "moody", code=code)
    crm = booted(folder, "moody")
    assert (crm.plugins, crm.refusals[0].plugin) == ([], "moody")


def test_what_requires_a_refused_plugin_is_refused_too(folder):
    write_plugin(folder, "base", code="syntax error here")
    write_plugin(folder, "above", extra='requires = ["base"]\n')
    crm = booted(folder, "above", "base")
    assert {refusal.plugin for refusal in crm.refusals} == {"base", "above"}


def test_a_bad_migration_is_rolled_back_and_its_plugin_stays_off(folder):
    write_plugin(folder, "digger")
    migrations = folder / "plugins" / "digger" / "migrations"
    migrations.mkdir()
    (migrations / "m0001_hole.py").write_text(
        "def up(migration):\n    migration.create_table('digger_hole', 'id id')\n    raise RuntimeError('cave-in')\n"
    )
    crm = booted(folder, "digger")
    assert "cave-in" in crm.refusals[0].reason
    assert "digger_hole" not in crm.database.get_tables()


def test_switching_on_brings_what_is_required(folder):
    write_plugin(folder, "lamp", extra='requires = ["mains"]\n')
    write_plugin(folder, "mains")
    crm = booted(folder)
    assert set(enable(crm, "lamp")) == {"lamp", "mains"}
    assert {plugin.name for plugin in booted(folder).plugins} >= {"lamp", "mains"}


def test_a_required_plugin_can_not_be_switched_off(folder):
    write_plugin(folder, "roof", extra='requires = ["wall"]\n')
    write_plugin(folder, "wall")
    enable(booted(folder), "roof")
    with pytest.raises(Conflict, match="roof requires wall"):
        disable(booted(folder), "wall")


def test_switching_off_keeps_the_rest(folder):
    write_plugin(folder, "one")
    enable(booted(folder), "one")
    disable(booted(folder), "one")
    assert {state.name: state.state for state in states(booted(folder))}["one"] == "off"


def test_a_broken_plugin_can_not_be_switched_on(folder):
    write_plugin(folder, "cracked", code="1 / 0")
    crm = booted(folder)
    with pytest.raises(PluginRefused, match="ZeroDivisionError"):
        enable(crm, "cracked")
    assert {state.name: state.state for state in states(booted(folder))}["cracked"] == "off"


def test_switching_is_refused_when_the_file_lists_the_plugins(folder):
    write_plugin(folder, "pinned")
    with pytest.raises(Conflict, match=r"customer\.toml"):
        enable(booted(folder, "pinned"), "pinned")


def test_an_unknown_plugin_can_not_be_switched_on(folder):
    with pytest.raises(NotFound, match="ghost"):
        enable(booted(folder), "ghost")


def test_a_link_runs_exactly_when_all_that_it_joins_do(folder):
    for name in ("left", "right"):
        write_plugin(folder, name)
    write_plugin(folder, "bridge", extra='links = ["left", "right"]\n')
    write_plugin(folder, "toll", extra='links = ["bridge"]\n')
    running = [[plugin.name for plugin in booted(folder, *on).plugins] for on in (["left"], ["left", "right"])]
    assert (running[0], set(running[1])) == (["left"], {"left", "right", "bridge", "toll"})
    assert running[1].index("bridge") > max(running[1].index("left"), running[1].index("right"))


def test_a_link_is_not_switched_by_hand(folder):
    write_plugin(folder, "bridge", extra='links = ["reports", "importers"]\n')
    for switch in (enable, disable):
        with pytest.raises(Conflict, match="itself on and off with reports and importers"):
            switch(booted(folder), "bridge")

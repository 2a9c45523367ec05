"""The guide for authors of plugins is run as it stands: its plugins are built, checked, switched on and used."""

import os
import subprocess
import sys
import sysconfig
import venv
from pathlib import Path

import pytest

from core.kit.check import check

from .guide import ROOT, build, files_of_guide

EXAMPLE = ROOT / "examples" / "messenger"
OF_GUIDE_ALONE = ("swift", "warranty", "cities")
MOST_LINES = 150


def run(*command, cwd=ROOT, **environment):
    done = subprocess.run(
        [str(part) for part in command],
        cwd=cwd,
        capture_output=True,
        text=True,
        timeout=120,
        env={**os.environ, **environment},
    )
    assert done.returncode == 0, done.stdout[-3000:] + done.stderr[-3000:]
    return done.stdout


def run_tests(folder):
    return run(sys.executable, "-m", "pytest", "-q", "-p", "no:cacheprovider", "-c", ROOT / "pyproject.toml", folder)


@pytest.fixture(scope="module")
def built(tmp_path_factory):
    """Returns a folder with the plugins as the guide says them."""
    folder = tmp_path_factory.mktemp("guide")
    for plugin in ("messenger", *OF_GUIDE_ALONE):
        build(folder, plugin)
    return folder


def test_guide_and_example_say_the_same():
    said = {name: text for name, text in files_of_guide().items() if name.partition("/")[0] not in OF_GUIDE_ALONE}
    assert said
    assert {name: (EXAMPLE / name).read_text("utf-8") for name in said} == said


def test_guide_holds_the_whole_messenger(built):
    kept = {
        path.relative_to(EXAMPLE) for path in (EXAMPLE / "messenger").rglob("*.*") if "__pycache__" not in path.parts
    }
    assert {path.relative_to(built) for path in (built / "messenger").rglob("*.*")} == kept


def test_messenger_takes_at_most_150_lines(built):
    assert sum(path.read_text().count("\n") for path in (built / "messenger").rglob("*.py")) <= MOST_LINES


@pytest.mark.parametrize("plugin", ["messenger", *OF_GUIDE_ALONE])
def test_plugin_of_the_guide_keeps_the_contract(built, plugin):
    assert check(str(built / plugin)) == []


def test_messenger_sends_and_receives():
    assert " passed" in run_tests(EXAMPLE / "tests")


@pytest.mark.parametrize("plugin", OF_GUIDE_ALONE)
def test_plugin_of_the_guide_does_what_its_tests_say(built, plugin):
    assert " passed" in run_tests(built / plugin / "tests")


def test_messenger_is_installed_from_a_wheel_checked_and_switched_on(tmp_path):
    wheels = tmp_path / "wheels"
    offline = ("--no-deps", "--no-index", "--disable-pip-version-check", "-q")
    source = tmp_path / "source"
    build_from(source)
    run(sys.executable, "-m", "pip", "wheel", *offline, "--no-build-isolation", "-w", wheels, source)
    python = clean_environment(tmp_path / "clean")
    run(sys.executable, "-m", "pip", "--python", python, "install", *offline, *wheels.glob("*.whl"))
    hinka = (python, ROOT / "app.py", "--instance", tmp_path / "instance")
    run(*hinka, "init", cwd=tmp_path)
    assert "keeps the contract" in run(*hinka, "plugin", "check", "messenger", cwd=tmp_path)
    assert "On: messenger" in run(*hinka, "plugin", "enable", "messenger", cwd=tmp_path)
    assert "messenger" in run(*hinka, "plugin", "list", cwd=tmp_path)


def build_from(folder):
    """Copies what makes the wheel: no traces of earlier builds, and none left in the repository."""
    for name in ("pyproject.toml", *(f"messenger/{one}" for one in os.listdir(EXAMPLE / "messenger"))):
        path = EXAMPLE / name
        if path.is_file():
            (folder / name).parent.mkdir(parents=True, exist_ok=True)
            (folder / name).write_text(path.read_text("utf-8"), "utf-8")
    (folder / "messenger/providers").mkdir()
    for path in (EXAMPLE / "messenger/providers").glob("*.py"):
        (folder / "messenger/providers" / path.name).write_text(path.read_text("utf-8"), "utf-8")


def clean_environment(folder: Path) -> Path:
    """Returns the Python of a new environment that holds what Hinka needs, by reference, and no plugin."""
    venv.create(folder, with_pip=False, symlinks=True)
    site = next(folder.glob("lib/python*/site-packages"))
    (site / "hinka.pth").write_text(f"{ROOT}\n{sysconfig.get_path('purelib')}\n")
    return folder / "bin" / "python"

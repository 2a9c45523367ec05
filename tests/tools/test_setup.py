"""Set-up is quick and quiet when nothing changed, and says exactly what to type where it may not install."""

import subprocess

import pytest

from tests.architecture.source import ROOT

SYSTEM = ". tools/system.sh\n"


def bash(script: str) -> subprocess.CompletedProcess:
    return subprocess.run(["bash", "-c", script], cwd=ROOT, capture_output=True, text=True)


def steps_of(*paths: str) -> str:
    """Returns a script with the functions of setup.sh that counts how often a step over `paths` is done."""
    functions = (ROOT / "tools" / "setup.sh").read_text().rpartition("\nmain\n")[0]
    body = functions.replace('cd "$(dirname "$0")/.."', "")
    step = f"step sample count {' '.join(paths)}"
    return f"{body}\nSTAMPS=$1\ncount() {{ echo done; }}\n{step}\n"


@pytest.fixture
def step(tmp_path):
    """Returns a function that runs a step over one file and tells whether it was done."""
    (tmp_path / "lock").write_text("one")
    script = tmp_path / "steps.sh"
    script.write_text(steps_of(str(tmp_path / "lock")))

    def run(content: str) -> bool:
        (tmp_path / "lock").write_text(content)
        command = ["bash", script, tmp_path / "stamps"]
        done = subprocess.run(command, cwd=ROOT, check=True, capture_output=True, text=True)
        return done.stdout == "done\n"

    return run


def test_step_is_done_once(step):
    assert [step("one"), step("one")] == [True, False]


def test_step_is_done_again_when_a_file_changed(step):
    assert [step("one"), step("two"), step("two")] == [True, True, False]


def test_one_who_may_not_install_reads_what_to_type():
    # Neither root nor sudo: as on a colleague's machine.
    asked = "system_packages chromium postgresql"
    done = bash(SYSTEM + "id() { echo 1000; }\nsudo() { return 1; }\napt-get() { return 1; }\n" + asked)
    assert done.returncode == 1
    assert "sudo apt-get install -y chromium postgresql" in done.stderr


def test_make_alone_lists_what_one_can_do():
    listed = subprocess.run(["make"], cwd=ROOT, check=True, capture_output=True, text=True).stdout
    assert all(f"make {target} " in listed for target in ("run", "test", "lint", "docs", "bench", "translations"))

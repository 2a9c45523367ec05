"""An instance as an outsider sees it: commands and files, nothing of our code."""

import json
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]


class Hinka:
    """Runs the command on one instance."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder

    def __call__(self, *arguments: str) -> subprocess.CompletedProcess[str]:
        command = [sys.executable, "-m", "app", "--instance", str(self.folder), *map(str, arguments)]
        return subprocess.run(command, cwd=ROOT, capture_output=True, text=True, timeout=300)

    def json(self, *arguments: str) -> dict:
        """Returns the one JSON document that a command prints, which must end well."""
        done = self(*arguments)
        assert done.returncode == 0, done.stderr
        return json.loads(done.stdout)

    def report(self, name: str, **params: str) -> dict:
        """Returns a report as JSON."""
        given = [word for key, value in params.items() for word in ("--param", f"{key.rstrip('_')}={value}")]
        return self.json("report", name, *given, "--format", "json")


@pytest.fixture(scope="module")
def hinka(tmp_path_factory) -> Hinka:
    """Returns the command on a new, empty instance of this module."""
    command = Hinka(tmp_path_factory.mktemp("contract") / "instance")
    done = command("init")
    assert done.returncode == 0, done.stderr
    return command

"""Commands in a process of their own, where nobody has opened the instance before."""

import subprocess
import sys
from pathlib import Path

ROOT = Path(__file__).resolve().parents[3]


def hinka(folder: Path, *arguments: str) -> subprocess.CompletedProcess:
    command = [sys.executable, "-m", "app", "--instance", str(folder), *arguments]
    return subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=False)


def test_token_create_prints_the_token_alone(tmp_path):
    assert hinka(tmp_path / "a", "init").returncode == 0
    done = hinka(tmp_path / "a", "token", "create", "--user", "admin")
    assert (done.returncode, done.stderr) == (0, "")
    assert done.stdout.startswith("hk_")
    assert len(done.stdout.split()) == 1

"""No file of ours escapes the linter: a pattern of what it leaves out has once taken a whole package along."""

import subprocess
import sys
from pathlib import Path

from tests.architecture.source import ROOT, files


def test_the_linter_reads_every_file_of_ours():
    ruff = Path(sys.executable).with_name("ruff")
    command = [ruff, "check", "--show-files", "."]
    listed = subprocess.run(command, cwd=ROOT, check=True, capture_output=True, text=True).stdout
    read = {str(Path(line).relative_to(ROOT)) for line in listed.splitlines()}
    assert [path for path in files("app.py", "core", "plugins", "tests", "tools") if path not in read] == []

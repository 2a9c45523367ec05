"""Takes the files out of docs/plugin-guide.md: a block of code whose first line names one is that file."""

import re
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
GUIDE = ROOT / "docs" / "plugin-guide.md"
_BLOCK = re.compile(r"^```\w+\n(?:# |<!-- |\{# )([\w./]+\.\w+)(?: -->| #\})?\n(.*?)\n?```$", re.MULTILINE | re.DOTALL)


def files_of_guide() -> dict[str, str]:
    """Returns what the guide says of each file, by its path."""
    found = _BLOCK.findall(GUIDE.read_text("utf-8"))
    return {name: f"{text}\n" if text else "" for name, text in found}


def build(folder: Path, plugin: str) -> Path:
    """Writes the files of one of the guide's plugins below a folder and returns the plugin's own."""
    for name, text in files_of_guide().items():
        if name.startswith(f"{plugin}/"):
            path = folder / name
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_text(text, "utf-8")
    return folder / plugin

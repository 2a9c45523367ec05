"""Plugins that a test writes into an instance's own folder."""

import sys
from pathlib import Path

import plugins

HOOKS = """from core.api import MenuItem, hook


@hook
def menu_items():
    return [MenuItem('{0}', '{0}', 'home.index', 'x')]
"""


def write_plugin(folder: Path, name: str, *, code: str | None = None, extra: str = "") -> Path:
    """Writes a plugin that is found but not yet on, and returns its folder."""
    # What another test wrote under this name is another plugin.
    del plugins.__path__[1:]
    for module in [module for module in sys.modules if module.startswith(f"plugins.{name}")]:
        del sys.modules[module]
    place = folder / "plugins" / name
    place.mkdir(parents=True)
    (place / "plugin.toml").write_text(f'name = "{name}"\ntitle = "{name}"\nversion = "1.0"\n{extra}')
    (place / "__init__.py").write_text("")
    (place / "hooks.py").write_text(HOOKS.format(name) if code is None else code)
    return place

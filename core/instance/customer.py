"""One customer's set-up as a file: what `customer.toml` says, with plugins and settings chosen in the interface.

Secrets are left out: they come from the environment or are typed anew.
"""

import json
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from core.config import KNOWN_KEYS, Config, check_config, read_values
from core.errors import ConfigError, InvalidInput, guess
from core.hooks.switch import save_names, saved_names
from core.runtime import CRM
from core.settings import Setting

PLAIN = ("name", "language", "currency", "country", "time_zone", "base_url")
# What a set-up may say that is only of interest when an instance is made.
AT_FIRST = {"deal_types"}
PROFILES = Path(__file__).parent / "profiles"


def export(crm: CRM) -> str:
    """Returns the set-up as TOML, from which `hinka init --from` makes an instance like this one."""
    lines = ["# Written by “hinka config export”; secrets are not in it."]
    plain = {name: getattr(crm.config, name) for name in PLAIN}
    lines += [f"{name} = {_toml(value)}" for name, value in plain.items() if value]
    lines.append(f"plugins = {_toml(saved_names(crm) if crm.config.plugins is None else list(crm.config.plugins))}")
    for key, group in sorted(crm.settings.groups.items()):
        secret = {name for name, field in group.schema().fields.items() if field.metadata.get("secret")}
        saved = {row.name: row.value for row in Setting.select().where(Setting.plugin == key)}
        values = {**saved, **crm.config.settings.get(key, {})}
        known = {name: value for name, value in sorted(values.items()) if name not in secret and value is not None}
        if known:
            lines += ["", f"[settings.{_toml(key) if '.' in key else key}]"]
            lines += [f"{name} = {_toml(value)}" for name, value in known.items()]
    return "\n".join(lines) + "\n"


def read_set_up(file: Path) -> dict[str, Any]:
    """Returns what such a file says; raises ConfigError for one that is none."""
    values = read_values(file, KNOWN_KEYS | AT_FIRST)
    check_config(Config(file.parent, **{key: values[key] for key in PLAIN if key in values}), file)
    return values


def profiles() -> list[str]:
    """Returns the names of the set-ups for kinds of companies that Hinka brings along."""
    return sorted(path.stem for path in PROFILES.glob("*.toml"))


def joined(profile: str, file: Path | None) -> dict[str, Any]:
    """Returns the set-up of a profile, changed by what a file says; either may be missing."""
    base = read_set_up(PROFILES / f"{profile}.toml") if profile else {}
    own = read_set_up(file) if file else {}
    settings = {key: dict(values) for key, values in base.get("settings", {}).items()}
    for key, values in own.get("settings", {}).items():
        settings.setdefault(key, {}).update(values)
    return {**base, **own, "settings": settings}


def apply(crm: CRM, set_up: Mapping[str, Any]) -> None:
    """Switches on the plugins of a set-up and saves its settings, so that both can be changed in the interface."""
    wanted = set_up.get("plugins")
    missing = [name for name in wanted or () if name not in crm.manifests]
    if missing:
        remedy = guess(missing[0], crm.manifests) or " Install it first, or take it out of the file."
        raise ConfigError(f"There is no plugin {missing[0]}.{remedy}")
    if wanted is not None:
        save_names(crm, list(wanted))
    for key, values in set_up.get("settings", {}).items():
        with crm.work():
            _save(crm, key, values)


def _save(crm: CRM, key: str, values: Mapping[str, Any]) -> None:
    if key not in crm.settings.groups:
        raise ConfigError(f"There are no settings [settings.{key}].{guess(key, crm.settings.groups)}")
    names = crm.settings.groups[key].schema().fields
    if unknown := [name for name in values if name not in names]:
        remedy = guess(unknown[0], names) or f" There are {', '.join(names)}."
        raise ConfigError(f"[settings.{key}] has no {unknown[0]}.{remedy}")
    try:
        crm.settings.save(key, values)
    except InvalidInput as error:
        name, words = next(iter(error.fields.items()))
        raise ConfigError(f"[settings.{key}] {name}: {' '.join(map(str, words))}") from error


def _toml(value: Any) -> str:
    """Returns a value as TOML: texts, numbers and lists are written as in JSON."""
    if isinstance(value, Mapping):
        inner = ", ".join(f"{json.dumps(name)} = {_toml(one)}" for name, one in value.items())
        return f"{{ {inner} }}"
    if isinstance(value, list | tuple):
        return f"[{', '.join(_toml(one) for one in value)}]"
    return json.dumps(value, ensure_ascii=False)

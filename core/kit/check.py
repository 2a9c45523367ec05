"""The contract that every plugin keeps, checked on a scratch instance: what is broken is said in sentences."""

import shutil
import tempfile
from contextlib import closing
from pathlib import Path

from core.boot import boot
from core.config import Config, read_config, write_config
from core.errors import CRMError, guess
from core.hooks.plugins import MANIFEST, Manifest, discover, read_manifest
from core.kit.files import look_at_files
from core.kit.running import look_at_running
from core.serve.trial import try_out


def check(place: str) -> list[str]:
    """Returns what is wrong with the plugin in a folder, or with an installed one of that name; [] for nothing.

    Its code is run in another process first; raises CRMError if there is no plugin at all.
    """
    manifest = _find(place)
    findings = list(look_at_files(manifest))
    with tempfile.TemporaryDirectory(prefix="hinka-check-") as scratch:
        config = _scratch(Path(scratch), manifest)
        with closing(boot(config).database) as database:
            before = set(database.get_tables())
        trial = try_out(config, [manifest.name])
        refused = list(filter(None, (trial.fatal, *trial.refusals)))
        if refused:
            return findings + [f"It can't be switched on: {one.reason}" for one in refused]
        return [*findings, trial.error] if trial.error else [*findings, *look_at_running(config, manifest, before)]


def _find(place: str) -> Manifest:
    folder = Path(place)
    if (folder / MANIFEST).is_file():
        return read_manifest(folder.resolve(), f"plugins.{folder.resolve().name}")
    found = discover()[0].get(place)
    if found is None:
        known = guess(place, discover()[0])
        raise CRMError(f"There is no {MANIFEST} in {place}, and no plugin of that name is installed.{known}")
    return found


def _scratch(folder: Path, manifest: Manifest) -> Config:
    write_config(Config(folder=folder))
    if manifest.name not in discover()[0]:
        shutil.copytree(manifest.folder, folder / "plugins" / manifest.name)
    return read_config(folder, environment={})

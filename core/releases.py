"""Which release an instance runs: a link in its folder to the release's own, each with an environment of its own.

Several releases stand side by side; one customer after another goes over, and back, by one command. The unit of
systemd starts what the link names.
"""

import os
import subprocess  # noqa: S404 - starts our own program
from pathlib import Path

from core.errors import CRMError, NotFound

OWN = Path(__file__).resolve().parents[1]
LINK, BEFORE = "release", "release.before"
PROGRAM = Path(".venv", "bin", "hinka")


def link(folder: Path, release: Path) -> None:
    """Makes the instance in `folder` run a release from its next start on; the one before is remembered."""
    present = current(folder)
    if present == release.resolve():
        return
    if present is not None:
        _point(folder / BEFORE, present)
    _point(folder / LINK, release.resolve())


def current(folder: Path) -> Path | None:
    """Returns the folder of the release that an instance runs, None for one that was never linked."""
    return _target(folder / LINK)


def go_to(folder: Path, release: Path, *, only_rehearse: bool = False) -> None:
    """Lets the other release upgrade the instance with its own program, then links it; raises CRMError if it can't."""
    program = release.resolve() / PROGRAM
    if not program.exists():
        raise NotFound(f"There is no {program}: unpack the release there and run “make setup” in it.")
    command = [str(program), "--instance", str(folder.resolve()), "upgrade"]
    done = subprocess.run(command + ["--rehearse"] * only_rehearse, check=False)  # noqa: S603
    if done.returncode:
        raise CRMError(f"The instance stays with its release: {release} could not take it over.")
    if not only_rehearse:
        link(folder, release)


def go_back(folder: Path) -> Path:
    """Links the release that ran before the last one, and returns it; an instance with one release keeps it."""
    before = _target(folder / BEFORE)
    if before is not None:
        _point(folder / LINK, before)
        (folder / BEFORE).unlink()
    return current(folder) or OWN


def _target(path: Path) -> Path | None:
    return path.resolve() if path.is_symlink() else None


def _point(path: Path, target: Path) -> None:
    """Puts a link in the place of another at once, so that a start in between finds one of the two."""
    draft = path.with_name(f"{path.name}.new")
    draft.unlink(missing_ok=True)
    draft.symlink_to(target)
    os.replace(draft, path)

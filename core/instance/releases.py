"""Which release an instance runs: a link in its folder to the release's own, each with an environment of its own.

Several releases stand side by side; one customer after another goes over, and back, by one command. The unit of
systemd starts what the link names. What ran before stands in the folder `earlier`: a link each, named like the copy of
the database that was made when it was left.
"""

import os
import subprocess  # noqa: S404 - starts our own program
from dataclasses import dataclass
from pathlib import Path

from core.errors import CRMError, NotFound

OWN = Path(__file__).resolve().parents[2]
LINK, EARLIER = "release", "earlier"
# So many steps back are possible; what is older is forgotten, with its copy of the database.
KEPT = 3
PROGRAM = Path(".venv", "bin", "hinka")


@dataclass(frozen=True)
class Earlier:
    """A state to which an instance can go back: the release that ran, and the name of its copy of the database."""

    copy: str
    release: Path


def link(folder: Path, release: Path) -> None:
    """Makes the instance in `folder` run a release from its next start on."""
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


def remember(folder: Path, copy: str) -> None:
    """Notes that the instance's present release is left, with a copy of its database, for one that may go back."""
    (folder / EARLIER).mkdir(exist_ok=True)
    _point(folder / EARLIER / copy, current(folder) or OWN)


def earlier(folder: Path) -> list[Earlier]:
    """Returns the states to which an instance can go back, oldest first."""
    links = sorted(path for path in (folder / EARLIER).glob("*") if path.is_symlink())
    return [Earlier(path.name, path.resolve()) for path in links]


def steps_back(folder: Path, to: str = "") -> list[Earlier]:
    """Returns the steps back to a release, last one first; one step unless `to` has its folder or the folder's name.

    Raises NotFound where there is no such state, or its release was deleted.
    """
    known = earlier(folder)[::-1]
    if not known:
        raise NotFound("There is no copy from before an upgrade.")
    fits = [place for place, one in enumerate(known) if not to or to in (one.release.name, str(one.release))]
    if not fits:
        names = ", ".join(sorted({one.release.name for one in known}))
        raise NotFound(f"There is no way back to a release {to}; there is one to {names}.")
    target = known[fits[0]]
    if not target.release.is_dir():
        raise NotFound(f"The release {target.release} is gone: unpack it there again, and run “make setup” in it.")
    return known[: fits[0] + 1]


def forget(folder: Path, one: Earlier) -> None:
    """Takes a state off the list; its copy of the database is the caller's to drop."""
    (folder / EARLIER / one.copy).unlink(missing_ok=True)


def forget_oldest(folder: Path) -> None:
    """Takes all states but the last KEPT off the list."""
    for old in earlier(folder)[:-KEPT]:
        forget(folder, old)


def _target(path: Path) -> Path | None:
    return path.resolve() if path.is_symlink() else None


def _point(path: Path, target: Path) -> None:
    """Puts a link in the place of another at once, so that a start in between finds one of the two."""
    draft = path.with_name(f"{path.name}.new")
    draft.unlink(missing_ok=True)
    draft.symlink_to(target)
    os.replace(draft, path)

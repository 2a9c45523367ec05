"""A trial boot: the instance is made in a process of its own, so that a plugin which ends or stops it harms nobody.

`python -m core.serve.trial FOLDER NOTES [PLUGIN…]` does it; the notes tell how far it came, one line of JSON each.
"""

import json
import socket
import subprocess  # noqa: S404 - starts our own program
import sys
import tempfile
import threading
from collections.abc import Collection, Iterable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

from core.config import Config, read_config
from core.hooks.plugins import Refusal
from core.serve.entry import make_web
from core.serve.processes import Child

LIMIT_S = 20
LOOK_S = 0.2


@dataclass(frozen=True)
class Trial:
    """What a trial boot has shown: who was refused and why; `fatal` is the plugin that ended or stopped the process.

    `has_listeners` tells whether any plugin may hold lines open.
    """

    refusals: tuple[Refusal, ...] = ()
    fatal: Refusal | None = None
    error: str = ""
    has_listeners: bool = False

    @property
    def is_passed(self) -> bool:
        """Whether the instance came up, though perhaps without some plugins."""
        return self.fatal is None and not self.error


def try_here(config: Config, without: Iterable[str], listener: socket.socket, stop: threading.Event) -> Trial:
    """Boots on trial in a fork of this process, which must be the supervisor; ends it at once on `stop`."""
    try:
        with _notes() as notes:
            child = Child("trial", boot_on_trial, config, notes, tuple(without), without=listener)
            while not (child.is_dead or stop.is_set() or child.age_s > LIMIT_S):
                child.process.join(LOOK_S)
            has_ended = child.is_dead
            child.end(0)
            return Trial(error="It was interrupted.") if stop.is_set() else _read(notes, has_ended)
    except OSError as error:  # no room for notes
        return Trial(error=f"No trial is possible: {error}.")


def try_out(config: Config, plugins: Sequence[str]) -> Trial:
    """Boots on trial, with these plugins beside those that are on, in a new process; for any caller."""
    with _notes() as notes:
        command = [sys.executable, "-m", "core.serve.trial", str(config.folder), str(notes), *plugins]
        try:
            subprocess.run(command, timeout=LIMIT_S, check=False, cwd=Path(__file__).parents[2])  # noqa: S603
        except subprocess.TimeoutExpired:
            return _read(notes, has_ended=False)
        return _read(notes, has_ended=True)


def boot_on_trial(config: Config, notes: Path, without: Iterable[str] = (), more: Collection[str] = ()) -> None:
    """Makes the web application and writes into `notes` which plugin is called, then who was refused."""
    with notes.open("a") as file:

        def note(**line: Any) -> None:
            file.write(json.dumps(line) + "\n")
            file.flush()

        app = make_web(config, without, more=more, watch=lambda plugin, what: note(plugin=plugin, what=what))
        crm = app.extensions["hinka"]
        listens = bool(crm.hooks.answering("listeners"))
        note(refusals=[asdict(refusal) for refusal in crm.refusals], has_listeners=listens)


@contextmanager
def _notes() -> Iterator[Path]:
    with tempfile.TemporaryDirectory(prefix="hinka-trial-") as folder:
        notes = Path(folder) / "notes"
        notes.touch()
        yield notes


def _read(notes: Path, has_ended: bool) -> Trial:
    lines = [json.loads(line) for line in notes.read_text().splitlines(keepends=True) if line.endswith("\n")]
    last = lines[-1] if lines else {}
    if "refusals" in last:
        refusals = tuple(Refusal(**refusal) for refusal in last["refusals"])
        return Trial(refusals, has_listeners=last["has_listeners"])
    if last.get("plugin", "core") == "core":
        return Trial(error="Hinka itself could not start; see the lines above.")
    what = "ends the process" if has_ended else f"did not come back within {LIMIT_S} s"
    reason = f"it {what} while Hinka starts ({last['what']})."
    return Trial(fatal=Refusal(last["plugin"], reason, f"Switch it off with “hinka plugin disable {last['plugin']}”."))


if __name__ == "__main__":
    boot_on_trial(read_config(Path(sys.argv[1])), Path(sys.argv[2]), more=sys.argv[3:])

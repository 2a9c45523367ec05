"""`make bench`, or `python -m tests.bench [NAME …]`: measures, prints tables, ends with 1 when a bound is missed.

Nothing is written unless `--write FILE` names where the tables go.
"""

import argparse
import importlib
import os
import sys
from collections.abc import Callable, Iterable
from contextlib import closing
from datetime import UTC, datetime
from functools import partial
from pathlib import Path

from tests import servers
from tests.bench.bases import Bases, fresh
from tests.bench.figures import Figure, table

DATABASES = ("sqlite", "postgres")
BEGIN, END = "<!-- figures -->\n", "<!-- end of figures -->\n"


def main(arguments: list[str] | None = None) -> int:
    """Runs the benches that are named, or all; returns the exit status."""
    parser = argparse.ArgumentParser(prog="python -m tests.bench", description=__doc__)
    parser.add_argument("names", nargs="*", choices=[[], *BENCHES], metavar="NAME", help=", ".join(BENCHES))
    parser.add_argument("--database", choices=DATABASES, help="only on this one")
    parser.add_argument("--write", type=Path, help="put the tables into this file, between its marks")
    chosen = parser.parse_args(arguments)
    databases = [chosen.database] if chosen.database else DATABASES
    owns_servers = servers.begin_run()
    try:
        with closing(Bases()) as bases:
            tables, is_fine = _run(bases, chosen.names or BENCHES, databases)
    finally:
        if owns_servers:
            servers.end_run()
    if chosen.write:
        _write(chosen.write, tables)
    return 0 if is_fine else 1


def _run(bases: Bases, names: Iterable[str], databases: Iterable[str]) -> tuple[list[str], bool]:
    tables, is_fine = [], True
    for name in names:
        for database in databases:
            figures = BENCHES[name](bases, database)
            tables.append(table(f"{name}, {database}", figures, _occasion()))
            print(tables[-1], flush=True)
            is_fine = is_fine and all(figure.holds for figure in figures)
    return tables, is_fine


def _occasion() -> str:
    """Returns when and where this is: a busy machine (a load above one, where we alone run) makes figures worse."""
    return f"{datetime.now(UTC):%d %B %Y %H:%M} UTC, {os.cpu_count()} cores, load {os.getloadavg()[0]:.1f} at the end."


def _module(name: str) -> Callable[[Bases, str], list[Figure]]:
    # Loaded when it is run: the benches of plugins need these to be there.
    return lambda bases, database: importlib.import_module(f"tests.bench.{name}").run(bases, database)


def _with_fresh_instance(name: str) -> Callable[[Bases, str], list[Figure]]:
    """Returns a bench whose module asks for a way to open an empty instance."""

    def run(bases: Bases, database: str) -> list[Figure]:
        factory = partial(fresh, bases.new_folder(), database)
        return importlib.import_module(f"tests.bench.{name}").run(factory)

    return run


BENCHES: dict[str, Callable[[Bases, str], list[Figure]]] = {
    "start": _module("start"),
    "plugins": _module("plugins"),
    "switching": _module("switching"),
    "rest": _module("rest"),
    "pages": _module("pages"),
    "board": _module("board"),
    "import": _with_fresh_instance("import_clients"),
    "funnel": _module("funnel"),
    "forecast": _module("forecast"),
    "history": _module("history"),
    "map": _module("map"),
    "export": _module("export"),
    "matrix": _module("matrix"),
    "paper": _module("paper"),
    "process": _module("process"),
    "sellers": _module("sellers"),
    "sms": _module("sms"),
}


def _write(path: Path, tables: list[str]) -> None:
    """Puts the tables between the marks; those of benches that did not run now stay."""
    before, _, rest = path.read_text("utf-8").partition(BEGIN)
    old, _, after = rest.partition(END)
    kept = {part.split("\n")[0]: "### " + part.strip() + "\n" for part in old.split("### ")[1:]}
    kept.update({one[4:].split("\n")[0]: one for one in tables})
    path.write_text(before + BEGIN + "\n".join(kept.values()) + END + after, "utf-8")


if __name__ == "__main__":
    sys.exit(main())

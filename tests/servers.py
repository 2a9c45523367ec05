"""The PostgreSQL server that all workers of one test run share: started when first asked for, ended with the run.

The process that pytest was started in makes the folder of the run and ends what is in it; workers find the
folder through the environment and start the server under a file lock, so one test alone waits for nothing else.
"""

import fcntl
import glob
import itertools
import os
import shutil
import socket
import subprocess
import tempfile
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

import psycopg
from psycopg import sql

FOLDER_VARIABLE = "HINKA_TEST_RUN"
# Nothing of a test must survive a power cut, so nothing waits for the disk.
SETTINGS = {
    "listen_addresses": "127.0.0.1",
    "unix_socket_directories": "",
    "fsync": "off",
    "synchronous_commit": "off",
    "full_page_writes": "off",
    "autovacuum": "off",
    "jit": "off",
    "max_connections": "200",
    "log_min_messages": "fatal",
}
COPIES_FILES = 150_000  # the first version of PostgreSQL that can be asked to

_numbers = itertools.count(1)


def begin_run() -> bool:
    """Returns True if this process begins the run and so must call `end_run`; False in a worker."""
    if FOLDER_VARIABLE in os.environ:
        return False
    os.environ[FOLDER_VARIABLE] = folder = tempfile.mkdtemp(prefix="hinka-tests-")
    os.chmod(folder, 0o711)  # noqa: S103 - PostgreSQL runs as another user where we are root
    return True


def end_run() -> None:
    """Ends the server, if one was started, and removes the folder of the run."""
    folder = Path(os.environ.pop(FOLDER_VARIABLE))
    if (folder / "pg" / "postmaster.pid").exists():
        _run("pg_ctl", "stop", "--silent", "-m", "immediate", "-D", folder / "pg", check=False)
    shutil.rmtree(folder, ignore_errors=True)


def postgres_database_url(worker: str = "main", template: str = "template0") -> str:
    """Returns the URL of a new database of this `worker`, empty or a copy of the database named `template`."""
    port = _postgres_port()
    name = f"hinka_{worker}_{os.getpid()}_{next(_numbers)}"
    _create_database(port, name, template)
    return _url(port, name)


def postgres_template(name: str, fill: Callable[[str], None]) -> str:
    """Returns the name of a database to copy from, made once a run: `fill(url)` puts in what copies shall have.

    `fill` must have closed its connections when it returns: PostgreSQL copies only a database nobody uses.
    """
    port = _postgres_port()
    done = _folder() / f"template-{name}"
    with _lock(f"template-{name}.lock"):
        if not done.exists():
            _create_database(port, name, "template0")
            fill(_url(port, name))
            done.touch()
    return name


def drop_postgres_database(url: str) -> None:
    """Removes a database made here, together with connections a test left open."""
    name = url.rpartition("/")[2]
    with _admin(_postgres_port()) as connection:
        connection.execute(sql.SQL("DROP DATABASE IF EXISTS {} WITH (FORCE)").format(sql.Identifier(name)))


def free_port() -> int:
    """Returns a port of the loopback interface that is free now."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return probe.getsockname()[1]


def _folder() -> Path:
    return Path(os.environ[FOLDER_VARIABLE])


def _url(port: int, name: str) -> str:
    return f"postgresql://postgres@127.0.0.1:{port}/{name}"


def _admin(port: int) -> psycopg.Connection:
    return psycopg.connect(_url(port, "postgres"), autocommit=True)


def _create_database(port: int, name: str, template: str) -> None:
    statement = sql.SQL("CREATE DATABASE {} TEMPLATE {}").format(sql.Identifier(name), sql.Identifier(template))
    with _admin(port) as connection:
        if connection.info.server_version >= COPIES_FILES:
            statement += sql.SQL(" STRATEGY FILE_COPY")  # a third of the time of its usual way, through the log
        connection.execute(statement)


def _postgres_port() -> int:
    """Returns the port of the run's server; starts it if nobody has yet."""
    known = _folder() / "pg.port"
    if not known.exists():
        with _lock("pg.lock"):
            if not known.exists():
                port = _start_postgres(_folder() / "pg")
                draft = known.with_suffix(".draft")
                draft.write_text(str(port))
                draft.rename(known)
    return int(known.read_text())


def _start_postgres(data: Path) -> int:
    data.mkdir(mode=0o700)
    if os.geteuid() == 0:
        shutil.chown(data, "postgres", "postgres")
    _run("initdb", "--no-sync", "--auth=trust", "--username=postgres", "--encoding=UTF8", "--locale=C", "-D", data)
    port = free_port()
    options = " ".join(f"-c {name}='{value}'" for name, value in {**SETTINGS, "port": str(port)}.items())
    _run("pg_ctl", "start", "--silent", "-w", "-l", data / "server.log", "-o", options, "-D", data)
    return port


def _run(program: str, *arguments: str | Path, check: bool = True) -> None:
    """Runs one of PostgreSQL's programs; as its own user where we are root, because it refuses root."""
    identity = {"user": "postgres", "group": "postgres", "extra_groups": []} if os.geteuid() == 0 else {}
    # pg_ctl's server inherits what we give it: a pipe would keep us waiting for the server's end.
    with tempfile.TemporaryFile("w+") as said:
        done = subprocess.run(
            [_program(program), *arguments], stdin=subprocess.DEVNULL, stdout=said, stderr=said, cwd="/", **identity
        )
        if check and done.returncode:
            said.seek(0)
            raise RuntimeError(f"{program} failed: {said.read()}")


def _program(name: str) -> str:
    installed = sorted(glob.glob(f"/usr/lib/postgresql/*/bin/{name}") + glob.glob(f"/opt/homebrew/opt/*/bin/{name}"))
    found = shutil.which(name) or (installed[-1] if installed else None)
    if not found:
        raise RuntimeError(f"{name} of PostgreSQL is missing. Run: bash tools/setup-tests.sh")
    return found


@contextmanager
def _lock(name: str) -> Iterator[None]:
    with (_folder() / name).open("w") as file:
        fcntl.flock(file, fcntl.LOCK_EX)
        yield

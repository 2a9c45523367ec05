"""What a `hinka serve` claims for itself alone: its address, and its instance on this machine."""

import errno
import fcntl
import socket
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from core.errors import Conflict


def bound(host: str, port: int) -> socket.socket:
    """Returns a socket with this address, not listening yet; raises Conflict, with what to do, when it can't have it.

    So who asks before a web server is there is refused, and does not wait in vain.
    """
    made = socket.socket(socket.AF_INET6 if ":" in host else socket.AF_INET)
    try:
        made.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        made.bind((host, port))
    except OSError as error:
        made.close()
        if error.errno == errno.EADDRINUSE:
            reason = f"Another program uses port {port} (perhaps Hinka runs already)."
        else:
            reason = f"Hinka can't listen at {host}, port {port}: {error.strerror}."
        remedy = f"Choose another with “hinka serve --port {port + 1}” or “make run PORT={port + 1}”."
        raise Conflict(f"{reason} {remedy}") from error
    return made


@contextmanager
def only_here(folder: Path) -> Iterator[None]:
    """Runs the block as the one supervisor of an instance on this machine; raises Conflict where there is another."""
    # Other machines may share the folder. A lock of this kind is not inherited: it ends with this process, however
    # that ends, and no number of a process is left that another may have by then.
    with (folder / f"supervisor.{socket.gethostname()}.lock").open("a") as handle:
        try:
            fcntl.lockf(handle, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except OSError as error:
            if error.errno not in (errno.EACCES, errno.EAGAIN):
                raise
            raise Conflict(f"Hinka serves the instance {folder} already: stop that “hinka serve” first.") from error
        yield

"""Keeps tests on this machine: a connection beyond loopback fails at once, whoever of the process tries it."""

import sys
from collections.abc import Sequence

LOOPBACK = ("localhost", "::1", "0.0.0.0", "", None)  # noqa: S104 - compared with, never bound to


class NetworkTouchedError(AssertionError):
    """A test tried to reach beyond this machine. Not an OSError, so code under test can't take it for a bad line."""


def forbid_network() -> None:
    """Refuses connections and look-ups of names beyond loopback from now on; there is no way back."""
    sys.addaudithook(_refuse_beyond_loopback)


def is_loopback(host: str | bytes | None) -> bool:
    """Tells whether `host` is this machine, named or numbered."""
    name = host.decode() if isinstance(host, bytes) else host
    return name in LOOPBACK or name.startswith("127.")


def _refuse_beyond_loopback(event: str, arguments: Sequence) -> None:
    if event in ("socket.connect", "socket.sendto"):
        address = arguments[1]
        # A plain string is the path of a Unix socket.
        host = address[0] if isinstance(address, tuple) else None
    elif event in ("socket.getaddrinfo", "socket.gethostbyname"):
        host = arguments[0]
    else:
        return
    if not is_loopback(host):
        raise NetworkTouchedError(f"A test reached for {host}: fake the outside world at the adapter.")

"""The one place that speaks to addresses which users typed: it resolves once, refuses private ones, follows nothing.

The name is resolved here, every address it has is checked, and the connection goes to the checked address itself; so a
name that changes its mind between check and connection (DNS rebinding) reaches nothing. No proxy is used.
"""

import socket
import ssl
import threading
import time
from collections.abc import Collection, Mapping
from contextlib import suppress
from dataclasses import dataclass
from http.client import HTTPConnection, HTTPException
from ipaddress import IPv4Address, IPv6Address, IPv6Network, ip_address
from urllib.parse import SplitResult, urlsplit

from core.errors import InvalidInput, ProviderError
from core.i18n import _

SILENCE_S = 10
LONGEST_S = 30
MOST_ANSWER = 1000
LONGEST_URL = 2000
PORTS = {"http": 80, "https": 443}
# Addresses of IPv6 that carry one of IPv4 inside: a translator on the way may lead them into the own network.
_CARRIERS = (IPv6Network("64:ff9b::/96"), IPv6Network("64:ff9b:1::/48"), IPv6Network("::/96"))


@dataclass(frozen=True)
class Answer:
    """What the other side said: its status, the beginning of its body, and how long it took."""

    status: int
    text: str
    duration_ms: int


def check_url(url: str, private_hosts: Collection[str]) -> SplitResult:
    """Returns the parts of an address that may be sent to; raises InvalidInput with a sentence for any other."""
    parts = _split(url)
    if parts is None or parts.scheme not in PORTS or not parts.hostname or len(url) > LONGEST_URL:
        _refuse(_("This is no address for a webhook: write it like https://example.com/hooks."))
    if parts.username or parts.password or parts.fragment:
        _refuse(_("The address may hold neither a password nor a part after #."))
    address = _literal(parts.hostname)
    if address and _is_private(address) and parts.hostname not in private_hosts:
        _refuse(_private_sentence(parts.hostname))
    return parts


def send(
    url: str, headers: Mapping[str, str], body: bytes, private_hosts: Collection[str], method: str = "POST"
) -> Answer:
    """Sends the body and returns the answer, whatever its status; raises ProviderError if there is none."""
    try:
        parts = check_url(url, private_hosts)
    except InvalidInput as error:
        raise ProviderError(str(error), retryable=False) from error
    port = parts.port or PORTS[parts.scheme]
    address = address_of(parts.hostname, port, private_hosts)
    context = ssl.create_default_context() if parts.scheme == "https" else None
    connection = _Pinned(parts.hostname, port, address, context)
    # Silence is bounded for each reading; who drips bytes is cut off as a whole.
    cutter = threading.Timer(LONGEST_S, connection.cut)
    cutter.daemon = True
    cutter.start()
    began, is_there = time.monotonic(), False
    try:
        connection.connect()
        is_there = True
        path = parts.path or "/"
        connection.request(method, f"{path}?{parts.query}" if parts.query else path, body=body, headers=dict(headers))
        response = connection.getresponse()
        text = response.read(MOST_ANSWER).decode("utf-8", "replace").replace("\x00", "")
        return Answer(response.status, text, round((time.monotonic() - began) * 1000))
    except (OSError, HTTPException) as error:
        sentence = _(
            "%(host)s can't be reached: %(error)s.", host=parts.hostname, error=str(error) or type(error).__name__
        )
        raise ProviderError(sentence, retryable=True, is_uncertain=is_there) from error
    finally:
        cutter.cancel()
        connection.close()


def address_of(host: str, port: int, private_hosts: Collection[str]) -> str:
    """Returns an address of a host that may be connected to; raises ProviderError for an unknown or a private one."""
    try:
        found = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)
    except (OSError, UnicodeError) as error:
        raise ProviderError(_("There is no host %(host)s.", host=host), retryable=True) from error
    addresses = [str(place[0]).partition("%")[0] for *_kind, place in found]
    if host not in private_hosts and any(_is_private(ip_address(one)) for one in addresses):
        raise ProviderError(_private_sentence(host), retryable=False)
    return addresses[0]


class _Pinned(HTTPConnection):
    """A connection to an address that was checked, under the name of its host."""

    def __init__(self, host: str, port: int, address: str, context: ssl.SSLContext | None) -> None:
        super().__init__(host, port, timeout=SILENCE_S)
        self._address, self._context = address, context
        self._line: socket.socket | None = None
        self.default_port = PORTS["https" if context else "http"]

    def connect(self) -> None:
        """Connects to the checked address, with TLS for the host's name where the address asks for it."""
        self.sock = self._line = socket.create_connection((self._address, self.port), self.timeout)
        if self._context is not None:
            self.sock = self._line = self._context.wrap_socket(self.sock, server_hostname=self.host)

    def cut(self) -> None:
        """Ends whatever reading or writing goes on."""
        if self._line is not None:
            with suppress(OSError):  # it may have ended by itself
                self._line.shutdown(socket.SHUT_RDWR)


def _is_private(address: IPv4Address | IPv6Address) -> bool:
    if isinstance(address, IPv6Address):
        inner = address.ipv4_mapped or address.sixtofour or (address.teredo and address.teredo[1])
        if inner:
            return _is_private(inner)
        if any(address in network for network in _CARRIERS):
            return True
    return not address.is_global or address.is_multicast


def _literal(host: str) -> IPv4Address | IPv6Address | None:
    try:
        return ip_address(host)
    except ValueError:
        return None


def _split(url: str) -> SplitResult | None:
    if any(sign.isspace() or ord(sign) < 33 for sign in url):
        return None
    try:
        parts = urlsplit(url)
        return parts if parts.port != 0 else None
    except ValueError:
        return None


def _private_sentence(host: str) -> str:
    return _(
        "%(host)s lies in a private network, where Hinka doesn't go. If it shall, name it under "
        "Settings, General, Webhooks.",
        host=host,
    )


def _refuse(sentence: str) -> None:
    raise InvalidInput(sentence, fields={"url": [sentence]})

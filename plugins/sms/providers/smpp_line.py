"""One SMPP line to a gateway: bound, submitting, reading; built on smpplib, which knows the protocol's bytes."""

import select
import socket
import ssl
import time
from collections.abc import Iterator
from contextlib import suppress
from dataclasses import dataclass
from typing import Any

import smpplib.client
from smpplib import consts, exceptions, smpp

from core.api import CRM, ProviderError, gettext, outside
from plugins.sms.gateways import secret_of
from plugins.sms.providers.addresses import line_of
from plugins.sms.providers.facts import Gateway
from plugins.sms.providers.tls import context_of, sentence_of

TIMEOUT_S = 10
# What no second try mends: who we are is wrong.
FOR_GOOD = (consts.SMPP_ESME_RINVPASWD, consts.SMPP_ESME_RINVSYSID)
BROKEN = (exceptions.ConnectionError, exceptions.PDUError, exceptions.UnknownCommandError, OSError, ValueError)


class Lost(Exception):
    """The line is broken, or could not be opened; its words are a sentence for people."""

    def __init__(self, sentence: str, *, retryable: bool = True) -> None:
        super().__init__(sentence)
        self.retryable = retryable


@dataclass(frozen=True)
class Answer:
    """What the gateway said to one submitted part."""

    sequence: int
    status: int
    ref: str
    words: str


class _Client(smpplib.client.Client):
    """smpplib's client, whose TLS names the host that it means: it is connected to a checked address of it."""

    server_name = ""

    def _create_socket(self) -> socket.socket:
        line = socket.socket(socket.AF_INET6 if ":" in self.host else socket.AF_INET, socket.SOCK_STREAM)
        line.settimeout(self.timeout)
        if self._ssl_context is None:
            return line
        return self._ssl_context.wrap_socket(line, server_hostname=self.server_name)


class Line:
    """A bound line."""

    def __init__(self, client: _Client) -> None:
        self._client = client

    def submit(self, number: str, sender: str, octets: bytes, *, coding: int, mode: int) -> int:
        """Submits a part and returns its sequence number; raises Lost."""
        ton, npi = _kind_of(sender)
        try:
            pdu = self._client.send_message(
                source_addr_ton=ton, source_addr_npi=npi, source_addr=sender.removeprefix("+"),
                dest_addr_ton=consts.SMPP_TON_INTL, dest_addr_npi=consts.SMPP_NPI_ISDN,
                destination_addr=number.removeprefix("+"), short_message=octets, data_coding=coding, esm_class=mode,
                registered_delivery=True,
            )  # fmt: skip
        except BROKEN as error:
            raise Lost(gettext("The line to the gateway broke.")) from error
        return pdu.sequence

    def answers(self, wait_s: float) -> list[Answer]:
        """Returns the answers to submitted parts that have come, waiting for the first so long; raises Lost."""
        found = []
        for pdu in self.read(wait_s):
            if pdu.command == "submit_sm_resp":
                ref = getattr(pdu, "message_id", None) or b""
                words = consts.DESCRIPTIONS.get(pdu.status, hex(pdu.status))
                found.append(Answer(pdu.sequence, pdu.status, ref.decode("ascii", "replace"), words))
        return found

    def read(self, wait_s: float) -> Iterator[Any]:
        """Yields what has come, waiting for the first so long; the line's own questions are answered on the way."""
        while self._has_come(wait_s):
            wait_s = 0
            try:
                pdu = self._client.read_pdu()
                if pdu.command == "enquire_link":
                    self._client._enquire_link_received(pdu)
                elif pdu.command == "unbind":
                    raise Lost(gettext("The gateway closed the line."))
            except BROKEN as error:
                raise Lost(gettext("The line to the gateway broke.")) from error
            yield pdu

    def answer(self, pdu: Any, status: int) -> None:
        """Tells the gateway whether a message that it delivered was taken; raises Lost."""
        self._write("deliver_sm_resp", pdu.sequence, status)

    def ask(self) -> None:
        """Asks whether the other side is still there; its answer is read with the rest. Raises Lost."""
        self._write("enquire_link")

    def is_alive(self) -> bool:
        """Tells whether the line is bound and the other side answers."""
        if self._client._socket is None:
            return False
        with suppress(Lost):
            self.ask()
            until = time.monotonic() + TIMEOUT_S
            while time.monotonic() < until:
                if any(pdu.command == "enquire_link_resp" for pdu in self.read(until - time.monotonic())):
                    return True
        return False

    def close(self) -> None:
        """Unbinds and closes; a line that is broken already is just closed."""
        client = self._client
        if client._socket is None:
            return
        with suppress(BROKEN):
            client.unbind()
        client.state = consts.SMPP_CLIENT_STATE_OPEN
        client.disconnect()

    def _write(self, command: str, sequence: int | None = None, status: int = 0) -> None:
        pdu = smpp.make_pdu(command, client=self._client, status=status)
        if sequence is not None:
            pdu.sequence = sequence
        try:
            self._client.send_pdu(pdu)
        except BROKEN as error:
            raise Lost(gettext("The line to the gateway broke.")) from error

    def _has_come(self, wait_s: float) -> bool:
        line = self._client._socket
        if line is None:
            raise Lost(gettext("The line to the gateway broke."))
        if isinstance(line, ssl.SSLSocket) and line.pending():
            return True
        try:
            return bool(select.select([line], [], [], max(wait_s, 0))[0])
        except (OSError, ValueError) as error:
            raise Lost(gettext("The line to the gateway broke.")) from error


def open_line(crm: CRM, gateway: Gateway, mode: str) -> Line:
    """Returns a line that is bound as `transmitter` or `receiver`; raises Lost with a sentence."""
    host, port, has_tls = line_of(gateway.address)
    try:
        address = outside.address_of(host, port, outside.private_hosts(crm))
    except ProviderError as error:
        raise Lost(error.message, retryable=error.retryable) from error
    context = context_of(gateway.authority) if has_tls else None
    client = _Client(address, port, timeout=TIMEOUT_S, ssl_context=context, allow_unknown_opt_params=True)
    client.server_name = host
    line = Line(client)
    try:
        client.connect()
        getattr(client, f"bind_{mode}")(system_id=gateway.login, password=secret_of(crm, gateway), system_type="")
    except BROKEN as error:
        line.close()
        raise _why_not(error, host) from error
    return line


def _why_not(error: Exception, host: str) -> Lost:
    """Returns why a line could not be opened."""
    code = error.args[1] if len(error.args) > 1 else 0
    if code in FOR_GOOD:
        return Lost(gettext("The gateway does not know this login and password."), retryable=False)
    # smpplib says “Connection refused” of whatever happened; that stands behind it.
    cause = error.__context__ if isinstance(error.__context__, OSError) else error
    if sentence := sentence_of(cause, host):
        return Lost(sentence)
    words = getattr(cause, "strerror", "") or str(cause) or "no answer"
    return Lost(gettext("%(host)s can't be reached: %(error)s.", host=host, error=words))


def _kind_of(sender: str) -> tuple[int, int]:
    """Returns type and numbering plan of a sender: a name, a number of a country, or a short number."""
    number = sender.removeprefix("+")
    if not number.isdecimal():
        return (consts.SMPP_TON_ALNUM, consts.SMPP_NPI_UNK) if sender else (consts.SMPP_TON_UNK, consts.SMPP_NPI_UNK)
    if len(number) <= 8:
        return consts.SMPP_TON_SBSCR, consts.SMPP_NPI_UNK
    return consts.SMPP_TON_INTL, consts.SMPP_NPI_ISDN

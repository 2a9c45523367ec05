"""Gateways that are asked as Kannel's `sendsms` is: a GET with the text, and callbacks with `%`-codes filled in.

Kannel's user guide, chapter 6. Kannel cuts long texts itself, says nowhere into how many parts, and tells of the last
one only: what became of the others nobody can know here. SMPP tells of each.

Kannel numbers no message, so each try bears a number of ours, which its callbacks give back.
"""

import secrets
from collections.abc import Mapping, Sequence
from functools import partial
from urllib.parse import parse_qsl, urlencode

from flask import Request

from core.api import CRM, Outgoing, ProviderError, Sent, gettext, outside
from plugins.sms import gsm7, receipts
from plugins.sms.gateways import secret_of
from plugins.sms.providers import http
from plugins.sms.providers.facts import Gateway

# What stands behind the address for incoming messages.
INCOMING = "?from=%p&to=%P&text=%b&charset=%C&id=%I"
CODECS = {"UTF-16BE": "utf-16-be", "WINDOWS-1252": "cp1252"}
# delivered, failed, taken by the network, refused by it
MASK = 1 | 2 | 8 | 16
STATES = {"1": receipts.DELIVERED, "2": receipts.FAILED, "8": receipts.SENT, "16": receipts.FAILED}


def send(crm: CRM, gateway: Gateway, outgoing: Sequence[Outgoing]) -> list[Sent]:
    """Returns what the gateway said to each message."""
    return http.send(crm, gateway, outgoing, partial(_request, crm, gateway, secret_of(crm, gateway)), _read)


def is_genuine(_crm: CRM, _gateway: Gateway, _request: Request) -> bool:
    """Tells that a callback is genuine: such gateways sign nothing, what they know is the secret in the address."""
    return True


def told(values: Mapping[str, str]) -> tuple[int, str, str, str] | None:
    """Returns our number of a message, its state, why, and that of the try; None if it is none."""
    state = STATES.get(values.get("type", ""))
    if state is None or not receipts.is_number(values.get("id", "")):
        return None
    inner = receipts.read(values.get("rep", ""), ref=values["id"])
    reason = str(inner.reason) if inner else values.get("rep", "")
    return int(values["id"]), state, reason if state == receipts.FAILED else "", values.get("try", "")


def received(request: Request) -> tuple[str, str, str] | None:
    """Returns number, text and the gateway's own number of an incoming message; None for what is none."""
    values = request.values
    sender = values.get("from", "").strip()
    if not sender:
        return None
    return sender if sender.startswith("+") else f"+{sender}", _text(request), values.get("id", "")


def _text(request: Request) -> str:
    """Returns what the client wrote: Kannel gives the octets as they came, and says in which alphabet."""
    codec = CODECS.get(request.args.get("charset", "").upper())
    if codec is None:
        return request.values.get("text", "")
    octets = dict(parse_qsl(request.query_string.decode("ascii", "replace"), encoding="latin-1")).get("text", "")
    return octets.encode("latin-1").decode(codec, "replace")


def _request(crm: CRM, gateway: Gateway, secret: str, one: Outgoing) -> http.Request:
    asked = {
        "username": gateway.login,
        "password": secret,
        "to": one.address.removeprefix("+"),
        "text": one.body,
        "charset": "UTF-8",
        "coding": "0" if gsm7.is_plain(one.body) else "2",
    }
    if sender := str(one.extra.get("sender") or gateway.sender):
        asked["from"] = sender
    ref = secrets.token_hex(8)
    if back := http.callback(crm, gateway, "receipt", f"?id={one.id}&try={ref}&type=%d&rep=%A"):
        asked |= {"dlr-mask": str(MASK), "dlr-url": back}
    joint = "&" if "?" in gateway.address else "?"
    return http.Request(f"{gateway.address}{joint}{urlencode(asked)}", {}, method="GET", ref=ref)


def _read(answer: outside.Answer) -> http.Taken:
    if answer.status in (200, 202):
        return http.Taken()
    said = " ".join(answer.text.split())[:200] or str(answer.status)
    raise ProviderError(gettext("The gateway refused it: %(said)s.", said=said), retryable=answer.status >= 500)

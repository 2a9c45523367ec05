"""Gateways that are asked as Twilio's Messages resource is: a form, and callbacks signed with the account's token.

The signature: base64 of HMAC-SHA1, keyed with the token, over the address followed by each form field's name and value
in the order of the names (Twilio's documentation, “Validating Signatures”).

Twilio cuts long texts itself. Its answer says into how many parts (`num_segments`; 0 while a messaging service has yet
to choose a sender), its callbacks tell of the whole message only.
"""

import base64
import hashlib
import hmac
import json
from collections.abc import Mapping, Sequence
from functools import partial
from urllib.parse import urlencode, urlsplit

from flask import Request

from core.api import CRM, Outgoing, ProviderError, Sent, gettext, outside
from plugins.sms import receipts
from plugins.sms.gateways import secret_of
from plugins.sms.providers import http
from plugins.sms.providers.facts import Gateway

# What stands behind the address for incoming messages: nothing, they bring a form.
INCOMING = ""
SIGNATURE = "X-Twilio-Signature"
STATES = {
    "sent": receipts.SENT,
    "delivered": receipts.DELIVERED,
    "read": receipts.DELIVERED,
    "undelivered": receipts.FAILED,
    "failed": receipts.FAILED,
}


def send(crm: CRM, gateway: Gateway, outgoing: Sequence[Outgoing]) -> list[Sent]:
    """Returns what the gateway said to each message."""
    return http.send(crm, gateway, outgoing, partial(_request, crm, gateway, secret_of(crm, gateway)), _read)


def sign(token: str, url: str, values: Mapping[str, str]) -> str:
    """Returns the signature of a callback to `url` with these form fields."""
    text = url + "".join(f"{name}{values[name]}" for name in sorted(values))
    return base64.b64encode(hmac.new(token.encode(), text.encode(), hashlib.sha1).digest()).decode()


def is_genuine(crm: CRM, gateway: Gateway, request: Request) -> bool:
    """Tells whether a callback bears its signature; compared in constant time, and never true without a token."""
    token = secret_of(crm, gateway)
    # The address as the gateway knows it, which a proxy in front of us may have changed.
    url = crm.config.base_url.rstrip("/") + request.full_path.rstrip("?")
    wanted = sign(token, url, request.form.to_dict())
    return bool(token) and hmac.compare_digest(wanted.encode(), request.headers.get(SIGNATURE, "").encode())


def told(values: Mapping[str, str]) -> tuple[int, str, str, str] | None:
    """Returns our number of a message, its state, why, and the gateway's number, if it says it; None if it is none."""
    state, message_id = STATES.get(values.get("MessageStatus", "")), values.get("id", "")
    if state is None or not receipts.is_number(message_id):
        return None
    code = values.get("ErrorCode", "")
    reason = receipts.Told("", state, values["MessageStatus"], code).reason
    return int(message_id), state, str(reason), values.get("MessageSid", "")


def received(request: Request) -> tuple[str, str, str] | None:
    """Returns number, text and the gateway's own number of an incoming message; None for what is none."""
    values = request.values
    if not values.get("From"):
        return None
    return values["From"], values.get("Body", ""), values.get("MessageSid", "")


def _request(crm: CRM, gateway: Gateway, secret: str, one: Outgoing) -> http.Request:
    form = {"To": one.address, "From": str(one.extra.get("sender") or gateway.sender), "Body": one.body}
    if back := http.callback(crm, gateway, "receipt", f"?id={one.id}"):
        form["StatusCallback"] = back
    login = base64.b64encode(f"{gateway.login}:{secret}".encode()).decode()
    headers = {"Authorization": f"Basic {login}", "Content-Type": "application/x-www-form-urlencoded"}
    address = gateway.address.rstrip("/")
    if not urlsplit(address).path:
        address = f"{address}/2010-04-01/Accounts/{gateway.login}/Messages.json"
    return http.Request(address, headers, urlencode(form).encode())


def _read(answer: outside.Answer) -> http.Taken:
    try:
        said = json.loads(answer.text)
    except ValueError:
        said = {}
    if answer.status in (200, 201):
        parts = str(said.get("num_segments", ""))
        return http.Taken(str(said.get("sid", "")), int(parts) if receipts.is_number(parts) else 0)
    words = str(said.get("message") or answer.status)[:200]
    raise ProviderError(gettext("The gateway refused it: %(said)s.", said=words), retryable=answer.status >= 500)

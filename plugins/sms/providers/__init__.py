"""The outside world of SMS: one file for each kind of gateway.

Each sends: `send(crm, gateway, outgoing)` returns a Sent for each message, or raises ProviderError when nothing was
handed over. Those that call us back have `is_genuine(crm, gateway, request)`, `told(values)` and
`received(request)`, and INCOMING: what an administrator writes behind our address for incoming messages.
"""

from importlib import import_module
from typing import Any

from core.api import lazy

SMPP = "smpp"
KINDS = {
    SMPP: lazy("SMPP 3.4"),
    "kannel": lazy("HTTP, like Kannel"),
    "twilio": lazy("HTTP, like Twilio"),
}


def provider_of(kind: str) -> Any:
    """Returns the module of a kind of gateway, loaded when it is needed."""
    return import_module(f"plugins.sms.providers.{kind}")

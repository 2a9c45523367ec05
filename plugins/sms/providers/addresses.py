"""Addresses of gateways, as each kind writes them. Pure."""

from urllib.parse import urlsplit

from plugins.sms.providers import SMPP

PORT = 2775
PORTS = {"http": 80, "https": 443}
_EXAMPLES = {True: "smpp.example.com:2775", False: "https://sms.example.com/sendsms"}


def line_of(address: str) -> tuple[str, int, bool]:
    """Returns host, port and whether with TLS of an SMPP gateway's address."""
    parts = urlsplit(_whole(address))
    return parts.hostname or "", parts.port or PORT, parts.scheme == "smpps"


def better_address(kind: str, address: str) -> str:
    """Returns an example to follow for an address that a kind of gateway can't have, or an empty text."""
    wanted = ("smpp", "smpps") if kind == SMPP else tuple(PORTS)
    try:
        parts = urlsplit(_whole(address))
        is_right = bool(parts.hostname) and parts.port != 0 and parts.scheme in wanted
    except ValueError:
        is_right = False
    return "" if is_right else _EXAMPLES[kind == SMPP]


def _whole(address: str) -> str:
    return address if "://" in address else f"smpp://{address}"

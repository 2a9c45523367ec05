"""Pigeon's HTTP interface; knows nothing of Hinka's records."""

import json
import urllib.error
import urllib.request
from typing import Any

from core.api import ProviderError


def post(url: str, token: str, key: str, to: str, text: str) -> str:
    """Hands a message over and returns Pigeon's id of it; raises ProviderError.

    Pigeon takes a key once: the same message handed over again gets the id that it has.
    """
    return _ask("POST", f"{url}/messages", token, {"key": key, "to": to, "text": text})["id"]


def updates(url: str, token: str) -> list[dict[str, Any]]:
    """Returns what has happened and was not confirmed yet: messages that came in, and receipts."""
    return _ask("GET", f"{url}/updates", token)["updates"]


def confirm(url: str, token: str, through: int) -> None:
    """Tells Pigeon that all updates up to this number are kept."""
    _ask("DELETE", f"{url}/updates?through={through}", token)


def _ask(method: str, url: str, token: str, body: Any = None) -> Any:
    headers = {"Authorization": f"Bearer {token}", "Content-Type": "application/json"}
    data = json.dumps(body).encode() if body else None
    request = urllib.request.Request(url, data, headers, method=method)  # noqa: S310 - the address is a setting
    try:
        with urllib.request.urlopen(request, timeout=20) as answer:  # noqa: S310
            return json.load(answer)
    except urllib.error.HTTPError as error:
        words = "Nobody has Pigeon at this number." if error.code == 404 else f"Pigeon answered {error.code}."
        raise ProviderError(words, retryable=error.code >= 429) from error
    except (OSError, ValueError) as error:
        raise ProviderError(f"Pigeon could not be reached: {error}.", retryable=True) from error

"""The lines over which messages are submitted: one for each gateway, kept open for a while after its last use."""

import threading
from collections.abc import Iterator
from contextlib import contextmanager

from core.api import CRM, ProviderError
from plugins.sms.providers.facts import Gateway
from plugins.sms.providers.smpp_line import Line, Lost, open_line

IDLE_S = 5.0
_lines: dict[int, tuple[tuple, Line]] = {}
_lock = threading.Lock()
_idle: list[threading.Timer] = []


@contextmanager
def kept_line(crm: CRM, gateway: Gateway) -> Iterator[Line]:
    """Gives the open line to a gateway; it is unbound when nobody has used it for a few seconds."""
    with _lock:
        while _idle:
            _idle.pop().cancel()
        facts = (gateway.address, gateway.login, gateway.secret, gateway.authority)
        known = _lines.get(gateway.id)
        if known is None or known[0] != facts or not known[1].is_alive():
            if known is not None:
                known[1].close()
            try:
                _lines[gateway.id] = (facts, open_line(crm, gateway, "transmitter"))
            except Lost as error:
                _lines.pop(gateway.id, None)
                raise ProviderError(str(error), retryable=error.retryable) from error
        try:
            yield _lines[gateway.id][1]
        finally:
            timer = threading.Timer(IDLE_S, close_lines)
            timer.daemon = True
            timer.start()
            _idle.append(timer)


def close_lines() -> None:
    """Unbinds every open line."""
    with _lock:
        while _lines:
            _lines.popitem()[1][1].close()

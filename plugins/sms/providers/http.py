"""What gateways over HTTP have in common: a request for each message, sent again while they take no more."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass

from core.api import CRM, Outgoing, ProviderError, Sent, gettext, outside
from plugins.sms.pace import pace_of
from plugins.sms.providers.facts import Gateway

TOO_MANY = 429
MOST_WAITS = 5
WAIT_S = 1.0


@dataclass(frozen=True)
class Request:
    """What is sent for one message; `ref` is our number of this try, for a gateway that gives none of its own."""

    url: str
    headers: Mapping[str, str]
    body: bytes = b""
    method: str = "POST"
    ref: str = ""


@dataclass(frozen=True)
class Taken:
    """What a gateway says of a message that it took: its number, and how many parts it has, 0 if it does not say."""

    ref: str = ""
    parts: int = 0


def send(
    crm: CRM,
    gateway: Gateway,
    outgoing: Sequence[Outgoing],
    write: Callable[[Outgoing], Request],
    read: Callable[[outside.Answer], Taken],
) -> list[Sent]:
    """Hands messages over one after the other; `read` returns what the gateway took, or raises ProviderError."""
    return [_hand_over(crm, gateway, one, write(one), read) for one in outgoing]


def callback(crm: CRM, gateway: Gateway, what: str, query: str = "") -> str:
    """Returns the address at which a gateway tells us something, or an empty text where ours is not known."""
    base = crm.config.base_url.rstrip("/")
    return f"{base}/sms/{gateway.token}/{what}{query}" if base else ""


def _hand_over(
    crm: CRM, gateway: Gateway, one: Outgoing, request: Request, read: Callable[[outside.Answer], Taken]
) -> Sent:
    pace = pace_of(gateway.id, gateway.per_second)
    for _time in range(MOST_WAITS):
        pace.wait()
        try:
            answer = outside.send(
                request.url, request.headers, request.body, outside.private_hosts(crm), request.method
            )
            if answer.status != TOO_MANY:
                taken = read(answer)
                return Sent(one.id, "sent", request.ref or taken.ref, gateway.name, parts=taken.parts)
        except ProviderError as error:
            if error.is_uncertain:
                reason = gettext("The line broke before the gateway answered.")
                return Sent(one.id, "uncertain", provider=gateway.name, reason=reason)
            state = "queued" if error.retryable else "failed"
            return Sent(one.id, state, provider=gateway.name, reason=error.message)
        pace.slow_down(WAIT_S)
    return Sent(one.id, "queued", provider=gateway.name, reason=gettext("The gateway takes no more at present."))

"""Delivers what webhooks are told: signed, at least once, tried again for about a day."""

import hashlib
import hmac
from datetime import timedelta
from typing import Any

from core.errors import ConfigError, ProviderError
from core.hooks.contributions import JobKind
from core.i18n import _
from core.runtime import CRM
from core.webhooks import sending
from core.webhooks.models import Delivery, Webhook
from core.webhooks.services import DELIVER, forget_old, private_hosts

ATTEMPTS = 28  # the last ones an hour apart: about a day
GONE = 410


def deliver(crm: CRM, args: dict[str, Any], progress: Any) -> None:
    """Sends one delivery and keeps how it went; raises ProviderError, by which the job is tried again or given up.

    A worker that dies between the sending and the keeping sends it once more: the receiver knows it by its number.
    """
    delivery = Delivery.get_or_none(Delivery.id == args["delivery"])
    if delivery is None or delivery.state == "delivered":
        return
    webhook = delivery.webhook
    try:
        if not webhook.is_active:
            raise ProviderError(_("The webhook is switched off."), retryable=False)
        answer = sending.send(webhook.url, _headers(crm, webhook, delivery), delivery.body.encode(), private_hosts(crm))
        refusal = _refusal(answer.status)
    except ProviderError as error:
        answer, refusal = None, error
    _keep(crm, delivery, answer, refusal)
    if refusal is not None:
        raise refusal


def sign(secret: str, timestamp: str, body: bytes) -> str:
    """Returns the signature of a body sent at a time: HMAC-SHA256 of “timestamp.body”, in hexadecimal digits."""
    return hmac.new(secret.encode(), timestamp.encode() + b"." + body, hashlib.sha256).hexdigest()


def keep_log(crm: CRM, args: dict[str, Any], progress: Any) -> None:
    """Deletes old deliveries; safe to repeat."""
    forget_old(crm)


def _headers(crm: CRM, webhook: Webhook, delivery: Delivery) -> dict[str, str]:
    try:
        secret = crm.settings.unseal(webhook.secret)
    except ConfigError as error:
        raise ProviderError(_("The secret can't be read any more: renew it."), retryable=False) from error
    timestamp = str(int(crm.clock.now().timestamp()))
    return {
        "Content-Type": "application/json",
        "User-Agent": "Hinka-Webhook/1",
        "X-Hinka-Event": delivery.event,
        "X-Hinka-Delivery": str(delivery.id),
        "X-Hinka-Timestamp": timestamp,
        "X-Hinka-Signature": f"sha256={sign(secret, timestamp, delivery.body.encode())}",
    }


def _refusal(status: int) -> ProviderError | None:
    if 200 <= status < 300:
        return None
    if 300 <= status < 400:
        return ProviderError(_("The address leads elsewhere; redirects are not followed."), retryable=False)
    return ProviderError(_("The other side answered %(status)s.", status=status), retryable=status != GONE)


def _keep(crm: CRM, delivery: Delivery, answer: sending.Answer | None, refusal: ProviderError | None) -> None:
    with crm.work():
        Delivery.update(
            state="delivered" if refusal is None else "failed",
            attempts=Delivery.attempts + 1,
            status=answer.status if answer else None,
            answer=answer.text if answer else str(refusal),
            duration_ms=answer.duration_ms if answer else None,
            tried_at=crm.clock.now(),
        ).where(Delivery.id == delivery.id).execute()


DELIVERY = JobKind(DELIVER, deliver, attempts=ATTEMPTS)
LOG = JobKind("core.keep_webhook_log", keep_log, every=timedelta(days=1))

"""Makes and changes webhooks, and writes what they are told of inside the work that makes it happen."""

import json
import secrets
from collections.abc import Sequence
from datetime import timedelta
from typing import Any

from core.errors import NotFound
from core.hooks.contributions import RecordChange
from core.i18n import _
from core.jobs import Job
from core.runtime import CRM
from core.store import audit
from core.store.bulk import take_ids
from core.store.fields import to_microseconds
from core.store.written import Written
from core.users.models import User
from core.webhooks.events import PING, checked_events, event_of, is_wanted
from core.webhooks.models import Delivery, Webhook
from core.webhooks.sending import check_url

DELIVER = "core.deliver_webhook"
KEPT = timedelta(days=30)
CHUNK = 500
PATHS = {
    "client": "clients",
    "contact": "contacts",
    "deal": "deals",
    "interaction": "interactions",
    "task": "tasks",
    "message": "messages",
}


def create_webhook(
    crm: CRM, user: User | None, url: str, events: Sequence[str], note: str = "", *, is_active: bool = True
) -> tuple[Webhook, str]:
    """Returns a new webhook and its secret, which is never shown again; raises InvalidInput for url or events."""
    url, events = url.strip(), checked_events(events, crm.entities)
    check_url(url, private_hosts(crm))
    secret = _new_secret()
    with crm.work():
        now = crm.clock.now()
        webhook = Webhook.create(
            url=url,
            events=events,
            secret=crm.settings.seal(secret),
            note=note.strip(),
            is_active=is_active,
            user=user.id if user else None,
            created_at=now,
            changed_at=now,
        )
        audit.record(crm, "webhook", webhook.id, "created", {"url": [None, url], "events": [None, events]})
    return webhook, secret


def change_webhook(crm: CRM, webhook: Webhook, **values: Any) -> Webhook:
    """Returns the webhook with other values of url, events, note, is_active; raises InvalidInput."""
    if "url" in values:
        values["url"] = values["url"].strip()
        check_url(values["url"], private_hosts(crm))
    if "events" in values:
        values["events"] = checked_events(values["events"], crm.entities)
    before = {name: getattr(webhook, name) for name in values}
    with crm.work():
        for name, value in values.items():
            setattr(webhook, name, value)
        webhook.changed_at = crm.clock.now()
        webhook.save()
        audit.record(crm, "webhook", webhook.id, "changed", audit.differences(before, values))
    return webhook


def renew_secret(crm: CRM, webhook: Webhook) -> str:
    """Returns a new secret of the webhook; what is delivered from now on is signed with it."""
    secret = _new_secret()
    with crm.work():
        webhook.secret, webhook.changed_at = crm.settings.seal(secret), crm.clock.now()
        webhook.save()
        audit.record(crm, "webhook", webhook.id, "secret renewed")
    return secret


def delete_webhook(crm: CRM, webhook: Webhook) -> None:
    """Deletes a webhook with its log; what waits for it is not delivered any more."""
    with crm.work():
        Delivery.delete().where(Delivery.webhook == webhook.id).execute()
        webhook.delete_instance()
        audit.record(crm, "webhook", webhook.id, "deleted", {"url": [webhook.url, None]})


def get_webhook(webhook_id: int) -> Webhook:
    """Returns a webhook; raises NotFound."""
    found = Webhook.get_or_none(Webhook.id == webhook_id)
    if found is None:
        raise NotFound(_("There is no such webhook."))
    return found


def get_delivery(webhook: Webhook, delivery_id: int) -> Delivery:
    """Returns a delivery of the webhook; raises NotFound."""
    found = Delivery.get_or_none(Delivery.id == delivery_id, Delivery.webhook == webhook.id)
    if found is None:
        raise NotFound(_("There is no such delivery; the log keeps them for %(n)s days.", n=KEPT.days))
    return found


def newest_deliveries(webhook: Webhook, limit: int = 50) -> list[Delivery]:
    """Returns the last deliveries, newest first."""
    return list(Delivery.select().where(Delivery.webhook == webhook.id).order_by(Delivery.id.desc()).limit(limit))


def ping(crm: CRM, webhook: Webhook) -> None:
    """Sends the webhook an event of its own, by which it can be tried."""
    with crm.work():
        _write(crm, [(webhook.id, PING, {})])


def replay(crm: CRM, delivery: Delivery) -> Delivery:
    """Returns the delivery, waiting to be sent once more: the same body under the same number."""
    with crm.work():
        delivery.state = "waiting"
        delivery.save(only=[Delivery.state])
        crm.jobs.enqueue(DELIVER, {"delivery": delivery.id}, dedupe_key=f"webhook:{delivery.id}")
    return delivery


def note_changes(crm: CRM, changes: Sequence[RecordChange]) -> None:
    """Writes a delivery and its job for each webhook that wants to know; a last step of the unit of work."""
    webhooks = _ACTIVE.rows()
    if not webhooks:
        return
    told = dict.fromkeys((event_of(change.entity, change.action), change) for change in changes)
    wanted = [
        (webhook_id, event, _about(change))
        for event, change in told
        for webhook_id, events in webhooks
        if change.entity != "webhook" and is_wanted(event, events)
    ]
    _write(crm, wanted)


def private_hosts(crm: CRM) -> frozenset[str]:
    """Returns the hosts of the own network that webhooks may reach, as the settings name them."""
    return frozenset(crm.settings.get("webhooks")["private_hosts"].replace(",", " ").lower().split())


def forget_old(crm: CRM) -> int:
    """Deletes deliveries that are older than the log keeps them, and returns how many."""
    before = to_microseconds(crm.clock.now() - KEPT)
    with crm.work():
        return Delivery.delete().where(Delivery.created_at < before, Delivery.state != "waiting").execute()


def _about(change: RecordChange) -> dict[str, Any]:
    path = PATHS.get(change.entity)
    return {
        "entity": change.entity,
        "entity_id": change.entity_id,
        "url": f"/api/v1/{path}/{change.entity_id}" if path else None,
        "user_id": change.user_id,
        "source": change.source,
    }


def _write(crm: CRM, wanted: Sequence[tuple[int, str, dict[str, Any]]]) -> None:
    now = crm.clock.now()
    ids = take_ids(crm.database, Delivery._meta.table_name, len(wanted))
    deliveries, jobs = [], []
    for number, (webhook_id, event, about) in zip(ids, wanted, strict=True):
        body = {"id": number, "event": event, "at": now.isoformat(), **about}
        deliveries.append(
            {"id": number, "webhook": webhook_id, "event": event, "body": json.dumps(body), "created_at": now}
        )
        job = {"plugin": "core", "kind": DELIVER, "args": {"delivery": number}, "run_at": now, "created_at": now}
        jobs.append({**job, "dedupe_key": f"webhook:{number}"})
    for first in range(0, len(deliveries), CHUNK):
        Delivery.insert_many(deliveries[first : first + CHUNK]).execute()
        Job.insert_many(jobs[first : first + CHUNK]).execute()


def _new_secret() -> str:
    return f"whsec_{secrets.token_urlsafe(32)}"


_ACTIVE = Written(lambda: Webhook.select(Webhook.id, Webhook.events).where(Webhook.is_active).tuples())

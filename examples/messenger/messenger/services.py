"""Sends messages by Pigeon and takes in what it tells."""

from typing import Any

from core.api import (
    CRM,
    Draft,
    InvalidInput,
    Outgoing,
    Prepared,
    Sent,
    ngettext,
    read_phone,
    receive_message,
    report_state,
)
from core.api import gettext as _

from .providers import gateway

CHANNEL = "messenger"
LONGEST = 2_000


def readiness(crm: CRM) -> str:
    """Returns why nothing can be sent yet, or an empty text."""
    settings = crm.settings.get(CHANNEL)
    return "" if settings["url"] and settings["token"] else _("Set the address and token of Pigeon first.")


def prepare(crm: CRM, draft: Draft) -> Prepared:
    """Returns the draft with its number in the international form; raises InvalidInput for what is no number."""
    phone = read_phone(draft.address, crm.config.country)
    if not phone.is_valid:
        raise InvalidInput(_("This is no phone number."), fields={"address": [_("Type a number.")]})
    left = LONGEST - len(draft.body)
    return Prepared(phone.value, draft.body, counted=ngettext("One sign left", "%(n)s signs left", left))


def send(crm: CRM, outgoing: list[Outgoing]) -> list[Sent]:
    """Hands messages over; raises ProviderError when nothing was handed over."""
    return [Sent(one.id, "sent", gateway.post(*_door(crm), str(one.id), one.address, one.body)) for one in outgoing]


def fetch(crm: CRM, _args: dict[str, Any], _progress: Any) -> None:
    """Takes in what happened at Pigeon; confirms only what is kept, so that nothing is lost."""
    if readiness(crm):
        return
    door = _door(crm)
    for update in gateway.updates(*door):
        if update["kind"] == "message":
            receive_message(crm, CHANNEL, address=update["from"], body=update["text"], provider_ref=update["id"])
        elif update["kind"] == "receipt":
            report_state(crm, CHANNEL, update["id"], update["state"], reason=update.get("reason", ""))
        gateway.confirm(*door, update["number"])


def _door(crm: CRM) -> tuple[str, str]:
    settings = crm.settings.get(CHANNEL)
    return settings["url"].rstrip("/"), settings["token"]

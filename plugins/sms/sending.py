"""The channel: a draft made ready, when a client may be written to, and messages handed over to gateways."""

from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from core.api import (
    CRM,
    Client,
    Draft,
    InvalidInput,
    Outgoing,
    Prepared,
    ProviderError,
    Sent,
    format_number,
    gettext,
    ngettext,
    read_phone,
)
from plugins.sms import gsm7
from plugins.sms.gateways import all_gateways, gateways_for
from plugins.sms.models import Gateway
from plugins.sms.parts import Cut, cut
from plugins.sms.providers import provider_of
from plugins.sms.schemas import SENDER
from plugins.sms.tracking import has_begun

# So many are handed over before the next commit; of a batch that a dead worker leaves behind all are uncertain.
BATCH = 20
MOST_NAMED = 4


def readiness(crm: CRM) -> str:
    """Returns why nothing can be sent yet, or an empty text."""
    if any(gateway.is_active for gateway in all_gateways()):
        return ""
    return gettext("No gateway is set up yet.")


def prepare(crm: CRM, draft: Draft) -> Prepared:
    """Returns the draft as it will be sent, with what it costs and a cheaper way to write it.

    Raises InvalidInput for an address that is no phone number, a sender that no network takes, and a text that needs
    more parts than the settings allow.
    """
    number = read_phone(draft.address, crm.config.country)
    if not number.is_valid:
        sentence = gettext("This is no phone number. Type it with its country, like +355 69 123 4567.")
        raise InvalidInput(sentence, fields={"address": [sentence]})
    sender = str(draft.extra.get("sender", ""))
    if sender and not SENDER.fullmatch(sender):
        sentence = gettext("A sender is a number or at most 11 Latin letters and digits.")
        raise InvalidInput(sentence, fields={"sender": [sentence]})
    body = draft.body.strip()
    found, most = cut(body), crm.settings.get("sms")["most_parts"]
    if len(found.parts) > most:
        sentence = ngettext(
            "This text takes %(parts)s parts, but %(n)s is allowed. Shorten it.",
            "This text takes %(parts)s parts, but %(n)s are allowed. Shorten it.",
            most,
            parts=format_number(len(found.parts)),
        )
        raise InvalidInput(sentence, fields={"body": [sentence]})
    return Prepared(number.value, body, len(found.parts), draft.extra, _counted(body, found), _offered(body, found))


def not_before(crm: CRM, client: Client) -> datetime | None:
    """Returns when the quiet hours of a client end, by the client's own clock; None outside of them."""
    settings = crm.settings.get("sms")
    begins, ends = settings["quiet_from"], settings["quiet_to"]
    now = crm.clock.now().astimezone(_zone(crm, client))
    is_quiet = begins <= now.hour < ends if begins <= ends else now.hour >= begins or now.hour < ends
    if begins == ends or not is_quiet:
        return None
    day = now.date() if now.hour < ends else now.date() + timedelta(days=1)
    # The hour that clocks show then, also over the night in which they are changed.
    return datetime(day.year, day.month, day.day, ends % 24, tzinfo=now.tzinfo) + timedelta(days=ends // 24)


def waits_for(_crm: CRM, number: str) -> str:
    """Returns what messages to a number wait for: a gateway that serves it and is switched off; "" where one goes."""
    if gateways_for(number) or not gateways_for(number, is_active=False):
        return ""
    return gettext("The gateway that serves this number is switched off.")


def send(crm: CRM, outgoing: Sequence[Outgoing]) -> list[Sent]:
    """Hands messages over, each to the first gateway that takes it; raises ProviderError when none was handed over."""
    ways = {one.id: gateways_for(one.address) for one in outgoing}
    results: dict[int, Sent] = {}
    waiting = list(outgoing)
    while waiting:
        gateway = next(iter(ways[waiting[0].id]), None)
        mine = [one for one in waiting if next(iter(ways[one.id]), None) == gateway]
        waiting = [one for one in waiting if one not in mine]
        for one, sent in zip(mine, _answers(crm, gateway, mine), strict=True):
            ways[one.id] = ways[one.id][1:]
            # What a gateway did not take the next one may; of what it took in part it gets the rest itself.
            if sent.state == "queued" and ways[one.id] and not has_begun(one.id):
                waiting.append(one)
            else:
                results[one.id] = sent
    if results and all(sent.state == "queued" for sent in results.values()):
        raise ProviderError(next(iter(results.values())).reason, retryable=True)
    return [results[one.id] for one in outgoing]


def _answers(crm: CRM, gateway: Gateway | None, outgoing: Sequence[Outgoing]) -> Sequence[Sent]:
    """Returns what a gateway said to each message; without one, why none serves it."""
    if gateway is None:
        return [_nowhere(crm, one) for one in outgoing]
    try:
        return provider_of(gateway.kind).send(crm, gateway, outgoing)
    except ProviderError as error:
        state = "queued" if error.retryable else "failed"
        return [Sent(one.id, state, reason=error.message, provider=gateway.name) for one in outgoing]


def _nowhere(crm: CRM, one: Outgoing) -> Sent:
    if reason := waits_for(crm, one.address):  # switched off since the message was taken from the queue
        return Sent(one.id, "queued", reason=reason)
    return Sent(one.id, "failed", reason=gettext("No gateway serves this number."))


def _counted(body: str, found: Cut) -> str:
    told = [
        ngettext("%(n)s part", "%(n)s parts", len(found.parts)),
        ngettext("%(n)s sign left", "%(n)s signs left", found.left),
    ]
    if dear := gsm7.foreign(body):
        signs = " ".join(dear[:MOST_NAMED]) + ("…" if len(dear) > MOST_NAMED else "")
        told.append(gettext("parts are shorter because of %(signs)s", signs=signs))
    return " · ".join(told)


def _offered(body: str, found: Cut) -> str:
    plain = gsm7.made_plain(body)
    return plain if plain != body and len(cut(plain).parts) < len(found.parts) else ""


def _zone(crm: CRM, client: Client) -> Any:
    try:
        return ZoneInfo(client.time_zone) if client.time_zone else crm.config.zone
    except (ZoneInfoNotFoundError, ValueError):
        return crm.config.zone

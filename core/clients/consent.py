"""Consent: what a client said about being called, mailed or texted. The latest word of a channel counts."""

from dataclasses import dataclass

from peewee import JOIN, Select

from core.clients.models import Client, Consent
from core.clients.words import CHANNELS
from core.errors import InvalidInput
from core.i18n import _
from core.runtime import CRM
from core.store import audit
from core.users.models import User


@dataclass(frozen=True)
class Word:
    """The present state of one channel; `is_given` is None when the client never said anything."""

    channel: str
    is_given: bool | None
    latest: Consent | None = None
    by: User | None = None


def record_consent(crm: CRM, client: Client, channel: str, *, is_given: bool, how: str = "") -> Consent:
    """Returns the word that it has noted: given or refused, now, by the present user. Raises InvalidInput."""
    if channel not in CHANNELS:
        raise InvalidInput(_("There is no channel “%(name)s”.", name=channel))
    with crm.work():
        word = Consent.create(
            client=client,
            channel=channel,
            is_given=is_given,
            at=crm.clock.now(),
            how=how.strip(),
            user_id=crm.actor.user_id,
        )
        change = {channel: [None, "given" if is_given else "refused"], "how": [None, word.how]}
        audit.record(crm, "client", client.id, "consent", change)
    return word


def is_allowed(client: Client | int, channel: str) -> bool:
    """Tells whether a client may be written to or called through a channel: unless the latest word refuses it."""
    latest = _words(client).where(Consent.channel == channel).first()
    return latest is None or latest.is_given


def consents_of(client: Client) -> list[Word]:
    """Returns the state of every channel, with who noted the latest word."""
    latest: dict[str, Consent] = {}
    query = _words(client).select(Consent, User).join(User, JOIN.LEFT_OUTER, on=Consent.user_id == User.id, attr="by")
    for word in query:
        latest.setdefault(word.channel, word)
    return [
        Word(channel, word.is_given if word else None, word, getattr(word, "by", None))
        for channel in CHANNELS
        for word in [latest.get(channel)]
    ]


def _words(client: Client | int) -> Select:
    return Consent.select().where(Consent.client == client).order_by(Consent.at.desc(), Consent.id.desc())

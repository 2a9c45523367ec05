"""What networks tell of letters after they took them: arrived, read, come back. A channel tells it as of messages."""

from collections.abc import Iterable
from datetime import timedelta
from itertools import groupby

from core.api import CRM, outside
from plugins.reports.variants.models import Letter, Sending
from plugins.reports.variants.states import TOLD

# Networks give up after days, people answer after weeks.
FOLLOWED = timedelta(days=30)


def follow(crm: CRM) -> list[Sending]:
    """Brings letters on by what was told of them since; returns the sendings of which something is known anew."""
    since = crm.clock.now() - FOLLOWED
    query = Letter.select(Letter, Sending).join(Sending).where(Letter.channel != "", Letter.state.in_(TOLD))
    query = query.where(Sending.at > since).order_by(Letter.channel, Letter.id)
    changed: dict[int, Sending] = {}
    for channel, letters in groupby(query, key=lambda one: one.channel):
        for letter in _brought_on(crm, channel, letters):
            changed[letter.sending_id] = letter.sending
    return list(changed.values())


def _brought_on(crm: CRM, channel: str, letters: Iterable[Letter]) -> list[Letter]:
    """Returns the letters of a channel of which something was told, by the network's number or by ours."""
    known = {number: one for one in letters for number in (str(-one.id), one.provider_ref) if number}
    found = []
    with crm.work():
        for receipt in outside.take_receipts(crm, channel, known):
            letter = known[receipt.provider_ref]
            if outside.is_news(letter.state, receipt.state):
                letter.state, letter.reason = receipt.state, receipt.reason
                letter.save(only=[Letter.state, Letter.reason])
                found.append(letter)
    return found

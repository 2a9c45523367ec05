"""How a channel stands: what became of its messages lately by each gateway, and what could not go yet."""

from datetime import datetime

from peewee import fn

from core.messages.models import Message
from core.messages.states import QUEUED


def states_since(channel: str, since: datetime) -> dict[str, dict[str, int]]:
    """Returns how many messages changed since a moment, by the gateway (`provider`) that had them and their state."""
    query = Message.select(Message.provider, Message.state, fn.COUNT(Message.id))
    query = query.where(Message.channel == channel, Message.direction == "out", Message.changed_at >= since)
    found: dict[str, dict[str, int]] = {}
    for provider, state, count in query.group_by(Message.provider, Message.state).tuples():
        found.setdefault(provider, {})[state] = count
    return found


def stuck(channel: str) -> tuple[int, str]:
    """Returns how many messages wait because they could not go, and why the last one could not; 0 and "" for none."""
    here = (Message.channel == channel) & (Message.state == QUEUED) & (Message.reason != "")
    newest = Message.select(Message.reason).where(here).order_by(Message.changed_at.desc()).limit(1).tuples().first()
    return (Message.select().where(here).count(), newest[0]) if newest else (0, "")

"""The fields of messages, for lists, filters, groups, favourites and REST."""

from core.fields.tree import Entity, Field
from core.i18n import lazy
from core.messages.models import Message
from core.messages.reading import is_seen
from core.messages.states import STATES
from core.runtime import CRM

DIRECTIONS = {"out": lazy("From us"), "in": lazy("From the client")}


def message_entity(crm: CRM) -> Entity:
    """Returns what can be asked of messages; the channels are those that are switched on."""

    def channels() -> list[tuple[str, object]]:
        return [(one.key, one.label) for one in crm.channels.values()]

    channel = Field("channel", lazy("Channel"), "choice", Message.channel, choices=channels)
    return Entity("message", lazy("Message"), Message, (*_FACTS, channel, *_REST), title="address", seen=is_seen)


_FACTS = (
    Field("address", lazy("Address"), "text", Message.address),
    Field("subject", lazy("Subject"), "text", Message.subject),
    Field("body", lazy("Text"), "text", Message.body),
    Field("direction", lazy("Direction"), "choice", Message.direction, choices=tuple(DIRECTIONS.items())),
    Field("state", lazy("State"), "choice", Message.state, choices=tuple(STATES.items())),
)
_REST = (
    Field("reason", lazy("Reason"), "text", Message.reason),
    Field("client", lazy("Client"), "link", Message.client, target="client"),
    Field("contact", lazy("Contact"), "link", Message.contact, target="contact"),
    Field("deal", lazy("Deal"), "link", Message.deal, target="deal"),
    Field("user", lazy("Written by"), "user", Message.user_id, target="user"),
    Field("parts", lazy("Parts"), "number", Message.parts),
    Field("provider", lazy("Gateway"), "text", Message.provider),
    Field("send_after", lazy("To be sent"), "moment", Message.send_after),
    Field("sent_at", lazy("Sent"), "moment", Message.sent_at),
    Field("handled_at", lazy("Done with"), "moment", Message.handled_at),
    Field("created_at", lazy("Written"), "moment", Message.created_at),
    Field("changed_at", lazy("Changed"), "moment", Message.changed_at),
)

"""The blueprint of the messages' pages, and the message that a page is about."""

from flask import Blueprint

from core.messages.models import Message
from core.messages.reading import get_message
from core.web.context import user

blueprint = Blueprint("messages", "core.messages", template_folder="templates")


def shown_message(message_id: int) -> Message:
    """Returns the message of the page; raises NotFound unless the signed-in user may see it."""
    return get_message(user(), message_id)

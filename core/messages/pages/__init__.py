"""The pages of messages: writing one, the inbox, the list, a message, templates."""

from core.messages.pages import card, inbox, lists, message_templates, writing
from core.messages.pages.blueprint import blueprint

__all__ = ["blueprint", "card", "inbox", "lists", "message_templates", "writing"]

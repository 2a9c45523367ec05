"""The pages of clients: list, card, form, contacts, consents, trash."""

from core.clients.pages import card, contacts, editing, lists
from core.clients.pages.blueprint import blueprint

__all__ = ["blueprint", "card", "contacts", "editing", "lists"]

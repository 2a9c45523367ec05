"""The pages of tasks: mine, all, one of them, and what is done with them in place."""

from core.tasks.pages import actions, boxes, card, editing, mine, orders, proofs, talk
from core.tasks.pages.blueprint import blueprint

__all__ = ["actions", "blueprint", "boxes", "card", "editing", "mine", "orders", "proofs", "talk"]

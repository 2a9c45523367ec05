"""The pages of deals: list, board, card, new deal, and what is done with a deal."""

from core.deals.pages import (
    actions,
    board,
    calendar,
    card,
    demand,
    editing,
    forms,
    hanging,
    lists,
    map,
    opening,
    stage,
    trash,
    visits,
)
from core.deals.pages.blueprint import blueprint

__all__ = [
    "actions",
    "blueprint",
    "board",
    "calendar",
    "card",
    "demand",
    "editing",
    "forms",
    "hanging",
    "lists",
    "map",
    "opening",
    "stage",
    "trash",
    "visits",
]

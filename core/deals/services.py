"""What others may do with deals; each noun has a file of its own."""

from core.deals.changes import change_deal, delete_deal, restore_deal
from core.deals.closings import lose, reopen, win
from core.deals.moves import hand_over, hold, move, resume, resume_due
from core.deals.numbers import next_numbers
from core.deals.opening import open_deal
from core.deals.reading import find_deal, get_deal

__all__ = [
    "change_deal",
    "delete_deal",
    "find_deal",
    "get_deal",
    "hand_over",
    "hold",
    "lose",
    "move",
    "next_numbers",
    "open_deal",
    "reopen",
    "restore_deal",
    "resume",
    "resume_due",
    "win",
]

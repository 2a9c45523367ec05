"""How a deal came where it is: its visits of stages and what the deal's row must say after them, counted purely."""

from core.deals.recount import Ending, Period, Visit, periods, standing

__all__ = ["Ending", "Period", "Visit", "periods", "standing"]

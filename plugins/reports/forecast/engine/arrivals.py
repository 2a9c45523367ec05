"""What deals that are not opened yet usually bring within a period. Pure.

As many come a day as came lately, each into the stage that new deals begin at, and each is won as fast as stages last.
"""

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np

from plugins.reports.forecast.bounds import lately
from plugins.reports.forecast.engine.history import BY_TYPE, WON, Array, History
from plugins.reports.forecast.engine.outlook import Outlook
from plugins.reports.forecast.engine.simulation import Arriving


@dataclass(frozen=True)
class Opened:
    """Deals opened lately: in how many days, how many in each state, and by type the sums that won deals brought."""

    days: float
    states: Array
    sums: Mapping[int, Array]


def opened_before(history: History, at: float) -> Opened:
    """Returns what was known of new deals at a moment."""
    deals, stays = history.deals, history.stays
    known = np.flatnonzero(deals.opened < at)
    days = lately(at - float(deals.opened[known].min(initial=at)))
    late = known[deals.opened[known] >= at - days]
    begun = stays.state[np.searchsorted(stays.deal, late)] if len(late) else np.zeros(0, dtype=int)
    won = np.flatnonzero((deals.state == WON) & (deals.closed < at) & (deals.amount >= 0))
    states = np.bincount(begun, minlength=len(history.states))
    kinds, amounts = deals.type_id[won], deals.amount[won].astype(float)
    return Opened(days, states, {int(kind): amounts[kinds == kind] for kind in np.unique(kinds)})


def arriving(outlook: Outlook, opened: Opened, first: int, until: int) -> list[Arriving]:
    """Returns by type what is won, from `first` to `until` days from now, of deals that are opened from now on.

    Types are told apart because small deals are often won faster: a month's new deals bring small sums.
    """
    kinds = outlook.hazards.states // BY_TYPE
    found = []
    for kind in np.unique(kinds[opened.states > 0]):
        within = np.where(kinds == kind, opened.states, 0) @ outlook.within / opened.days
        # A deal that comes after d days has until - d days left, of which the first ones may lie before the period.
        wins = within[until:0:-1].sum() - within[max(first, 0) : 0 : -1].sum()
        found.append(Arriving(float(max(wins, 0)), opened.sums.get(int(kind), np.zeros(0))))
    return found

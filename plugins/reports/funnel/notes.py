"""What both funnels say below their tables about deals that add nothing to the sums."""

from core.api import gettext as _
from core.api import ngettext
from plugins.reports.document import Note
from plugins.reports.links import Conditions, as_query, without_rate


def money_notes(no_potential: int, no_rate: int, conditions: Conditions) -> list[Note]:
    """Returns the notes on deals without a potential, and on those whose potential lacks a rate; they are told apart.

    `no_potential` counts both, as the contract says; `conditions` are those of all deals of the report.
    """
    notes, bare = [], no_potential - no_rate
    if bare:
        words = ngettext(
            "%(n)s deal has no potential: it is counted, but adds nothing to the sums.",
            "%(n)s deals have no potential: they are counted, but add nothing to the sums.",
            bare,
        )
        notes.append(Note(words))
    if no_rate:
        words = ngettext(
            "%(n)s deal has a potential in a currency without a rate for its day: it adds nothing to the sums.",
            "%(n)s deals have a potential in a currency without a rate for their day: they add nothing to the sums.",
            no_rate,
        )
        query = as_query(without_rate(conditions))
        notes.append(Note(words, query, _("Show them"), "rates.index", _("Set exchange rates"), "admin.settings"))
    return notes

"""What a letter with a report says: its title and period, its first figures, and where it is in the CRM."""

from core.api import CRM
from core.api import gettext as _
from plugins.reports.document import Document, as_shown
from plugins.reports.models import Variant
from plugins.reports.variants import calendar
from plugins.reports.variants.keeping import query_of
from plugins.reports.variants.models import Schedule

MOST_FIGURES = 3


def subject_of(crm: CRM, variant: Variant) -> str:
    """Returns the subject of a letter: what the settings are called, and whose report it is."""
    return f"{variant.name} · {crm.config.name}" if crm.config.name else variant.name


def text_of(crm: CRM, schedule: Schedule, document: Document, *, has_file: bool) -> str:
    """Returns the letter in the language that is spoken; the link is there if the instance knows its address."""
    parts = [f"{document.title}\n{document.subtitle}".strip()]
    if document.is_empty:
        parts.append(_("Nothing to show yet."))
    elif document.figures:
        lines = [f"{one.title}: {as_shown(one.value, one.kind)}" for one in document.figures[:MOST_FIGURES]]
        parts.append("\n".join(lines))
    if has_file:
        parts.append(_("The whole report is attached."))
    if link := address_of_report(crm, schedule.variant):
        parts.append(_("In the CRM: %(link)s", link=link))
    when = calendar.in_words(schedule.every, schedule.on_day, schedule.at_hour)
    parts.append(_("%(name)s has this sent %(when)s.", name=schedule.owner.name, when=when))
    return "\n\n".join(str(part) for part in parts)


def address_of_report(crm: CRM, variant: Variant) -> str:
    """Returns the whole address of a report with its settings; an empty text if the instance doesn't know its own."""
    base = crm.config.base_url.rstrip("/")
    return f"{base}/reports/{variant.report}?{query_of(variant)}" if base else ""

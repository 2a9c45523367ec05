"""Makes what a sending carries: the owner's report, then one letter after another, each as its reader may see it.

Reports are made outside any transaction: they take seconds.
"""

from core.api import CRM, CRMError, User, speaking
from core.api import gettext as _
from plugins.reports.document import Document
from plugins.reports.output.forms import File, write
from plugins.reports.registry import make_report
from plugins.reports.variants import letters
from plugins.reports.variants.files import keep, path_of, path_of_letter
from plugins.reports.variants.keeping import pairs_of
from plugins.reports.variants.models import Letter, Schedule, Sending
from plugins.reports.variants.recipients import readers_of
from plugins.reports.variants.schedules import EXPORT

# A user's letter is planned until it is made; an address outside reads the owner's, whose letter waits at once.
PLANNED, WAITING, FAILED = "planned", "waiting", "failed"


def make_owners(crm: CRM, sending: Sending) -> None:
    """Makes the owner's report, and plans the letters: they are there at once, or none is.

    Raises CRMError for settings that can't be used any more.
    """
    schedule = sending.schedule
    body, file = _report_for(crm, schedule, schedule.owner, with_file=True)
    sending.file_name, sending.size = file.name, len(file.content)
    keep(path_of(crm, sending), file.content)
    subject = letters.subject_of(crm, schedule.variant)
    with crm.work():
        sending.save()
        for reader in readers_of(schedule):
            Letter.create(
                sending=sending, user=reader.user, address=reader.address, subject=subject,
                body="" if reader.user else body, file_name="" if reader.user else file.name,
                state=PLANNED if reader.user else WAITING,
            )  # fmt: skip


def make_next(crm: CRM, sending: Sending) -> None:
    """Makes the next letter that is planned, if there is one; a user may see less, or nothing, or have no address."""
    letter = Letter.select().where(Letter.sending == sending.id, Letter.state == PLANNED).order_by(Letter.id).first()
    if letter is None:
        return
    try:
        letter.body, file = _report_for(crm, sending.schedule, letter.user, with_file=letter.user.can(EXPORT))
    except CRMError as error:
        letter.state, letter.reason = FAILED, error.message
    else:
        if file is not None:
            letter.file_name = file.name
            keep(path_of_letter(crm, letter), file.content)
        has_address = bool(letter.address)
        letter.state, letter.reason = (WAITING, "") if has_address else (FAILED, _("no address of e-mail"))
    with crm.work():
        letter.save()


def is_made(sending: Sending) -> bool:
    """Tells whether no letter of a sending is to be made any more."""
    return not Letter.select().where(Letter.sending == sending.id, Letter.state == PLANNED).exists()


def _report_for(crm: CRM, schedule: Schedule, user: User, *, with_file: bool) -> tuple[str, File | None]:
    """Returns the words of a letter with the report as a user may see it, in that user's language, and its file."""
    with speaking(user.language or crm.config.language):
        document: Document = make_report(crm, user, schedule.variant.report, pairs_of(schedule.variant))
        file = write(document, schedule.form) if with_file else None
        return letters.text_of(crm, schedule, document, has_file=with_file), file

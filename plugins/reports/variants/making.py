"""Makes what a sending carries: the owner's report, then one letter after another, each as its reader may see it.

Reports are made outside any transaction: they take seconds. Meanwhile the schedule may be deleted; what was made of it
then goes too.
"""

from core.api import CRM, CRMError, User, speaking
from core.api import gettext as _
from plugins.reports.document import Document
from plugins.reports.output.forms import File, write
from plugins.reports.registry import make_report
from plugins.reports.variants import letters
from plugins.reports.variants.files import kept, path_of, path_of_letter
from plugins.reports.variants.keeping import pairs_of
from plugins.reports.variants.models import Letter, Schedule, Sending
from plugins.reports.variants.recipients import readers_of
from plugins.reports.variants.rights import EXPORT, eyes_of, readers_lack
from plugins.reports.variants.states import FAILED, MAKING, PLANNED, REFUSED, WAITING


def make_owners(crm: CRM, sending: Sending) -> None:
    """Makes the owner's report, and plans the letters: they are there at once, or none is.

    Raises CRMError for settings that can't be used any more.
    """
    schedule = sending.schedule
    subject = letters.subject_of(crm, schedule.variant)
    body, file, eyes = _owners(crm, sending)
    with kept(path_of(crm, sending), file.content) as keep, crm.work():
        if not _is_told_of(sending):
            return
        for reader in readers_of(schedule):
            Letter.create(
                sending=sending, user=reader.user, address=reader.address, subject=subject,
                body="" if reader.user else body, file_name="" if reader.user else file.name,
                eyes="" if reader.user else eyes, state=PLANNED if reader.user else WAITING,
            )  # fmt: skip
        keep()


def make_next(crm: CRM, sending: Sending) -> None:
    """Makes the next letter that is planned, if there is one; a user may see less, or nothing, or have no address.

    Those to addresses outside, which are planned when the owner came to see something else, are made together.
    """
    letter = Letter.select().where(Letter.sending == sending.id, Letter.state == PLANNED).order_by(Letter.id).first()
    if letter is None:
        return
    if letter.user_id is None:
        _make_outside(crm, sending)
    elif lack := readers_lack(sending.schedule, letter):
        _note(crm, letter, REFUSED, lack)
    elif not letter.user.email:
        _note(crm, letter, FAILED, _("no e-mail address"))
    else:
        _make_users(crm, sending, letter)


def is_made(sending: Sending) -> bool:
    """Tells whether no letter of a sending is to be made any more."""
    return not Letter.select().where(Letter.sending == sending.id, Letter.state == PLANNED).exists()


def _make_outside(crm: CRM, sending: Sending) -> None:
    body, file, eyes = _owners(crm, sending)
    with kept(path_of(crm, sending), file.content) as keep, crm.work():
        if not _is_told_of(sending):
            return
        outside = (Letter.sending == sending.id) & (Letter.state == PLANNED) & Letter.user.is_null()
        Letter.update(body=body, file_name=file.name, eyes=eyes, state=WAITING, reason="").where(outside).execute()
        keep()


def _owners(crm: CRM, sending: Sending) -> tuple[str, File, str]:
    """Returns the owner's letter and file, which the sending now names, and with which eyes they were seen."""
    owner = sending.schedule.owner
    eyes = eyes_of(owner)
    body, file = _report_for(crm, sending.schedule, owner, with_file=True)
    sending.file_name, sending.size = file.name, len(file.content)
    return body, file, eyes


def _is_told_of(sending: Sending) -> bool:
    """Writes a sending's file down, and tells whether the sending is still there."""
    told = Sending.update(file_name=sending.file_name, size=sending.size)
    return bool(told.where(Sending.id == sending.id, Sending.state == MAKING).execute())


def _make_users(crm: CRM, sending: Sending, letter: Letter) -> None:
    user = letter.user
    letter.address, letter.eyes, letter.file_name = user.email, eyes_of(user), ""
    try:
        letter.body, file = _report_for(crm, sending.schedule, user, with_file=user.can(EXPORT))
    except CRMError as error:
        _note(crm, letter, FAILED, error.message)
        return
    if file is None:
        _note(crm, letter, WAITING, "")
        return
    # The sending as it was read: its row may be gone by now.
    letter.file_name, letter.sending = file.name, sending
    with kept(path_of_letter(crm, letter), file.content) as keep:
        if _note(crm, letter, WAITING, ""):
            keep()


def _note(crm: CRM, letter: Letter, state: str, reason: str) -> bool:
    """Keeps what became of a letter, and tells whether it is still there."""
    letter.state, letter.reason = state, str(reason)
    with crm.work():
        return bool(letter.save())


def _report_for(crm: CRM, schedule: Schedule, user: User, *, with_file: bool) -> tuple[str, File | None]:
    """Returns the words of a letter with the report as a user may see it, in that user's language, and its file."""
    with speaking(user.language or crm.config.language):
        document: Document = make_report(crm, user, schedule.variant.report, pairs_of(schedule.variant))
        file = write(document, schedule.form) if with_file else None
        return letters.text_of(crm, schedule, document, has_file=with_file), file

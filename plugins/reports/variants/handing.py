"""Hands the letters of a sending over, each exactly once, and only what owner and reader may still send and read.

A letter is marked *sending* before it is handed over: if the worker dies there, nobody can tell whether the network
took it, and it is *uncertain*, not sent again.
"""

from peewee import JOIN, ModelSelect

from core.api import CRM, Attachment, Channel, InvalidInput, Outgoing, ProviderError, User, outside
from core.api import gettext as _
from plugins.reports.output.forms import MEDIA_TYPES
from plugins.reports.variants.files import path_of_letter
from plugins.reports.variants.making import is_made
from plugins.reports.variants.models import Letter, Schedule, Sending
from plugins.reports.variants.notices import tell_administrators
from plugins.reports.variants.rights import eyes_of, find_fresh, owners_lack, readers_lack
from plugins.reports.variants.states import (
    AHEAD,
    ARRIVED,
    BOUNCED,
    FAILED,
    HANDING,
    PLANNED,
    REFUSED,
    SENT,
    UNCERTAIN,
    WAITING,
    WAITS,
    WORDS,
)

Outcome = tuple[str, str]


def carrier(crm: CRM) -> Channel | None:
    """Returns a channel to addresses of e-mail that carries files and is ready, or None."""
    ways = [one for one in crm.channels.values() if one.carries_files and one.address_kind == "email"]
    return next((one for one in ways if one.readiness is None or not one.readiness(crm)), None)


def hand_over(crm: CRM, sending: Sending) -> Outcome | None:
    """Hands over the letters that wait; returns what came of them all, None when some are to be made anew.

    Raises ProviderError, to be tried again, when the network did not take some.
    """
    channel = carrier(crm)
    if channel is None:
        return _keep(crm, sending, _("No channel that carries files is on: the file is kept here."))
    if not _letters(sending).exists():
        return WAITS, _("No recipient is named: the file is kept here.")
    _doubt(crm, sending)
    for letter in list(_letters(sending).where(Letter.state == WAITING).order_by(Letter.id)):
        schedule = find_fresh(sending.schedule_id)
        if schedule is None:
            return None
        if lack := owners_lack(schedule):
            return refuse(crm, sending, lack)
        _hand_if_right(crm, channel, schedule, letter)
    if not is_made(sending):
        return None
    waiting = _letters(sending).where(Letter.state == WAITING).order_by(Letter.id).first()
    if waiting is not None:
        raise ProviderError(waiting.reason or _("The network can't take it now."), retryable=True)
    return outcome_of(sending)


def refuse(crm: CRM, sending: Sending, lack: str) -> Outcome:
    """Lets no more letters go, tells the administrators, and returns what came of it."""
    tell_administrators(crm, sending.schedule, lack)
    if _end_letters(crm, sending, REFUSED, lack):
        return outcome_of(sending)
    return REFUSED, _("%(reason)s So it was sent to nobody.", reason=lack)


def give_up(crm: CRM, sending: Sending, reason: str) -> Outcome:
    """Lets no more letters go since something went wrong for good, and returns what came of it."""
    has_letters = _letters(sending).exists()
    _end_letters(crm, sending, FAILED, reason, is_last_resort=True)
    return outcome_of(sending) if has_letters else (FAILED, reason)


def outcome_of(sending: Sending) -> Outcome:
    """Returns what came of the letters of a sending, in all, and in words who got it, or who did not and why."""
    query = Letter.select(Letter, User).join(User, JOIN.LEFT_OUTER).where(Letter.sending == sending.id)
    named = [(one.reader, one) for one in query.order_by(Letter.id)]
    missed = [f"{name}: {one.reason or WORDS[one.state][0]}" for name, one in named if one.state not in ARRIVED]
    return (FAILED, "; ".join(missed)) if missed else (SENT, ", ".join(name for name, _letter in named))


def _keep(crm: CRM, sending: Sending, note: str) -> Outcome:
    # Once some have gone, the others failed: *kept* says of a letter what it says of its sending.
    _doubt(crm, sending)
    has_gone = _have_gone(sending)
    _end_letters(crm, sending, FAILED if has_gone else WAITS, _("No channel that carries files is on."))
    return outcome_of(sending) if has_gone else (WAITS, note)


def _end_letters(crm: CRM, sending: Sending, state: str, reason: str, *, is_last_resort: bool = False) -> bool:
    """Ends the letters that have not gone, and tells whether any has, or may have.

    What made one wait until now is a better reason than a last resort.
    """
    _doubt(crm, sending)
    with crm.work():
        mine = (Letter.sending == sending.id) & Letter.state.in_(AHEAD)
        unexplained = mine & (Letter.reason == "") if is_last_resort else mine
        Letter.update(reason=reason).where(unexplained).execute()
        Letter.update(state=state).where(mine).execute()
    return _have_gone(sending)


def _have_gone(sending: Sending) -> bool:
    return _letters(sending).where(Letter.state.in_((*ARRIVED, BOUNCED, UNCERTAIN))).exists()


def _doubt(crm: CRM, sending: Sending) -> None:
    """Marks what a worker left half way."""
    lost = _("The worker ended while this was being handed over.")
    with crm.work():
        mine = (Letter.sending == sending.id) & (Letter.state == HANDING)
        Letter.update(state=UNCERTAIN, reason=lost).where(mine).execute()


def _hand_if_right(crm: CRM, channel: Channel, schedule: Schedule, letter: Letter) -> None:
    """Hands a letter over, unless its reader may not read it any more, or it was made by other rights."""
    reader: User = letter.user or schedule.owner
    if lack := readers_lack(schedule, letter):
        _settle(crm, letter, REFUSED, lack)
    elif letter.eyes != eyes_of(reader):
        _settle(crm, letter, PLANNED, "")
    elif _settle(crm, letter, HANDING, "", channel=channel.key):
        _hand(crm, channel, letter)


def _hand(crm: CRM, channel: Channel, letter: Letter) -> None:
    try:
        outgoing = _outgoing(crm, letter)
        outside.check_files(channel, outgoing.attached)
        (answer,) = channel.send(crm, [outgoing])
    except InvalidInput as error:  # too large, or of a kind that the channel doesn't carry
        _settle(crm, letter, FAILED, _("%(reason)s The file is kept here.", reason=error.message))
        return
    except ProviderError as error:  # nothing was handed over
        _settle(crm, letter, WAITING if error.retryable else FAILED, error.message)
        return
    state = WAITING if answer.state == "queued" else answer.state
    _settle(crm, letter, state, answer.reason, provider=answer.provider, provider_ref=answer.provider_ref)


def _settle(crm: CRM, letter: Letter, state: str, reason: str, **facts: str) -> bool:
    """Brings a letter on from the state it was read in; tells whether it was still there, and in that state."""
    with crm.work():
        mine = (Letter.id == letter.id) & (Letter.state == letter.state)
        is_mine = bool(Letter.update(state=state, reason=str(reason), **facts).where(mine).execute())
    letter.state, letter.reason = state, str(reason)
    return is_mine


def _outgoing(crm: CRM, letter: Letter) -> Outgoing:
    attached = ()
    if letter.file_name:
        path = path_of_letter(crm, letter)
        if not path.is_file():
            raise ProviderError(_("There is no such file any more."), retryable=False)
        media_type = MEDIA_TYPES[path.suffix.removeprefix(".")]
        attached = (Attachment(letter.file_name, media_type, path.stat().st_size, path),)
    # Below zero, where no message of the core has its number; the same however often it is tried.
    return Outgoing(-letter.id, letter.address, letter.body, letter.subject, {}, attached=attached)


def _letters(sending: Sending) -> ModelSelect:
    return Letter.select().where(Letter.sending == sending.id)

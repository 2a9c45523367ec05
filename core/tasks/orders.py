"""Orders with control: who does one reports it, and its author accepts the result or sends it back.

Where it stands is the task's state: open, reported, done. A task that was sent back is open again and keeps what was
said about it.
"""

from core.errors import InvalidInput, NotAllowed
from core.i18n import _
from core.interactions.comments import add_comment
from core.runtime import CRM
from core.tasks import rows
from core.tasks.models import Task
from core.tasks.services import complete
from core.tasks.words import DONE, OPEN, REPORTED
from core.users.models import User


def report(crm: CRM, task: Task, note: str, *, version: int | None = None) -> Task:
    """Returns the task as reported: done, as its doer says, with a note of the result, until its author accepts it.

    Raises InvalidInput for a task whose result nobody wants to accept, and without a note.
    """
    if not task.is_controlled:
        raise InvalidInput(_("Nobody waits for a report on this task; mark it as done."))
    if not note.strip():
        sentence = _("Say what came of it: the author is to accept it.")
        raise InvalidInput(sentence, fields={"note": [sentence]})
    return complete(crm, task, note=note, version=version)


def accept(crm: CRM, user: User, task: Task, *, version: int | None = None) -> Task:
    """Returns a reported task as done; raises NotAllowed for others than its author and who may hand over."""
    with crm.work():
        row = rows.take(crm, task, version, REPORTED)
        _require_author(user, row)
        row.state, row.done_at = DONE, crm.clock.now()
        return rows.save(crm, task, row, "accepted", {"state": [REPORTED, DONE]})


def send_back(crm: CRM, user: User, task: Task, comment: str, *, version: int | None = None) -> Task:
    """Returns a reported task as open again, with what its author lacks; raises as `accept` does, and InvalidInput."""
    if not comment.strip():
        sentence = _("Say what is missing, so that it can be done.")
        raise InvalidInput(sentence, fields={"comment": [sentence]})
    with crm.work():
        row = rows.take(crm, task, version, REPORTED)
        _require_author(user, row)
        row.state, row.done_by_id = OPEN, None
        row.result = {**row.result, "sent_back": comment.strip()}
        rows.save(crm, task, row, "sent back", {"state": [REPORTED, OPEN]})
        add_comment(crm, user, "task", task.id, comment)
    return task


def may_accept(user: User, task: Task) -> bool:
    """Tells whether a user decides about the result: the author, or who may hand over, for an author who is away."""
    return task.author_id == user.id or user.can("deals.hand_over")


def _require_author(user: User, task: Task) -> None:
    if not may_accept(user, task):
        raise NotAllowed(_("Only who gave the task may accept its result or send it back."))

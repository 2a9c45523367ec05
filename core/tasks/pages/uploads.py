"""Files that are sent along with the result of a task: kept on its deal, and their ids put into the form."""

from flask import request
from marshmallow import Schema
from werkzeug.datastructures import MultiDict

from core.interactions.files import store_file
from core.process.stage_tasks import STANDING
from core.runtime import CRM
from core.tasks.models import Task
from core.tasks.words import DONE
from core.users.models import User
from core.web.forms import UPLOAD


def kept(crm: CRM, user: User, task: Task, schema: type[Schema]) -> MultiDict:
    """Returns what was filled in, with the id of each file that was sent, which its deal then has.

    Raises InvalidInput for a file that is empty or too large. A result that is refused afterwards leaves the file where
    it is: the form then shows it as chosen.
    """
    filled = MultiDict(request.form)
    for name, one in schema._declared_fields.items():
        sent = request.files.get(f"{name}.file") if one.metadata.get("widget") == UPLOAD else None
        if sent is not None and sent.filename:
            filled[name] = str(store_file(crm, user, "deal", task.deal_id, sent.filename, sent.stream).id)
    return filled


def has_ended(task: Task) -> bool:
    """Tells whether the task was done by evidence meanwhile, of which a file may be one, and if so says so on it."""
    if not request.files:
        return False
    now = Task.get_by_id(task.id)
    if now.state in STANDING or now.state != DONE or now.done_by_id is not None:
        return False
    task.take_over(now)
    return True

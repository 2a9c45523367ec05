"""A long list as xlsx, which takes minutes: the worker writes it while the browser is told how far it is.

The file lies under the instance's `files/` for a day, for nobody but who asked; what is in it he may see at that time.
"""

import hashlib
import json
import shutil
from collections.abc import Iterable, Iterator
from datetime import timedelta
from importlib import import_module
from pathlib import Path
from typing import Any
from urllib.parse import parse_qsl

from flask import Flask
from werkzeug.datastructures import MultiDict

from core.errors import InvalidInput, NotFound
from core.exports import MOST_XLSX_ROWS, PARTS, write_xlsx
from core.fields import remembering
from core.i18n import _, format_number, speaking
from core.jobs import Job, Progress
from core.runtime import CRM
from core.users.access import require
from core.users.models import User
from core.web.lists.definition import ListPage
from core.web.lists.jobs import EXPORT
from core.web.lists.rows import Table, table_of
from core.web.lists.source import Source
from core.web.lists.state import read_state

KEPT = timedelta(days=1)
TOLD_EVERY = 2_000
# Where the worker finds the lists, by name.
LISTS = {
    "clients": "core.clients.pages.lists:CLIENTS",
    "deals": "core.deals.pages.lists:DEALS",
    "visits": "core.deals.pages.visits:VISITS",
    "tasks": "core.tasks.lists:TASKS",
    "messages": "core.messages.pages.lists:MESSAGES",
    "interactions": "core.interactions.lists:INTERACTIONS",
}


def begin(source: Source, columns: Iterable[str]) -> Job:
    """Returns the job that writes the list; the one under way if the user has asked for the same already."""
    args = {
        "list": source.list_page.name,
        "query": source.state.query(),
        "columns": list(columns),
        "name": f"{source.list_page.name}-{source.crm.today():%Y-%m-%d}.xlsx",
    }
    same = hashlib.sha256(json.dumps([source.user.id, args]).encode()).hexdigest()
    with source.crm.work():
        return source.crm.jobs.enqueue(EXPORT, args, dedupe_key=f"{EXPORT}:{same}")


def get_export(user: User, job_id: int) -> Job:
    """Returns an export that the user has asked for; raises NotFound for those of others."""
    job = Job.get_or_none(Job.id == job_id, Job.kind == EXPORT, Job.user_id == user.id)
    if job is None:
        raise NotFound(_("There is no such export, or somebody else made it."))
    return job


def get_finished(crm: CRM, user: User, job_id: int) -> tuple[Job, Path]:
    """Returns a finished export with its file; raises NotFound, and NotAllowed for who may take out none any more."""
    job = get_export(user, job_id)
    path = path_of(crm, job)
    if job.state != "done" or not path.exists():
        raise NotFound(_("The file is not there: it is not finished yet, or older than a day. Export the list anew."))
    if right := _list_page(job.args["list"]).permission("export"):
        require(user, right)
    return job, path


def path_of(crm: CRM, job: Job) -> Path:
    """Returns where the file of an export lies, if it is finished and not too old."""
    return crm.config.files / "exports" / f"{job.id}.xlsx"


def write(crm: CRM, args: dict[str, Any], progress: Progress) -> None:
    """Writes the file of an export as its user may see the list now, whole or not at all."""
    user = User.get_by_id(progress.job.user_id)
    list_page = _list_page(args["list"])
    # Searches of lists ask the application for the instance.
    app = Flask(__name__)
    app.extensions["hinka"] = crm
    with app.app_context(), speaking(user.language or crm.config.language), remembering():
        if right := list_page.permission("export"):
            require(user, right)
        state = read_state(list_page, MultiDict(parse_qsl(args["query"])), "")
        table = table_of(Source(crm, list_page, state, user), tuple(args["columns"]))
        if table.size > MOST_XLSX_ROWS:
            raise InvalidInput(_("A sheet holds at most %(n)s rows; export as csv instead.", n=MOST_XLSX_ROWS))
        path = path_of(crm, progress.job)
        path.parent.mkdir(parents=True, exist_ok=True)
        write_xlsx(path, str(list_page.title), table.header, _told(table, progress))


def forget_old(crm: CRM) -> None:
    """Deletes the files that are older than a day, and what killed workers have left while none is being written."""
    limit = crm.clock.now() - KEPT
    old = Job.select().where(Job.kind == EXPORT, Job.finished_at < limit)
    for path in (path_of(crm, job) for job in old):
        path.unlink(missing_ok=True)
    if not Job.select().where(Job.kind == EXPORT, Job.state == "running").exists():
        for parts in (crm.config.files / "exports").glob(f"{PARTS}*"):
            shutil.rmtree(parts, ignore_errors=True)


def _told(table: Table, progress: Progress) -> Iterator[list[Any]]:
    for count, row in enumerate(table.rows, 1):
        if count % TOLD_EVERY == 0:
            words = _("%(done)s of %(all)s rows", done=format_number(count), all=format_number(table.size))
            progress.tell(min(99, count * 100 // table.size), words)
        yield row


def _list_page(name: str) -> ListPage:
    module, _colon, attribute = LISTS[name].partition(":")
    return getattr(import_module(module), attribute)

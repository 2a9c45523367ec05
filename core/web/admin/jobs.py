"""The page of jobs: what waits, runs, failed; and running a failed one again."""

from flask import Blueprint, request
from werkzeug.wrappers import Response

from core.i18n import Text, _, lazy
from core.jobs import Job
from core.jobs.regular import counts as counted
from core.jobs.regular import is_noteworthy
from core.users.access import require
from core.web.asked import page_number
from core.web.context import can, crm, needs, user
from core.web.pages import go, is_htmx, page

blueprint = Blueprint("jobs", __name__)
PAGE_SIZE = 50
STATES: dict[str, tuple[Text, str]] = {  # state: (what the user reads, colour)
    "waiting": (lazy("Waiting"), "secondary"),
    "running": (lazy("Running"), "blue"),
    "failed": (lazy("Failed"), "red"),
    "done": (lazy("Done"), "green"),
    "cancelled": (lazy("Cancelled"), "secondary"),
}


@blueprint.get("/")
@needs("admin.jobs")
def index() -> str:
    """Shows jobs, newest first, regular ones only if asked; htmx asks for the table alone, to keep it fresh."""
    with_regular = request.args.get("regular") == "1"
    state = request.args.get("state", "")
    number = page_number()
    query = Job.select().order_by(Job.id.desc())
    if state in STATES:
        query = query.where(Job.state == state)
    if not with_regular:
        query = query.where(is_noteworthy())
    jobs = list(query.paginate(number, PAGE_SIZE))
    counts = counted(with_regular=with_regular)
    total = counts.get(state, 0) if state in STATES else sum(counts.values())
    template = "admin/jobs_table.html" if is_htmx() else "admin/jobs.html"
    return page(
        template,
        jobs=jobs,
        counts=counts,
        states=STATES,
        state=state,
        regular="1" if with_regular else None,
        number=number,
        pages=-(-total // PAGE_SIZE),
        may_handle=_may_handle,
        is_moving=any(job.state in ("waiting", "running") for job in jobs),
    )


@blueprint.post("/<int:job_id>/again")
@needs("admin.jobs")
def again(job_id: int) -> Response:
    """Puts a failed job back into the queue."""
    crm().jobs.retry(_job_to_handle(job_id))
    return go("jobs.index", _("The job will be run again shortly."))


@blueprint.post("/<int:job_id>/stop")
@needs("admin.jobs")
def stop(job_id: int) -> Response:
    """Stops a job that waits or runs."""
    crm().jobs.stop(_job_to_handle(job_id), _("%(name)s stopped it.", name=user().name))
    return go("jobs.index", _("The job is stopped."))


def _job_to_handle(job_id: int) -> Job:
    """Returns a job that the user may stop or run again; raises NotAllowed, NotFound."""
    job = crm().jobs.get(job_id)
    if permission := _permission_of(job):
        require(user(), permission)
    return job


def _may_handle(job: Job) -> bool:
    permission = _permission_of(job)
    return not permission or can(permission)


def _permission_of(job: Job) -> str:
    """Returns what stopping or repeating a job takes beside seeing it; nothing more, if its plugin is off."""
    kind = crm().job_kinds.get(job.kind)
    return kind.permission if kind else ""

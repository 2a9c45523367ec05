"""The page where the forecast is checked now, not only at night: a button, and how far the check is."""

from flask import Blueprint
from werkzeug.wrappers import Response as BaseResponse

from core.api import Job, go, needs, page, present_crm
from plugins.reports.forecast.learning import KIND, find_basis, last_check, start_check

blueprint = Blueprint("reports_checking", __name__)
MOVING = ("waiting", "running")


@blueprint.get("/")
@needs("reports.share")
def show() -> str:
    """Shows when the forecast was checked last, and how far a check is that goes on."""
    return _page("reports/checking.html")


@blueprint.get("/progress")
@needs("reports.share")
def progress() -> str | BaseResponse:
    """Shows how far the check is; when it is done, the report card."""
    job = _job()
    if job is not None and job.state == "done":
        return go("reports.show", name="forecast-check")
    return _page("reports/checking_progress.html")


@blueprint.post("/")
@needs("reports.share")
def start() -> BaseResponse:
    """Begins a check in the background, unless one goes on."""
    start_check(present_crm())
    return go("reports_checking.show")


def _page(template: str) -> str:
    crm, job = present_crm(), _job()
    is_moving = job is not None and job.state in MOVING
    return page(template, job=job, is_moving=is_moving, basis=find_basis(crm), checked_at=last_check(crm))


def _job() -> Job | None:
    return Job.select().where(Job.kind == KIND).order_by(Job.id.desc()).first()

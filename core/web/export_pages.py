"""The page where a long list is awaited as a file, and from which it is fetched."""

from flask import Blueprint, Response, send_file

from core.web.context import crm, user
from core.web.lists.exports import TYPES
from core.web.lists.long_exports import get_export, get_finished, path_of
from core.web.pages import is_htmx, page

blueprint = Blueprint("exports", __name__)


@blueprint.get("/<int:job_id>")
def show(job_id: int) -> str:
    """Shows how far the file is, then where to fetch it."""
    job = get_export(user(), job_id)
    path = path_of(crm(), job)
    size = path.stat().st_size if job.state == "done" and path.exists() else 0
    template = "lists/_export.html" if is_htmx() else "lists/export.html"
    return page(template, job=job, size=size, is_moving=job.state in ("waiting", "running"))


@blueprint.get("/<int:job_id>/file")
def fetch(job_id: int) -> Response:
    """Returns the finished file."""
    job, path = get_finished(crm(), user(), job_id)
    return send_file(path, mimetype=TYPES["xlsx"], as_attachment=True, download_name=job.args["name"])

"""`/healthz`: tells a balancer or a monitor whether this process can serve."""

import logging

from flask import Blueprint

from core.boot import is_schema_fine
from core.web.context import crm, public, unconnected

blueprint = Blueprint("health", __name__)
log = logging.getLogger("hinka.web")


@blueprint.get("/healthz")
@public
@unconnected
def check() -> tuple[dict[str, str], int]:
    """Answers 200 when the database answers and its schema is fine, else 503."""
    try:
        with crm().database.connection_context():
            is_fine = is_schema_fine(crm())
    except Exception:  # a named border: whatever is broken, the answer must be "not healthy", never a traceback
        log.exception("health check failed")
        is_fine = False
    return ({"status": "ok"}, 200) if is_fine else ({"status": "unavailable"}, 503)

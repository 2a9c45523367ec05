"""Guards of changes: who changes a record says by If-Match which state of it was seen.

Without the header the answer is 428, after somebody else's change 412 with their values, so nobody overwrites what
was never read. `If-Match: *` means: whatever it is now.
"""

from collections.abc import Iterator
from contextlib import contextmanager

from flask import request
from peewee import Model

from core.errors import Conflict, CRMError
from core.i18n import _
from core.web.rest.answers import mark
from core.web.rest.resources import Resource


class Unguarded(CRMError):
    """A change without If-Match."""

    status = 428
    code = "if-match-required"


class Stale(CRMError):
    """A change of a state that is no more."""

    status = 412
    code = "stale"


@contextmanager
def guard(resource: Resource, record: Model) -> Iterator[None]:
    """Runs the change of a record that the caller has just read; raises Unguarded or Stale.

    A change by somebody else between the reading and the writing raises Conflict in the service, which is Stale too.
    """
    if "If-Match" not in request.headers:
        raise Unguarded(_("Send the ETag that you read as If-Match, so that nobody's change is lost."))
    if not request.if_match.contains(mark(resource, record)):
        raise Stale(_("Somebody changed this meanwhile. Read it again and repeat your change."))
    try:
        yield
    except Conflict as conflict:
        raise Stale(conflict.message, fields={name: [str(value)] for name, value in conflict.theirs.items()}) from None

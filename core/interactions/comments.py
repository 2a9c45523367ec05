"""Comments: what colleagues remark on a client or a deal."""

from core.errors import InvalidInput
from core.i18n import _
from core.interactions.models import Comment
from core.runtime import CRM
from core.store import audit
from core.users.models import User

COMMENTED = ("client", "deal")
LONGEST = 10_000


def comment(crm: CRM, entity: str, entity_id: int, user: User | None, body: str) -> Comment:
    """Returns a new comment on a record that the caller has found visible; raises InvalidInput for an empty one."""
    body = body.strip()
    if entity not in COMMENTED:
        raise InvalidInput(_("Only clients and deals are commented."))
    if not body or len(body) > LONGEST:
        raise InvalidInput(
            _("A comment has from 1 to %(n)s characters.", n=LONGEST), fields={"body": [_("Write something.")]}
        )
    with crm.work():
        made = Comment.create(entity=entity, entity_id=entity_id, user=user, body=body, at=crm.clock.now())
        audit.record(crm, entity, entity_id, "commented")
    return made


def delete_comment(crm: CRM, found: Comment) -> None:
    """Deletes a comment; the history keeps its words."""
    with crm.work():
        audit.record(crm, found.entity, found.entity_id, "comment deleted", {"body": [found.body, None]})
        found.delete_instance()

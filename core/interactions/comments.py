"""What hangs on a client or deal beside interactions: who may see it. The comments of colleagues, on tasks too."""

from core.clients.models import Client
from core.clients.services import get_client
from core.deals.models import Deal
from core.deals.services import get_deal
from core.errors import InvalidInput, NotAllowed, NotFound
from core.fields import entity as entity_of
from core.fields import seen
from core.i18n import _
from core.interactions.models import Comment
from core.interactions.words import COMMENTED, ENTITIES
from core.runtime import CRM
from core.store import audit
from core.users.models import User

LONGEST = 20_000


def get_subject(crm: CRM, user: User, entity: str, entity_id: int) -> Client | Deal:
    """Returns the client or deal on which something hangs; raises NotFound for what the user may not see."""
    if entity not in ENTITIES:
        raise NotFound(_("There is no such record."))
    return get_client(crm, user, entity_id) if entity == "client" else get_deal(crm, user, entity_id)


def add_comment(crm: CRM, user: User, entity: str, entity_id: int, body: str) -> Comment:
    """Returns a new comment on a client, deal or task; clients never see it. Raises InvalidInput, NotFound."""
    _require_seen(crm, user, entity, entity_id)
    body = _checked(body)
    with crm.work():
        made = Comment.create(entity=entity, entity_id=entity_id, user=user, body=body, at=crm.clock.now())
        audit.record(crm, "comment", made.id, "created")
    return made


def get_comment(crm: CRM, user: User, comment_id: int) -> Comment:
    """Returns a comment on a record that the user sees; raises NotFound."""
    found = Comment.get_or_none(Comment.id == comment_id)
    if found is None:
        raise NotFound(_("There is no such comment."))
    _require_seen(crm, user, found.entity, found.entity_id)
    return found


def change_comment(crm: CRM, user: User, comment: Comment, body: str) -> Comment:
    """Returns the comment with new words; only its author may change it (NotAllowed)."""
    _require_author(user, comment)
    before, comment.body = comment.body, _checked(body)
    with crm.work():
        comment.save()
        audit.record(crm, "comment", comment.id, "changed", {"body": [before, comment.body]})
    return comment


def delete_comment(crm: CRM, user: User, comment: Comment) -> None:
    """Deletes a comment; only its author may, and who may delete clients."""
    if not user.can("clients.delete"):
        _require_author(user, comment)
    with crm.work():
        comment.delete_instance()
        audit.record(crm, "comment", comment.id, "deleted", {"body": [comment.body, None]})


def _require_seen(crm: CRM, user: User, entity: str, entity_id: int) -> None:
    """Raises NotFound for what the user may not see; of tasks, which come after us, core.fields knows who sees them."""
    if entity in ENTITIES or entity not in COMMENTED:
        get_subject(crm, user, entity, entity_id)
        return
    kind = entity_of(crm, entity)
    if not kind.model.select().where(kind.model.id == entity_id, seen(kind, user)).exists():
        raise NotFound(_("There is no such record."))


def _require_author(user: User, comment: Comment) -> None:
    if comment.user_id != user.id:
        raise NotAllowed(_("Only its author may change a comment."))


def _checked(body: str) -> str:
    body = body.strip()
    if not body or len(body) > LONGEST:
        sentence = _("Write something, up to %(n)s letters.", n=LONGEST)
        raise InvalidInput(sentence, fields={"body": [sentence]})
    return body

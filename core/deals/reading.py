"""Reads deals: one for its card, or by number; only what the user may see."""

from peewee import JOIN, ModelSelect

from core.clients.models import Client, Contact, Source
from core.deals.models import Deal, StageVisit
from core.errors import NotFound
from core.i18n import _
from core.runtime import CRM
from core.stages.models import DealType, DealTypeVersion, LossReason, Stage
from core.store import audit
from core.users.access import visible_to
from core.users.models import User


def visible_deals(user: User) -> ModelSelect:
    """Returns the query of the deals, not deleted, that `user` may see."""
    return Deal.select().where(Deal.deleted_at.is_null(), visible_to(user, Deal.owner))


def get_deal(crm: CRM, user: User, deal_id: int, *, is_deleted: bool = False) -> Deal:
    """Returns the deal with all it refers to, by one query, or one that lies in the trash if it `is_deleted`.

    Raises NotFound also when the user may not see it.
    """
    query = Deal.select(Deal, Client, Contact, DealType, DealTypeVersion, Stage, User, Source, LossReason)
    for model in (Client, DealType, DealTypeVersion):
        query = query.join_from(Deal, model)
    for model in (Contact, Stage, User, Source, LossReason):
        query = query.join_from(Deal, model, JOIN.LEFT_OUTER)
    is_there = Deal.deleted_at.is_null(not is_deleted)
    deal = query.where(Deal.id == deal_id, is_there, visible_to(user, Deal.owner)).first()
    if deal is None:
        raise NotFound(_("There is no such deal, or you may not see it."))
    return deal


def deleted_deals(user: User) -> ModelSelect:
    """Returns the query of the deals in the trash that `user` may see, with client and owner, the newest first."""
    query = Deal.select(Deal, Client, User).join_from(Deal, Client).join_from(Deal, User, JOIN.LEFT_OUTER)
    query = query.where(Deal.deleted_at.is_null(False), visible_to(user, Deal.owner))
    return query.order_by(Deal.deleted_at.desc(), Deal.id.desc())


def who_deleted(deal: Deal) -> User | None:
    """Returns who put a deal into the trash the last time; None if nobody did by hand."""
    was_deleted = (audit.Audit.entity == "deal", audit.Audit.entity_id == deal.id, audit.Audit.action == "deleted")
    entry = audit.Audit.select().where(*was_deleted).order_by(audit.Audit.id.desc()).first()
    return User.get_or_none(User.id == entry.user_id) if entry else None


def find_deal(user: User, number: str) -> Deal | None:
    """Returns the visible deal of a number, or None."""
    return visible_deals(user).where(Deal.number == number.strip()).first()


def visits_of(deal: Deal) -> list[StageVisit]:
    """Returns the deal's visits of stages, oldest first, with their stages, and as `user` who ended them."""
    query = StageVisit.select(StageVisit, Stage, User).join(Stage)
    query = query.join_from(StageVisit, User, JOIN.LEFT_OUTER, on=(StageVisit.user_id == User.id), attr="user")
    return list(query.where(StageVisit.deal == deal.id).order_by(StageVisit.entered_at, StageVisit.id))

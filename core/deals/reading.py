"""Reads deals: one for its card, or by number; only what the user may see."""

from peewee import JOIN, ModelSelect

from core.clients.models import Client, Contact, Source
from core.deals.models import Deal, StageVisit
from core.errors import NotFound
from core.i18n import _
from core.runtime import CRM
from core.stages.models import DealType, DealTypeVersion, LossReason, Stage
from core.users.access import visible_to
from core.users.models import User


def visible_deals(user: User) -> ModelSelect:
    """Returns the query of the deals, not deleted, that `user` may see."""
    return Deal.select().where(Deal.deleted_at.is_null(), visible_to(user, Deal.owner))


def get_deal(crm: CRM, user: User, deal_id: int) -> Deal:
    """Returns the deal with all it refers to, by one query; raises NotFound also when the user may not see it."""
    query = Deal.select(Deal, Client, Contact, DealType, DealTypeVersion, Stage, User, Source, LossReason)
    for model in (Client, DealType, DealTypeVersion):
        query = query.join_from(Deal, model)
    for model in (Contact, Stage, User, Source, LossReason):
        query = query.join_from(Deal, model, JOIN.LEFT_OUTER)
    deal = query.where(Deal.id == deal_id, Deal.deleted_at.is_null(), visible_to(user, Deal.owner)).first()
    if deal is None:
        raise NotFound(_("There is no such deal, or you may not see it."))
    return deal


def find_deal(user: User, number: str) -> Deal | None:
    """Returns the visible deal of a number, or None."""
    return visible_deals(user).where(Deal.number == number.strip()).first()


def visits_of(deal: Deal) -> list[StageVisit]:
    """Returns the deal's visits of stages, oldest first, with their stages, and as `user` who ended them."""
    query = StageVisit.select(StageVisit, Stage, User).join(Stage)
    query = query.join_from(StageVisit, User, JOIN.LEFT_OUTER, on=(StageVisit.user_id == User.id), attr="user")
    return list(query.where(StageVisit.deal == deal.id).order_by(StageVisit.entered_at, StageVisit.id))

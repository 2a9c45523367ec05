"""The fields of stage visits, for lists, filters, groups and reports."""

from typing import Any

from peewee import Expression, fn

from core.deals.models import Deal, StageVisit
from core.deals.words import OUTCOMES
from core.fields.tree import Entity, Field
from core.i18n import lazy
from core.runtime import CRM
from core.store.fields import to_microseconds
from core.users.access import visible_to

DAY = 86_400_000_000  # microseconds


def visit_entity(crm: CRM) -> Entity:
    """Returns what can be asked of visits; one is seen by who sees its deal. Days count until now while it lasts."""
    now = to_microseconds(crm.clock.now())

    def days(source: Any) -> Any:
        return (fn.COALESCE(source.left_at, now, coerce=False) - source.entered_at) * 1.0 / DAY

    fields = (*_FACTS, Field("days", lazy("Days at the stage"), "number", days))
    return Entity("visit", lazy("Stage visit"), StageVisit, fields, title="id", there=_is_there, seen=_seen)


def _title(source: Any) -> Any:
    deal = Deal.alias()
    return deal.select(deal.title).where(deal.id == source.deal)


_FACTS = (
    Field("title", lazy("Title"), "text", _title),
    Field("deal", lazy("Deal"), "link", StageVisit.deal, target="deal"),
    Field("stage", lazy("Stage"), "link", StageVisit.stage, target="stage"),
    Field("entered_at", lazy("Came to the stage"), "moment", StageVisit.entered_at),
    Field("left_at", lazy("Left the stage"), "moment", StageVisit.left_at),
    Field("outcome", lazy("Outcome"), "choice", StageVisit.outcome, choices=tuple(OUTCOMES.items())),
    Field("responsible", lazy("Who led it there"), "user", StageVisit.responsible_id, target="user"),
    Field("potential_base", lazy("Potential in company currency"), "money", StageVisit.potential_base),
)


def _is_there(source: Any) -> Expression:
    return source.deal << Deal.select(Deal.id).where(Deal.deleted_at.is_null())


def _seen(user: Any, source: Any) -> Expression | None:
    if user.role.scope == "all":
        return None
    return source.deal << Deal.select(Deal.id).where(visible_to(user, Deal.owner))

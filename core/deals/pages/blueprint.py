"""The blueprint of the deals' pages, and the deal that a page is about."""

from flask import Blueprint

from core.deals.models import Deal
from core.deals.reading import get_deal
from core.web.context import crm, user

blueprint = Blueprint("deals", "core.deals", template_folder="templates")


def shown_deal(deal_id: int) -> Deal:
    """Returns the deal of the page; raises NotFound unless the signed-in user may see it."""
    return get_deal(crm(), user(), deal_id)

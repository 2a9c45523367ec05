"""Deals that were deleted: the list of them, what is shown of one, and the way back."""

from werkzeug.wrappers import Response

from core.deals import services
from core.deals.pages.blueprint import blueprint
from core.deals.reading import deleted_deals, get_deal, who_deleted
from core.i18n import _
from core.web.asked import page_number
from core.web.context import crm, needs, user
from core.web.pages import go, page

PAGE = 50


@blueprint.get("/trash")
@needs("deals.delete")
def trash() -> str:
    """Shows what was deleted, the newest first."""
    number = page_number()
    rows = list(deleted_deals(user()).offset((number - 1) * PAGE).limit(PAGE + 1))
    return page("deals/trash.html", deals=rows[:PAGE], has_more=len(rows) > PAGE, number=number)


@blueprint.post("/<int:deal_id>/restore")
@needs("deals.delete")
def restore(deal_id: int) -> Response:
    """Takes a deal out of the trash."""
    deal = services.restore_deal(crm(), get_deal(crm(), user(), deal_id, is_deleted=True))
    return go("deals.card", _("“%(title)s” is back.", title=deal.title), deal_id=deal.id)


def deleted_card(deal_id: int) -> tuple[str, int]:
    """Returns the page of a deal in the trash: what it was, since when it lies there and by whom; raises NotFound.

    Its status says that there is no such deal any more.
    """
    deal = get_deal(crm(), user(), deal_id, is_deleted=True)
    return page("deals/deleted.html", deal=deal, by=who_deleted(deal)), 404

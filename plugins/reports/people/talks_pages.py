"""The page behind a number of interactions: what it counts, one by one."""

from flask import Blueprint, request, url_for

from core.api import InvalidInput, User, needs, page, present_crm, present_user
from core.api import gettext as _
from plugins.reports.people.activity import COLUMN_WORDS
from plugins.reports.people.talks import ALL_TALKS, as_period, list_talks

blueprint = Blueprint("reports_talks", __name__)
ON_A_PAGE = 50


@blueprint.get("/")
@needs("reports.read")
def index() -> str:
    """Lists the calls, letters or meetings that a cell of *activity* counts, or all talks of a manager."""
    crm, args = present_crm(), request.args
    what, of = args.get("what", "calls"), args.get("of", "*")
    try:
        period = as_period(args.get("from", ""), args.get("to", ""))
        manager = None if of in ("*", "") else int(of)
        words = _("Talks") if what == ALL_TALKS else COLUMN_WORDS[what]
    except (KeyError, ValueError) as error:
        raise InvalidInput(_("These records can't be found again: open the report anew.")) from error
    query = list_talks(crm, present_user(), period, what, of=manager, is_anybodys=of == "*")
    number, whole = max(args.get("page", 1, int), 1), query.count()
    return page(
        "reports/talks.html",
        title=words,
        subtitle=" · ".join(filter(None, (_who(manager, of), period.words()))),
        talks=query.paginate(number, ON_A_PAGE),
        whole=whole,
        number=number,
        pages=-(-whole // ON_A_PAGE),
        url=lambda other: url_for("reports_talks.index", **{**args.to_dict(), "page": other}),
    )


def _who(manager: int | None, of: str) -> str:
    if of == "*":
        return ""
    found = User.get_or_none(User.id == manager) if manager else None
    return found.name if found else _("Nobody")

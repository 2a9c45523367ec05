"""The page of deals that hang: why each does, what to do about it, and one number for each manager."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import timedelta
from typing import Any

from flask import request
from peewee import JOIN
from werkzeug.wrappers import Response

from core.clients.models import Client
from core.deals.models import Deal
from core.deals.pages.blueprint import blueprint
from core.deals.pages.lists import Asked, asked, in_list, part_of_bar, view_of
from core.process.hanging import REASONS, Hanging, HangMark, Hung, Share, hanging
from core.process.picture import lateness
from core.stages.models import DealType, Stage
from core.stages.types import PROCESS, all_types
from core.users.models import Team, User
from core.users.services import users_by_id
from core.web.context import crm, needs, user

PAGE = 40


@dataclass(frozen=True)
class Row:
    """A deal that hangs, as the page shows it: how `late` in working time, for how long `old`; None where it isn't."""

    deal: Deal
    mark: HangMark
    late: timedelta | None
    old: timedelta | None
    has_task: bool


@dataclass(frozen=True)
class ManagerRow:
    """A manager's number, and the address of the page for this manager alone, or for all again."""

    share: Share
    owner: User | None
    url: str
    is_chosen: bool


@blueprint.route("/hanging", methods=["GET", "POST"])
@needs("deals.read")
def hanging_page() -> str | Response:
    """Shows the deals that hang, the gravest first; the state of the list in the address narrows them."""
    if (part := part_of_bar()) is not None:
        return part
    search = asked(with_quick=True)
    found = hanging(crm(), user(), search.where)
    number, pages = _page_number(found.count)
    shown = found.part((number - 1) * PAGE, number * PAGE)
    return view_of(
        "hanging",
        search,
        rows=_rows(shown),
        count=found.count,
        managers=_managers(found, search),
        reasons=REASONS,
        number=number,
        pages=pages,
        page_url=lambda wanted: search.state.url(page=wanted),
        types=_choices(search, "type", [(one.id, one.name) for one in all_types()]),
        teams=_choices(search, "owner.team", list(Team.select(Team.id, Team.name).order_by(Team.name).tuples())),
        on_hold=found.on_hold,
        held_url=in_list(({"field": "is_on_hold", "op": "equal", "value": True},)),
        here_url=request.full_path,
    )


def _page_number(count: int) -> tuple[int, int]:
    pages = max(-(-count // PAGE), 1)
    return min(max(request.args.get("p", type=int, default=1), 1), pages), pages


def _rows(shown: Sequence[Hung]) -> list[Row]:
    now = crm().clock.now()
    query = Deal.select(Deal, Client, DealType, Stage, User).join(Client).join_from(Deal, DealType)
    query = query.join_from(Deal, Stage, JOIN.LEFT_OUTER).join_from(Deal, User, JOIN.LEFT_OUTER)
    deals = {deal.id: deal for deal in query.where(Deal.id.in_([one.deal_id for one in shown]))} if shown else {}
    return [
        Row(
            deal := deals[one.deal_id],
            one.mark,
            lateness(crm(), one.mark.late_at, now) if one.mark.late_at else None,
            now - one.mark.old_at if one.mark.old_at else None,
            deal.deal_type.mode == PROCESS,
        )
        for one in shown
        if one.deal_id in deals  # it may have gone between the two queries
    ]


def _managers(found: Hanging, search: Asked) -> list[ManagerRow]:
    owners = users_by_id(share.owner_id for share in found.shares)
    rows = []
    for share in found.shares:
        is_me = {"field": "owner", "op": "empty"}
        if share.owner_id is not None:
            is_me = {"field": "owner", "op": "equal", "value": share.owner_id}
        is_chosen = search.state.has([is_me])
        url = search.state.without([is_me]) if is_chosen else search.state.with_condition(is_me).url()
        rows.append(ManagerRow(share, owners.get(share.owner_id), url, is_chosen))
    return rows


def _choices(search: Asked, field: str, named: Sequence[tuple[int, str]]) -> dict[str, Any]:
    """Returns what a filter at hand offers: the name that is chosen, and (name, address, is chosen) of each."""
    conditions = [{"field": field, "op": "equal", "value": one} for one, _name in named]
    on = [search.state.has([one]) for one in conditions]
    others = [(name, search.state.with_condition(one).url(), is_on)
              for (_id, name), one, is_on in zip(named, conditions, on, strict=True)]  # fmt: skip
    return {
        "chosen": next((name for name, _url, is_on in others if is_on), ""),
        "all": search.state.without([one for one, is_on in zip(conditions, on, strict=True) if is_on]),
        "others": others,
    }

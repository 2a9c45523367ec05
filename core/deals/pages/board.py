"""The board: open deals of a type by stage, all together or a lane for each manager; cards are dragged."""

from dataclasses import dataclass

from flask import Response, get_template_attribute, jsonify, request, session, url_for
from peewee import Expression
from werkzeug.wrappers import Response as BaseResponse

from core.deals.columns import cards_of, columns, first_cards, more_cards, running_versions
from core.deals.lanes import lanes, owned_by, total
from core.deals.models import Deal
from core.deals.pages.blueprint import blueprint, shown_deal
from core.deals.pages.last_type import chosen_type
from core.deals.pages.lists import Asked, asked, in_list, part_of_bar, view_of
from core.deals.pages.looks import look_of, look_of_cards
from core.i18n import _
from core.process import dropping
from core.process.dropping import Question
from core.stages.types import all_types, ladders
from core.web.context import crm, needs, user
from core.web.pages import page, safe_next

# How the user looked at the board last: "owner" for lanes.
BY = "board_by"
_HELD = ({"field": "is_on_hold", "op": "equal", "value": True},)


@blueprint.route("/board", methods=["GET", "POST"])
@needs("deals.read")
def board() -> str | BaseResponse:
    """Shows the columns of one type with their totals and first cards, or the lanes of the managers."""
    if (part := part_of_bar()) is not None:
        return part
    types = all_types(only_used=True)
    deal_type = chosen_type(types)
    if deal_type is None:
        return page("deals/no_types.html")
    here = _here(request.args.get("version", type=int, default=deal_type.published_version_id))
    shown = columns(here.version_id, here.steps, here.where)
    return view_of(
        "board",
        here.search,
        types=types,
        deal_type=deal_type,
        versions=[version for version in running_versions(deal_type) if version.id != here.version_id],
        on_hold=sum(column.on_hold for column in shown),
        held_url=in_list(_HELD),
        can_group=user().role.scope != "own",
        columns=shown,
        **(_lanes(here) if _is_by_owner() else _cards(here)),
        version_id=here.version_id,
        query=here.query,
        total=total(shown),
    )


@blueprint.get("/board/lane")
@needs("deals.read")
def board_lane() -> str:
    """Shows the columns of one manager's lane."""
    here = _here(request.args.get("version", type=int, default=0))
    shown = columns(here.version_id, here.steps, here.where)
    return page("deals/_columns.html", columns=shown, version_id=here.version_id, query=here.query, **_cards(here))


@blueprint.get("/board/cards")
@needs("deals.read")
def board_cards() -> str:
    """Shows the next cards of a column."""
    place = request.args.get("place", type=int)
    here = _here(request.args.get("version", type=int, default=0))
    cards = more_cards(here.version_id, place, here.where, request.args.get("after", ""))
    return page(
        "deals/_cards.html", cards=cards, place=place, version_id=here.version_id, query=here.query,
        look=look_of([cards]),
    )  # fmt: skip


@blueprint.post("/<int:deal_id>/drop")
@needs("deals.write")
def drop(deal_id: int) -> Response:
    """Does what a card's drop means, in the version its page showed; or tells the dialog that asks something first."""
    deal = shown_deal(deal_id)
    version = request.form.get("version", type=int, default=0)
    stage_id = request.form.get("stage", type=int, default=0)
    if request.form.get("to") == "won":
        question = dropping.drop_on_won(crm(), deal, version=version)
    else:
        question = dropping.drop_on_stage(crm(), deal, stage_id, version=version)
    if question is not None:
        return jsonify(ask=_dialog_of(question, deal, stage_id))
    note = "" if deal.is_open else _("Won: %(title)s", title=deal.title)
    return jsonify(card=_card_of(deal) if deal.is_open else "", note=note, **_totals(_here(deal.version_id)))


def _dialog_of(question: Question, deal: Deal, stage_id: int) -> str:
    """Returns the address of the dialog, from which the way leads back to the board."""
    back = {"next": safe_next(request.form.get("next")), "version": deal.version}
    if question.kind == dropping.TASK:
        return url_for("tasks.do", task_id=question.task.id, next=back["next"])
    if question.kind == dropping.SEND_BACK:
        return url_for("deals.send_back", deal_id=deal.id, stage=stage_id, **back)
    return url_for("deals.win", deal_id=deal.id, **back)


@dataclass(frozen=True)
class Here:
    """The part of the board that a request is about: the search, a version, perhaps one manager's lane."""

    search: Asked
    version_id: int
    lane: int | None

    @property
    def steps(self) -> list:
        """The stages of the version."""
        return ladders([self.version_id])[self.version_id]

    @property
    def where(self) -> Expression:
        """The condition of the deals shown."""
        return self.search.where if self.lane is None else self.search.where & owned_by(self.lane)

    @property
    def query(self) -> str:
        """The same as the query of an address."""
        return self.search.query if self.lane is None else f"{self.search.query}&lane={self.lane}"


def _here(version_id: int) -> Here:
    return Here(asked(), version_id, request.args.get("lane", type=int))


def _is_by_owner() -> bool:
    if "by" in request.args and session.get(BY, "") != request.args["by"]:
        session[BY] = request.args["by"]
    return session.get(BY) == "owner" and user().role.scope != "own"


def _cards(here: Here) -> dict:
    found = first_cards(here.version_id, here.where)
    return {"cards": found, "look": look_of(found.values())}


def _lanes(here: Here) -> dict:
    return {"lanes": lanes(here.version_id, here.steps, here.where)}


def _totals(here: Here) -> dict:
    """Returns the heads of the columns with their totals, by place, and the lane's line, as they are after a drop."""
    shown = columns(here.version_id, here.steps, here.where)
    heads = {str(column.place): page("deals/_head.html", column=column) for column in shown}
    found = lanes(here.version_id, here.steps, here.where) if here.lane is not None else []
    return {"heads": heads, "lane": page("deals/_lane.html", lane=found[0], columns=shown) if found else ""}


def _card_of(deal: Deal) -> str:
    cards = cards_of([deal.id])
    return str(get_template_attribute("deals/_card.html", "show")(cards[0], look_of_cards(cards)))

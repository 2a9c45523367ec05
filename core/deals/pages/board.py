"""The board: open deals of a type by stage; cards are dragged from column to column."""

from dataclasses import dataclass, field
from datetime import date, datetime
from functools import lru_cache

from flask import Response, get_template_attribute, jsonify, request, url_for
from peewee import Expression
from werkzeug.wrappers import Response as BaseResponse

from core.deals import services
from core.deals.columns import cards_of, columns, first_cards, more_cards, running_versions
from core.deals.models import Deal
from core.deals.pages.blueprint import blueprint, shown_deal
from core.deals.pages.last_type import chosen_type
from core.deals.pages.lists import asked, in_list, part_of_bar, view_of
from core.i18n import _, ngettext
from core.stages.types import all_types, ladders
from core.web.context import crm, needs
from core.web.pages import page

_HELD = ({"field": "is_on_hold", "op": "equal", "value": True},)


@blueprint.route("/board", methods=["GET", "POST"])
@needs("deals.read")
def board() -> str | BaseResponse:
    """Shows the columns of one type, each with its totals and first cards."""
    if (part := part_of_bar()) is not None:
        return part
    types = all_types(only_used=True)
    deal_type = chosen_type(types)
    if deal_type is None:
        return page("deals/no_types.html")
    search = asked()
    versions = running_versions(deal_type)
    version_id = request.args.get("version", type=int, default=deal_type.published_version_id)
    shown = columns(version_id, ladders([version_id])[version_id], search.where)
    return view_of(
        "board",
        search,
        types=types,
        deal_type=deal_type,
        versions=[version for version in versions if version.id != version_id],
        version_id=version_id,
        columns=shown,
        on_hold=sum(column.on_hold for column in shown),
        held_url=in_list(_HELD),
        cards=first_cards(version_id, search.where),
        look=Look(),
    )


@blueprint.get("/board/cards")
@needs("deals.read")
def board_cards() -> str:
    """Shows the next cards of a column."""
    place = request.args.get("place", type=int)
    version_id = request.args.get("version", type=int, default=0)
    search = asked()
    cards = more_cards(version_id, place, search.where, request.args.get("after", ""))
    return page("deals/_cards.html", cards=cards, place=place, version_id=version_id, search=search, look=Look())


@blueprint.post("/<int:deal_id>/drop")
@needs("deals.write")
def drop(deal_id: int) -> Response:
    """Does what a card's drop means, in the version its page showed: moves the deal, or wins it."""
    deal = shown_deal(deal_id)
    version = request.form.get("version", type=int, default=0)
    if request.form.get("to") == "won":
        services.win(crm(), deal, version=version)
        return _after_drop(deal, "", _("Won: %(title)s", title=deal.title))
    services.move(crm(), deal, request.form.get("stage", type=int, default=0), version=version)
    return _after_drop(deal, _card_of(deal), "")


def _after_drop(deal: Deal, card: str, note: str) -> Response:
    return jsonify(card=card, heads=_heads(deal.version_id, asked().where), note=note)


def _heads(version_id: int, where: Expression) -> dict[str, str]:
    """Returns the heads of the columns with their totals, by place."""
    found = columns(version_id, ladders([version_id])[version_id], where)
    return {str(column.place): page("deals/_head.html", column=column) for column in found}


def _card_of(deal: Deal) -> str:
    macro = get_template_attribute("deals/_card.html", "show")
    return str(macro(cards_of([deal.id])[0], Look()))


@dataclass
class Look:
    """What is the same for all cards of a board, made once: words in the reader's language, the day, an icon."""

    old: int = 30
    today: date = field(default_factory=lambda: crm().today())
    now: datetime = field(default_factory=lambda: crm().clock.now())
    url: str = field(default_factory=lambda: url_for("deals.card", deal_id=0).removesuffix("0"))
    unpriced: str = field(default_factory=lambda: _("no potential"))
    expected: str = field(default_factory=lambda: _("Expected on"))
    since: str = field(default_factory=lambda: _("How long it stands at this stage"))
    calendar: str = field(default_factory=lambda: get_template_attribute("ui.html", "icon")("calendar"))

    def __post_init__(self) -> None:
        self.days = lru_cache(lambda age: ngettext("%(n)s day", "%(n)s days", age))
        self.initials = lru_cache(_initials)


def _initials(name: str) -> str:
    words = name.split() or ["?"]
    return (words[0][:1] + (words[-1][:1] if len(words) > 1 else "")).upper()

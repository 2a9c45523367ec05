"""Plans what is done to many manual deals: moved to a stage, won, or lost. Nothing is changed here."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from core.clients.models import Client
from core.deals.demand import unanswered
from core.deals.models import Deal
from core.deals.services import lose, move, win
from core.errors import CRMError, InvalidInput
from core.i18n import _
from core.runtime import CRM
from core.stages.models import DealType, Stage, TypeStage
from core.stages.reasons import get_reason
from core.stages.reference import get_stage
from core.stages.types import PROCESS
from core.users.access import require, visible_to
from core.users.models import User

MOVE, WIN, LOSE = "move", "win", "lose"
RIGHT = "deals.write"
MOST = 5_000


@dataclass(frozen=True)
class Turn:
    """What is done to each deal: `do` is move (to `stage_id`), win, or lose (with `reason_id` and `note`)."""

    do: str
    stage_id: int | None = None
    reason_id: int | None = None
    note: str = ""


@dataclass(frozen=True)
class Planned:
    """A deal as the preview shows it; `refusal` says why it stays as it is, empty if it doesn't."""

    id: int
    number: str
    title: str
    client: str
    refusal: str = ""


def plan_turning(crm: CRM, user: User, deal_ids: Sequence[int], turn: Turn) -> list[Planned]:
    """Returns the deals that `user` sees among these, each with why it can't be turned so, if it can't.

    Raises NotAllowed without the right, InvalidInput for a stage or reason that is missing, NotFound for one unknown.
    """
    require(user, RIGHT)
    check_turn(turn)
    query = Deal.select(Deal, Client.name, DealType.mode).join(Client).join_from(Deal, DealType)
    query = query.where(Deal.id << list(deal_ids[:MOST]), Deal.deleted_at.is_null(), visible_to(user, Deal.owner))
    deals = list(query.order_by(Deal.id))
    having = _versions_with(turn.stage_id) if turn.do == MOVE else set()
    asked = unanswered(crm, [deal.id for deal in deals]) if turn.do in (WIN, LOSE) else set()
    return [
        Planned(deal.id, deal.number, deal.title, deal.client.name, _refusal(deal, turn, having, asked))
        for deal in deals
    ]


def check_turn(turn: Turn) -> None:
    """Raises InvalidInput or NotFound for a turn that says too little."""
    if turn.do not in (MOVE, WIN, LOSE):
        raise InvalidInput(_("Choose what is to be done with the deals."))
    if turn.do == MOVE:
        if turn.stage_id is None:
            raise InvalidInput(_("Choose the stage to move the deals to."), fields={"stage": [_("Choose a stage.")]})
        get_stage(turn.stage_id)
    if turn.do == LOSE:
        if turn.reason_id is None:
            raise InvalidInput(_("Choose why the deal was lost."), fields={"reason": [_("Choose a reason.")]})
        reason = get_reason(turn.reason_id)
        if reason.needs_note and not turn.note.strip():
            sentence = _("The reason “%(reason)s” needs a note: write what happened.", reason=reason.name)
            raise InvalidInput(sentence, fields={"note": [sentence]})


def turn_deal(crm: CRM, deal: Deal, turn: Turn) -> str:
    """Does the turn to one deal, in a work of its own; returns why not, or an empty text."""
    doings: dict[str, Any] = {
        MOVE: lambda: move(crm, deal, turn.stage_id),
        WIN: lambda: win(crm, deal),
        LOSE: lambda: lose(crm, deal, turn.reason_id, turn.note),
    }
    try:
        with crm.work():
            doings[turn.do]()
    except CRMError as error:
        return str(error)
    return ""


def stages_to_move_to() -> list[tuple[int, str]]:
    """Returns (id, name) of the stages that manual types in use have, in the order in which they are passed."""
    query = TypeStage.select(Stage.id, Stage.name).join(Stage).join_from(TypeStage, DealType, on=_IS_PUBLISHED)
    query = query.where(DealType.mode == "manual", DealType.is_used).order_by(TypeStage.place, Stage.id)
    return list(dict.fromkeys(query.tuples()))


_IS_PUBLISHED = DealType.published_version_id == TypeStage.version


def _versions_with(stage_id: int | None) -> set[int]:
    query = TypeStage.select(TypeStage.version).where(TypeStage.stage == stage_id)
    return {row[0] for row in query.tuples()}


def _refusal(deal: Deal, turn: Turn, having: set[int], asked: set[int]) -> str:
    if not deal.is_open:
        return _("It is closed already.")
    if deal.deal_type.mode == PROCESS:
        return _("It is led by a process: its tasks move it.")
    if turn.do == MOVE and deal.version_id not in having:
        return _("Its type has no such stage.")
    if turn.do == MOVE and deal.stage_id == turn.stage_id:
        return _("It stands there already.")
    if deal.id in asked:
        return _("Say first, on the deal, how the client's demand was satisfied.")
    return ""

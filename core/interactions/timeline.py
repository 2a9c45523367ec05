"""The timeline of a client or a deal: what happened, newest first, from several tables in one list."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from core.deals.models import Closing, Deal, StageVisit
from core.i18n import _
from core.interactions.models import Comment, Interaction
from core.runtime import CRM
from core.stages.models import Stage
from core.store.audit import Audit
from core.users.access import visible_to
from core.users.models import User

KINDS = ("interaction", "comment", "stage", "change")
PAGE = 30


@dataclass(frozen=True)
class Entry:
    """One thing that happened; `record` is the row it comes from, `name` the kind of interaction, stage or change."""

    kind: str
    at: datetime
    name: str
    title: str
    body: str
    user: str
    deal: Deal | None
    record: Any


def timeline(
    crm: CRM,
    user: User,
    *,
    client_id: int = 0,
    deal_id: int = 0,
    kinds: Iterable[str] = KINDS,
    before: datetime | None = None,
    limit: int = PAGE,
) -> list[Entry]:
    """Returns the newest entries of a client (with its deals that `user` may see) or of one deal.

    `before` continues where a page ended. The caller has found the client or deal visible. At most seven queries.
    """
    deals = _deals(user, client_id, deal_id)
    before = before or crm.clock.now().replace(year=crm.clock.now().year + 100)
    readers = {"interaction": _interactions, "comment": _comments, "stage": _stages, "change": _changes}
    found: list[tuple[datetime, str, Any]] = []
    for kind in kinds:
        found += [(row.at, kind, row) for row in readers[kind](client_id, deals, before, limit)]
    found.sort(key=lambda item: (item[0], item[2].id), reverse=True)
    return _entries(found[:limit], deals)


def _deals(user: User, client_id: int, deal_id: int) -> dict[int, Deal]:
    columns = (Deal.id, Deal.number, Deal.title, Deal.client)
    if deal_id:
        query = Deal.select(*columns).where(Deal.id == deal_id)
    else:
        query = Deal.select(*columns).where(Deal.client == client_id, visible_to(user, Deal.owner))
    return {deal.id: deal for deal in query}


def _interactions(client_id: int, deals: dict[int, Deal], before: datetime, limit: int) -> list[Interaction]:
    mine = Interaction.client == client_id if client_id else Interaction.deal.in_(list(deals))
    return list(Interaction.select().where(mine, Interaction.at < before).order_by(Interaction.at.desc()).limit(limit))


def _comments(client_id: int, deals: dict[int, Deal], before: datetime, limit: int) -> list[Comment]:
    mine = (Comment.entity == "deal") & Comment.entity_id.in_(list(deals))
    if client_id:
        mine |= (Comment.entity == "client") & (Comment.entity_id == client_id)
    return list(Comment.select().where(mine, Comment.at < before).order_by(Comment.at.desc()).limit(limit))


def _stages(_client_id: int, deals: dict[int, Deal], before: datetime, limit: int) -> list[Any]:
    visits = (
        StageVisit.select(StageVisit, StageVisit.entered_at.alias("at"))
        .where(StageVisit.deal.in_(list(deals)), StageVisit.entered_at < before)
        .order_by(StageVisit.entered_at.desc())
        .limit(limit)
    )
    closings = (
        Closing.select(Closing, Closing.closed_at.alias("at"))
        .where(Closing.deal.in_(list(deals)), Closing.closed_at < before)
        .order_by(Closing.closed_at.desc())
        .limit(limit)
    )
    rows: list[Any] = [*visits, *closings]
    for row in rows:
        row.at = row.entered_at if isinstance(row, StageVisit) else row.closed_at
    return rows


def _changes(client_id: int, deals: dict[int, Deal], before: datetime, limit: int) -> list[Audit]:
    mine = (Audit.entity == "deal") & Audit.entity_id.in_(list(deals))
    if client_id:
        mine |= (Audit.entity == "client") & (Audit.entity_id == client_id)
    query = Audit.select().where(mine, Audit.at < before, Audit.action != "commented")
    return list(query.order_by(Audit.id.desc()).limit(limit))


def _entries(found: list[tuple[datetime, str, Any]], deals: dict[int, Deal]) -> list[Entry]:
    users = {row.user_id for _at, _kind, row in found if getattr(row, "user_id", None)}
    names = dict(User.select(User.id, User.name).where(User.id.in_(list(users))).tuples()) if users else {}
    stages = {row.stage_id for _at, kind, row in found if kind == "stage" and row.stage_id}
    stage_names = dict(Stage.select(Stage.id, Stage.name).where(Stage.id.in_(list(stages))).tuples()) if stages else {}
    return [_entry(kind, at, row, deals, names, stage_names) for at, kind, row in found]


def _entry(
    kind: str, at: datetime, row: Any, deals: dict[int, Deal], names: dict[int, str], stages: dict[int, str]
) -> Entry:
    deal = deals.get(_deal_id(kind, row))
    who = names.get(row.user_id, "")
    if kind == "interaction":
        return Entry(kind, at, row.kind, row.subject, row.body, who, deal, row)
    if kind == "comment":
        return Entry(kind, at, "comment", "", row.body, who, deal, row)
    if kind == "change":
        return Entry(kind, at, row.action, row.action, "", who, deal, row)
    if isinstance(row, Closing):
        title = _("Won") if row.state == "won" else _("Lost")
        return Entry(kind, at, row.state, title, row.loss_note, who, deal, row)
    return Entry(kind, at, "stage", stages.get(row.stage_id, ""), "", who, deal, row)


def _deal_id(kind: str, row: Any) -> int:
    if kind in ("comment", "change"):
        return row.entity_id if row.entity == "deal" else 0
    return row.deal_id or 0

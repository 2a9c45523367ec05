"""Clients of the whole base that are probably the same: they share a tax number, a phone or an e-mail."""

from dataclasses import dataclass

from peewee import JOIN, fn

from core.clients.models import Client, ContactPoint
from core.users.access import visible_to
from core.users.models import User

MOST_GROUPS = 50
MOST_IN_GROUP = 5


@dataclass(frozen=True)
class Group:
    """Clients that share a value; `reason` is tax_number, phone or email, `count` how many share it in all."""

    reason: str
    value: str
    count: int
    clients: list[Client]


def suspects(user: User, limit: int = MOST_GROUPS) -> list[Group]:
    """Returns groups of clients that the user sees, the largest of each reason first, at most `limit` a reason."""
    found: list[tuple[str, str, int]] = []
    seen = Client.deleted_at.is_null() & visible_to(user, Client.owner)
    taxed = Client.select(Client.tax_number, fn.COUNT(Client.id)).where(Client.tax_number != "", seen)
    taxed = taxed.group_by(Client.tax_number).having(fn.COUNT(Client.id) > 1)
    found += [("tax_number", *row) for row in taxed.order_by(fn.COUNT(Client.id).desc()).limit(limit).tuples()]
    number = fn.COUNT(ContactPoint.client.distinct())
    for kind in ("phone", "email"):
        shared = ContactPoint.select(ContactPoint.value, number).join(Client)
        shared = shared.where(ContactPoint.kind == kind, ContactPoint.is_valid, seen).group_by(ContactPoint.value)
        shared = shared.having(number > 1).order_by(number.desc(), ContactPoint.value)
        found += [(kind, *row) for row in shared.limit(limit).tuples()]
    return _with_clients(user, found)


def _with_clients(user: User, found: list[tuple[str, str, int]]) -> list[Group]:
    seen = Client.deleted_at.is_null() & visible_to(user, Client.owner)
    query = Client.select(Client, User).join(User, JOIN.LEFT_OUTER).where(seen).order_by(Client.created_at, Client.id)
    clients: dict[tuple[str, str], list[Client]] = {}
    taxed = [value for reason, value, _count in found if reason == "tax_number"]
    for client in query.where(Client.tax_number.in_(taxed)) if taxed else ():
        clients.setdefault(("tax_number", client.tax_number), []).append(client)
    values = [value for reason, value, _count in found if reason != "tax_number"]
    points = ContactPoint.select(ContactPoint.kind, ContactPoint.value, ContactPoint.client).distinct()
    owners: dict[int, list[tuple[str, str]]] = {}
    for kind, value, client_id in points.where(ContactPoint.value.in_(values)).tuples() if values else ():
        owners.setdefault(client_id, []).append((kind, value))
    for client in query.where(Client.id.in_(list(owners))) if owners else ():
        for key in owners[client.id]:
            clients.setdefault(key, []).append(client)
    return [
        Group(reason, value, count, clients[reason, value][:MOST_IN_GROUP])
        for reason, value, count in found
        if (reason, value) in clients
    ]

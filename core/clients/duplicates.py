"""Finds clients that may be the same as one that is typed or shown: by tax number, phone, e-mail and similar names.

Names are compared only within small sets that the index on `name_key` gives: those that begin like one of the words.
So it takes a few milliseconds however many clients there are; a name misspelt within its first letters is missed.
"""

from collections.abc import Iterable
from dataclasses import dataclass

from peewee import JOIN
from rapidfuzz import fuzz, process

from core.clients.models import Client, ContactPoint
from core.clients.points import read_point
from core.contacts import name_key
from core.runtime import CRM
from core.users.access import visible_to
from core.users.models import User

PREFIX = 4
MOST_CANDIDATES = 1500
MOST_FOUND = 8
SIMILAR = 86.0
# How sure each reason makes us, to put the surest first.
WEIGHTS = {"tax_number": 400, "phone": 300, "email": 300, "name": 0}


@dataclass(frozen=True)
class Duplicate:
    """A client that may be the same; `reasons` are of tax_number, phone, email, name. `score` orders them.

    `is_visible` is False for a client of somebody else: then a page tells that there is one and whose, nothing more.
    """

    client: Client
    reasons: tuple[str, ...]
    score: float
    is_visible: bool


def find_duplicates(
    crm: CRM,
    user: User,
    *,
    name: str = "",
    tax_number: str = "",
    phones: Iterable[str] = (),
    emails: Iterable[str] = (),
    except_id: int = 0,
) -> list[Duplicate]:
    """Returns the clients, the surest first, that may be the one described; those in the trash don't count."""
    found: dict[int, dict[str, float]] = {}
    for client_id in _ids_by_tax_number(tax_number):
        found.setdefault(client_id, {})["tax_number"] = WEIGHTS["tax_number"]
    for kind, texts in (("phone", phones), ("email", emails)):
        for client_id in _ids_by_points(crm, kind, texts):
            found.setdefault(client_id, {})[kind] = WEIGHTS[kind]
    for client_id, score in _similar_names(name):
        found.setdefault(client_id, {})["name"] = score
    found.pop(except_id, None)
    best = sorted(found, key=lambda client_id: (-sum(found[client_id].values()), client_id))[:MOST_FOUND]
    clients = _load(user, best)
    return [
        Duplicate(clients[one][0], tuple(found[one]), sum(found[one].values()), clients[one][1])
        for one in best
        if one in clients
    ]


def duplicates_of(crm: CRM, user: User, client: Client) -> list[Duplicate]:
    """Returns the clients that may be the same as a known one."""
    points = list(ContactPoint.select(ContactPoint.kind, ContactPoint.value).where(ContactPoint.client == client))
    return find_duplicates(
        crm,
        user,
        name=client.name,
        tax_number=client.tax_number,
        phones=[point.value for point in points if point.kind == "phone"],
        emails=[point.value for point in points if point.kind == "email"],
        except_id=client.id,
    )


def _load(user: User, client_ids: list[int]) -> dict[int, tuple[Client, bool]]:
    if not client_ids:
        return {}
    query = Client.select(Client, User).join(User, JOIN.LEFT_OUTER)
    query = query.where(Client.id.in_(client_ids), Client.deleted_at.is_null())
    visible = Client.select(Client.id).where(Client.id.in_(client_ids), visible_to(user, Client.owner)).tuples()
    seen = {row[0] for row in visible}
    return {client.id: (client, client.id in seen) for client in query}


def _ids_by_tax_number(tax_number: str) -> list[int]:
    wanted = tax_number.strip()
    if not wanted:
        return []
    query = Client.select(Client.id).where(Client.tax_number == wanted, Client.deleted_at.is_null())
    return [row[0] for row in query.limit(MOST_FOUND).tuples()]


def _ids_by_points(crm: CRM, kind: str, texts: Iterable[str]) -> list[int]:
    points = [read_point(crm, None, kind, text) for text in texts if text.strip()]
    values = [point.value for point in points if point.is_valid]
    if not values:
        return []
    query = ContactPoint.select(ContactPoint.client).where(ContactPoint.kind == kind, ContactPoint.value.in_(values))
    return [row[0] for row in query.distinct().limit(3 * MOST_FOUND).tuples()]


def _similar_names(name: str) -> list[tuple[int, float]]:
    key = name_key(name)
    if len(key) < 3:
        return []
    candidates = dict(row for prefix in _prefixes(key) for row in _beginning_with(prefix))
    # token_sort: "Alba Trade" is the same as "Trade, Alba".
    close = process.extract(key, candidates, scorer=fuzz.token_sort_ratio, score_cutoff=SIMILAR, limit=MOST_FOUND)
    return [(client_id, score) for _key, score, client_id in close]


def _prefixes(key: str) -> list[str]:
    words = [word for word in key.split() if len(word) >= PREFIX] or [key]
    return list(dict.fromkeys(word[:PREFIX] for word in (key, *words)))[:4]


def _beginning_with(prefix: str) -> list[tuple[int, str]]:
    # U+FFFF sorts after every letter, so this is a walk along the index on name_key.
    query = Client.select(Client.id, Client.name_key).where(
        Client.name_key >= prefix, Client.name_key < prefix + "\uffff", Client.deleted_at.is_null()
    )
    return list(query.order_by(Client.name_key, Client.id).limit(MOST_CANDIDATES).tuples())

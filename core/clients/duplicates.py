"""Finds clients that may be the same as one that is typed or shown: by tax number, phone, e-mail and similar names.

Names are compared only within small sets that the index on `name_key` gives: the neighbours, in the order of the
alphabet, of the typed name and of the same name begun with another of its words. So it takes a few milliseconds
however many clients there are; a name misspelt in its first letters is missed.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from peewee import JOIN
from rapidfuzz import fuzz, process

from core.clients.models import Client, ContactPoint
from core.clients.points import read_point
from core.contacts import name_key
from core.runtime import CRM
from core.users.access import visible_to
from core.users.models import User

# How sure each reason makes us, to put the surest first; a similar name adds its likeness, up to 100.
WEIGHTS = {"tax_number": 400, "phone": 300, "email": 300}
SIMILAR = 86
# A name that is another one with words left out ("Alba Trade", "Alba Trade Tirana") is less sure than one spelt alike.
WITHIN = 90
_LEAST = 3
_NEIGHBOURS = 1000
_WORDS = 3


@dataclass(frozen=True)
class Duplicate:
    """A client that may be the same; `reasons` are of tax_number, phone, email, name. `score` orders them.

    `client` is None for one that the user may not see: then there is only the name of its `owner`, so that the two
    can talk.
    """

    client: Client | None
    owner: str
    reasons: tuple[str, ...]
    score: float


def find_duplicates(
    crm: CRM,
    user: User,
    *,
    name: str = "",
    tax_number: str = "",
    phones: Iterable[str] = (),
    emails: Iterable[str] = (),
    exclude_id: int | None = None,
    limit: int = 8,
) -> list[Duplicate]:
    """Returns the clients, the surest first, that may be the one described; those in the trash don't count."""
    found: dict[int, dict[str, float]] = {}
    for client_id in _ids_by_tax_number(tax_number, limit):
        found.setdefault(client_id, {})["tax_number"] = WEIGHTS["tax_number"]
    for kind, texts in (("phone", phones), ("email", emails)):
        for client_id in _ids_by_points(crm, kind, texts, limit):
            found.setdefault(client_id, {})[kind] = WEIGHTS[kind]
    for client_id, score in _similar_names(crm, name, limit).items():
        found.setdefault(client_id, {})["name"] = score
    if exclude_id:
        found.pop(exclude_id, None)
    return _load(user, found)[:limit]


def duplicates_of(crm: CRM, user: User, client: Client, limit: int = 8) -> list[Duplicate]:
    """Returns the clients that may be the same as a known one."""
    points = list(ContactPoint.select(ContactPoint.kind, ContactPoint.value).where(ContactPoint.client == client))
    return find_duplicates(
        crm,
        user,
        name=client.name,
        tax_number=client.tax_number,
        phones=[point.value for point in points if point.kind == "phone"],
        emails=[point.value for point in points if point.kind == "email"],
        exclude_id=client.id,
        limit=limit,
    )


def _load(user: User, found: Mapping[int, Mapping[str, float]]) -> list[Duplicate]:
    if not found:
        return []
    query = Client.select(Client, User).join(User, JOIN.LEFT_OUTER).where(Client.id.in_(list(found)))
    clients = {client.id: client for client in query.where(Client.deleted_at.is_null())}
    seen = Client.select(Client.id).where(Client.id.in_(list(clients)), visible_to(user, Client.owner))
    visible = {row[0] for row in seen.tuples()}
    duplicates = [
        Duplicate(
            client if client_id in visible else None,
            client.owner.name if client.owner else "",
            tuple(found[client_id]),
            sum(found[client_id].values()),
        )
        for client_id, client in sorted(clients.items())
    ]
    return sorted(duplicates, key=lambda one: -one.score)


def _ids_by_tax_number(tax_number: str, limit: int) -> list[int]:
    wanted = {tax_number.strip(), "".join(tax_number.split())} - {""}
    if not wanted:
        return []
    query = Client.select(Client.id).where(Client.tax_number.in_(sorted(wanted)), Client.deleted_at.is_null())
    return [row[0] for row in query.limit(limit + 1).tuples()]


def _ids_by_points(crm: CRM, kind: str, texts: Iterable[str], limit: int) -> list[int]:
    points = [read_point(crm, None, kind, text) for text in texts if text.strip()]
    values = sorted({point.value for point in points if point.is_valid})
    if not values:
        return []
    query = ContactPoint.select(ContactPoint.client).where(ContactPoint.kind == kind, ContactPoint.value.in_(values))
    query = query.join(Client).where(Client.deleted_at.is_null())
    return [row[0] for row in query.distinct().limit(limit + 1).tuples()]


def _similar_names(crm: CRM, name: str, limit: int) -> dict[int, float]:
    key = name_key(name)
    if len(key) < _LEAST:
        return {}
    names = dict(row for begun in _beginnings(key) for row in _neighbours(crm, begun))
    most = 3 * limit  # some may lie in the trash
    # token_sort: "Alba Trade" is the same as "Trade, Alba".
    alike = process.extract(key, names, scorer=fuzz.token_sort_ratio, score_cutoff=SIMILAR, limit=most)
    scores = {client_id: score for _name, score, client_id in alike}
    if " " in key:
        for one, _score, client_id in process.extract(
            key, names, scorer=fuzz.token_set_ratio, score_cutoff=100, limit=most
        ):
            if _is_within(set(one.split()), set(key.split())):
                scores[client_id] = max(scores.get(client_id, 0), WITHIN)
    return scores


def _is_within(one: set[str], other: set[str]) -> bool:
    """Tells whether names share enough: a single word, or a small part, is within too many of them."""
    return len(one & other) >= max(2, len(one | other) / 2)


def _beginnings(key: str) -> list[str]:
    """Returns the name as typed, and begun with each of its next words instead."""
    words = key.split()
    others = [" ".join([word, *words[:place], *words[place + 1 :]]) for place, word in enumerate(words)][1:]
    return [key, *(other for other in others[: _WORDS - 1] if other.index(" ") >= _LEAST)]


def _neighbours(crm: CRM, key: str) -> list[tuple[int, str]]:
    """Returns (id, name key) of the clients just before and after a name in the index.

    Only what the index holds is asked for, so no row of the table is read.
    """
    query, mark, found = "SELECT id, name_key FROM core_client WHERE name_key", crm.database.param, []
    for side in (f">= {mark} ORDER BY name_key, id", f"< {mark} ORDER BY name_key DESC, id DESC"):
        found += crm.database.execute_sql(f"{query} {side} LIMIT {_NEIGHBOURS}", (key,)).fetchall()
    return found

"""Changes of many clients at once, as lists make them; each is checked and goes into the history like a single one."""

from collections.abc import Iterable, Iterator, Mapping
from typing import Any

from peewee import chunked

from core.clients.models import Client
from core.clients.properties import properties_of, typed
from core.clients.services import change_client, delete_client
from core.runtime import CRM
from core.users.access import require, visible_to
from core.users.models import User

# So many clients are changed in one work: on SQLite others wait for their turn meanwhile.
AT_ONCE = 200
_COLUMNS = {"owner": "owner_id", "source": "source_id"}


def change_clients(crm: CRM, user: User, ids: Iterable[int], values: Mapping[str, Any]) -> int:
    """Returns how many clients it has changed by values of list fields (`owner`, `city`, `categories`, `properties.x`).

    Those that the user doesn't see are left out. A hand-over (`owner`) needs the right to it.
    """
    require(user, "clients.write")
    if "owner" in values:
        require(user, "deals.hand_over")
    wanted = _as_facts(values)
    count = 0
    for some in _visible(user, ids):
        with crm.work():
            for client in some:
                change_client(crm, client, wanted, version=client.version)
        count += len(some)
    return count


def delete_clients(crm: CRM, user: User, ids: Iterable[int]) -> int:
    """Returns how many clients it has moved into the trash."""
    require(user, "clients.delete")
    count = 0
    for some in _visible(user, ids):
        with crm.work():
            for client in some:
                delete_client(crm, client)
        count += len(some)
    return count


def _visible(user: User, ids: Iterable[int]) -> Iterator[list[Client]]:
    for some in chunked(ids, AT_ONCE):
        yield list(
            Client.select().where(Client.id.in_(some), Client.deleted_at.is_null(), visible_to(user, Client.owner))
        )


def _as_facts(values: Mapping[str, Any]) -> dict[str, Any]:
    """Returns the values of list fields as `change_client` takes them."""
    facts: dict[str, Any] = {}
    kinds = {one.key: one.kind for one in properties_of("client")}
    for name, value in values.items():
        if name.startswith("properties."):
            key = name.removeprefix("properties.")
            is_text = isinstance(value, str) and value != ""
            facts.setdefault("properties", {})[key] = typed(kinds.get(key, "text"), value) if is_text else value
        else:
            facts[_COLUMNS.get(name, name)] = value
    return facts

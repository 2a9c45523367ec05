"""Changes of many clients at once, as lists make them; each goes into the history like a single one.

What is one column or property is checked once and written for all in a few statements; the rest, such as categories,
goes client by client.
"""

from collections.abc import Iterable, Mapping
from typing import Any

from peewee import ModelSelect, chunked

from core.clients.models import Client
from core.clients.properties import common_properties, facts_of_fields
from core.clients.services import FACTS, change_client, checked_facts
from core.mass import change_many, trash_many
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
    facts = facts_of_fields("client", values, _COLUMNS)
    columns = _as_columns(facts)
    count = 0
    for some in chunked(ids, AT_ONCE):
        with crm.work():
            if columns is not None:
                seen = [client_id for (client_id,) in _visible(user, some).select(Client.id).tuples()]
                count += max((change_many(crm, "client", Client, seen, *one) for one in columns.items()), default=0)
                continue
            clients = list(_visible(user, some))
            for client in clients:
                change_client(crm, client, facts, version=client.version)
            count += len(clients)
    return count


def delete_clients(crm: CRM, user: User, ids: Iterable[int]) -> int:
    """Returns how many clients it has moved into the trash."""
    require(user, "clients.delete")
    count = 0
    for some in chunked(ids, AT_ONCE):
        with crm.work():
            seen = [client_id for (client_id,) in _visible(user, some).select(Client.id).tuples()]
            count += trash_many(crm, "client", Client, seen)
    return count


def _visible(user: User, ids: Iterable[int]) -> ModelSelect:
    return Client.select().where(Client.id.in_(ids), Client.deleted_at.is_null(), visible_to(user, Client.owner))


def _as_columns(facts: Mapping[str, Any]) -> dict[str, Any] | None:
    """Returns the facts, checked, as columns and properties that are the same for all; None if some are not."""
    if "name" in facts or not set(facts) <= {*FACTS, "properties"}:
        return None
    columns = checked_facts({name: value for name, value in facts.items() if name != "properties"})
    return columns | common_properties("client", facts.get("properties", {}))

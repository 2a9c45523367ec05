"""Changes of many deals at once, as lists make them; each is checked and goes into the history like a single one."""

from collections.abc import Iterable, Iterator, Mapping
from typing import Any

from peewee import chunked

from core.clients.properties import properties_of, typed
from core.deals.changes import FROZEN, change_deal, delete_deal
from core.deals.models import Deal
from core.runtime import CRM
from core.users.access import require, visible_to
from core.users.models import User

# So many deals are changed in one work: on SQLite others wait for their turn meanwhile.
AT_ONCE = 200
COLUMNS = {"owner": "owner_id", "source": "source_id", "contact": "contact_id", "client": "client_id"}


def change_deals(crm: CRM, user: User, ids: Iterable[int], values: Mapping[str, Any]) -> int:
    """Returns how many deals it has changed by values of list fields (`owner`, `expected_on`, `properties.x`).

    Those that the user doesn't see are left out, and closed ones where a value is frozen by the closing. A hand-over
    (`owner`) needs the right to it.
    """
    require(user, "deals.write")
    if "owner" in values:
        require(user, "deals.hand_over")
    wanted = _as_facts(values)
    is_frozen = bool(set(FROZEN) & set(wanted))
    count = 0
    for some in _visible(user, ids):
        with crm.work():
            for deal in some:
                if deal.is_open or not is_frozen:
                    change_deal(crm, deal, wanted)
                    count += 1
    return count


def delete_deals(crm: CRM, user: User, ids: Iterable[int]) -> int:
    """Returns how many deals it has put into the trash."""
    require(user, "deals.delete")
    count = 0
    for some in _visible(user, ids):
        with crm.work():
            for deal in some:
                delete_deal(crm, deal)
        count += len(some)
    return count


def _visible(user: User, ids: Iterable[int]) -> Iterator[list[Deal]]:
    for some in chunked(ids, AT_ONCE):
        yield list(Deal.select().where(Deal.id.in_(some), Deal.deleted_at.is_null(), visible_to(user, Deal.owner)))


def _as_facts(values: Mapping[str, Any]) -> dict[str, Any]:
    """Returns the values of list fields as `change_deal` takes them."""
    facts: dict[str, Any] = {}
    kinds = {one.key: one.kind for one in properties_of("deal")}
    for name, value in values.items():
        if name.startswith("properties."):
            key = name.removeprefix("properties.")
            is_text = isinstance(value, str) and value != ""
            facts.setdefault("properties", {})[key] = typed(kinds.get(key, "text"), value) if is_text else value
        else:
            facts[COLUMNS.get(name, name)] = value
    return facts

"""Changes of many deals at once, as lists make them; each goes into the history like a single one.

What is one column or property is checked once and written for all in a few statements (owner and potential turn the
deals' periods as ever); the rest, such as a contact, goes deal by deal.
"""

from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from peewee import ModelSelect, chunked

from core.clients.properties import common_properties, facts_of_fields
from core.deals.changes import FROZEN, change_deal, checked_values, delete_deal
from core.deals.models import Deal
from core.deals.standing import change_standing
from core.mass import change_many
from core.runtime import CRM
from core.users.access import require, visible_to
from core.users.models import User

# So many deals are changed in one work: on SQLite others wait for their turn meanwhile.
AT_ONCE = 200
# What a change of many writes for all alike; what stands here first turns the deals' periods.
STANDING = ("owner_id", "potential")
PLAIN = ("source_id", "expected_on", "note")
COLUMNS = {"owner": "owner_id", "source": "source_id", "contact": "contact_id", "client": "client_id"}


def change_deals(crm: CRM, user: User, ids: Iterable[int], values: Mapping[str, Any]) -> int:
    """Returns how many deals it has changed by values of list fields (`owner`, `expected_on`, `properties.x`).

    Those that the user doesn't see are left out, and closed ones where a value is frozen by the closing. A hand-over
    (`owner`) needs the right to it.
    """
    require(user, "deals.write")
    if "owner" in values:
        require(user, "deals.hand_over")
    facts = facts_of_fields("deal", values, COLUMNS)
    columns = _as_columns(facts)
    count = 0
    for some in chunked(ids, AT_ONCE):
        with crm.work():
            if columns is None:
                count += _change_each(crm, list(_visible(user, some)), facts)
                continue
            seen = [deal_id for (deal_id,) in _visible(user, some).select(Deal.id).tuples()]
            count += max((_change_column(crm, seen, *one) for one in columns.items()), default=0)
    return count


def delete_deals(crm: CRM, user: User, ids: Iterable[int]) -> int:
    """Returns how many deals it has put into the trash."""
    require(user, "deals.delete")
    count = 0
    for some in chunked(ids, AT_ONCE):
        with crm.work():
            deals = list(_visible(user, some))
            for deal in deals:
                delete_deal(crm, deal)
        count += len(deals)
    return count


def _visible(user: User, ids: Iterable[int]) -> ModelSelect:
    return Deal.select().where(Deal.id.in_(ids), Deal.deleted_at.is_null(), visible_to(user, Deal.owner))


def _change_each(crm: CRM, deals: Iterable[Deal], facts: Mapping[str, Any]) -> int:
    count = 0
    is_frozen = bool(set(FROZEN) & set(facts))
    for deal in deals:
        if deal.is_open or not is_frozen:
            change_deal(crm, deal, facts)
            count += 1
    return count


def _change_column(crm: CRM, ids: Sequence[int], name: str, value: Any) -> int:
    if name in STANDING:
        return change_standing(crm, ids, name, value)
    return change_many(crm, "deal", Deal, ids, name, value)


def _as_columns(facts: Mapping[str, Any]) -> dict[str, Any] | None:
    """Returns the facts, checked, as columns and properties that are the same for all; None if some are not."""
    if not set(facts) <= {*STANDING, *PLAIN, "properties"}:
        return None
    columns = checked_values({name: value for name, value in facts.items() if name != "properties"})
    return columns | common_properties("deal", facts.get("properties", {}))

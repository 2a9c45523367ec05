"""How many records the list behind a number holds: what a reader counts who follows the link."""

from urllib.parse import parse_qs

from core.api import fields

# The kind of record by how the address of its list begins; without one it is deals.
KINDS = {"clients": "client", "talks": "interaction", "/clients": "client", "/interactions": "interaction"}


def listed(crm, user, link: str) -> int:
    """Returns how many records the list of a link holds for a user (None: for whom everything is visible)."""
    name, _mark, query = link.rpartition("?")
    entity = fields.entity(crm, KINDS.get(name.rstrip("/"), "deal"))
    conditions = [fields.from_text(text) for text in parse_qs(query).get("f", [])]
    where = fields.led_to(crm, entity, conditions, user)
    if where is None:
        where = fields.condition(crm, entity, conditions, user) & fields.alive(entity)
    return entity.model.select().where(where).count()

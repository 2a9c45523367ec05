"""How many records the list behind a number holds: what a reader counts who follows the link."""

import json
from urllib.parse import parse_qs, parse_qsl

from core.api import fields
from plugins.reports.people.talks import as_period, list_talks


def listed(crm, user, link: str) -> int:
    """Returns how many records the list of a link holds for a user (None: for whom everything is visible)."""
    name, _mark, query = link.rpartition("?")
    if name == "talks":
        asked = dict(parse_qsl(query, keep_blank_values=True))
        period, of = as_period(asked["from"], asked["to"]), asked["of"]
        anybodys, whose = of == "*", int(of) if of.isdecimal() else None
        return list_talks(crm, user, period, asked["what"], of=whose, is_anybodys=anybodys).count()
    kind = "client" if name.strip("/").startswith("clients") else "deal"
    conditions = [json.loads(text) for text in parse_qs(query).get("f", [])]
    entity = fields.entity(crm, kind)
    where = fields.condition(crm, entity, conditions, user)
    return entity.model.select().where(where, entity.model.deleted_at.is_null()).count()

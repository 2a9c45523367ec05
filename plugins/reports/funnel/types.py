"""The deal types there are, with the ladders of their versions: one question to the database for each answer."""

from core.api import CRM, fields
from plugins.reports.funnel.ladders import Ladder, Step

LADDERS = """
    SELECT t.id, t.name, v.id, v.number, t.published_version_id, s.stage_id, g.name, s.probability
    FROM core_deal_type t LEFT JOIN core_deal_type_version v ON v.deal_type_id = t.id
    LEFT JOIN core_type_stage s ON s.version_id = v.id LEFT JOIN core_stage g ON g.id = s.stage_id
    ORDER BY t.name, v.id, s.place
"""


def deal_types(crm: CRM) -> dict[int, str]:
    """Returns the names of all deal types by their ids, in order of the names."""
    return {type_id: name for type_id, name, *_rest in _rows(crm)}


def load_ladders(crm: CRM) -> tuple[dict[int, Ladder], set[int]]:
    """Returns the ladders of all versions of all types by version id, and which versions are the published ones."""
    heads: dict[int, tuple] = {}
    steps: dict[int, list[Step]] = {}
    published = set()
    for type_id, name, version_id, number, current, *step in _rows(crm):
        if version_id is None:
            continue
        heads[version_id] = (version_id, type_id, name, number)
        published |= {current} if current else set()
        if step[0] is not None:
            steps.setdefault(version_id, []).append(Step(*step))
    return {key: Ladder(*head, tuple(steps.get(key, ()))) for key, head in sorted(heads.items())}, published


def _rows(crm: CRM) -> list[tuple]:
    return fields.once("reports.types", lambda: crm.database.execute_sql(LADDERS).fetchall())

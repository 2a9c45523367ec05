"""Segments: saved filters (live) and fixed lists of clients or deals, one's own or shared with all."""

from collections.abc import Sequence
from typing import Any

from peewee import BigIntegerField, BooleanField, CharField, Expression, ForeignKeyField, JSONField, Value

from core.errors import InvalidInput, NotAllowed, NotFound
from core.fields import Entity, Field, alive, condition, entity
from core.i18n import _, lazy
from core.runtime import CRM
from core.store import audit
from core.store.fields import Record, UtcField
from core.users.models import User

KINDS = {"live": lazy("By filters"), "fixed": lazy("Fixed list")}
LONGEST_NAME = 120
_CHUNK = 500


class Segment(Record):
    """A set of records of one entity: `kind` live has conditions, fixed has members."""

    name = CharField()
    entity = CharField()
    kind = CharField()
    conditions = JSONField(default=list)
    owner = ForeignKeyField(User)
    is_shared = BooleanField(default=False)
    created_at = UtcField()

    class Meta:
        table_name = "core_segment"


class SegmentMember(Record):
    """A record that belongs to a fixed segment."""

    segment = ForeignKeyField(Segment)
    entity_id = BigIntegerField()

    class Meta:
        table_name = "core_segment_member"


def seen_segments(user: User | None, entity_name: str = "") -> list[Segment]:
    """Returns the segments that a user made or that are shared, by name; the system (None) sees all."""
    query = Segment.select(Segment, User).join(User).order_by(Segment.name, Segment.id)
    if user is not None:
        query = query.where((Segment.owner == user) | Segment.is_shared)
    return list(query.where(Segment.entity == entity_name) if entity_name else query)


def get_segment(crm: CRM, user: User | None, segment_id: int) -> Segment:
    """Returns a segment; raises NotFound for one that is not there or that the user doesn't see."""
    found = Segment.get_or_none(Segment.id == segment_id)
    if found is None or not (user is None or found.is_shared or found.owner_id == user.id):
        raise NotFound(_("There is no such segment, or it is not shared with you."))
    return found


def find_own(user: User, entity_name: str, name: str, *, kind: str) -> Segment | None:
    """Returns the user's own segment of a name, or None."""
    query = Segment.select().where(Segment.owner == user, Segment.entity == entity_name, Segment.kind == kind)
    return query.where(Segment.name == name).first()


def create_segment(
    crm: CRM,
    user: User,
    name: str,
    entity_name: str,
    *,
    kind: str,
    conditions: Sequence[dict] = (),
    is_shared: bool = False,
) -> Segment:
    """Returns a new segment; raises InvalidInput for an empty name or conditions that can't be used."""
    name = _checked_name(name)
    if kind not in KINDS:
        raise InvalidInput(_("A segment is live or fixed."))
    if kind == "live" and not conditions:
        sentence = _("Choose at least one filter first: a live segment is made of filters.")
        raise InvalidInput(sentence, fields={"conditions": [sentence]})
    _check_conditions(crm, user, entity_name, conditions)
    with crm.work():
        made = Segment.create(
            name=name,
            entity=entity_name,
            kind=kind,
            conditions=list(conditions) if kind == "live" else [],
            owner=user,
            is_shared=is_shared,
            created_at=crm.clock.now(),
        )
        audit.record(crm, "segment", made.id, "created", {"name": [None, name], "kind": [None, kind]})
    return made


def change_segment(crm: CRM, user: User, segment: Segment, **values: Any) -> Segment:
    """Returns the segment with a new name, conditions or is_shared; raises NotAllowed for another's segment."""
    _require_own(user, segment)
    if "name" in values:
        values["name"] = _checked_name(values["name"])
    if "conditions" in values:
        _check_conditions(crm, user, segment.entity, values["conditions"])
    before = {name: getattr(segment, name) for name in values}
    with crm.work():
        for name, value in values.items():
            setattr(segment, name, value)
        segment.save()
        audit.record(crm, "segment", segment.id, "changed", audit.differences(before, values))
    return segment


def delete_segment(crm: CRM, user: User, segment: Segment) -> None:
    """Deletes a segment, not its records; raises NotAllowed for another's segment."""
    _require_own(user, segment)
    with crm.work():
        SegmentMember.delete().where(SegmentMember.segment == segment).execute()
        audit.record(crm, "segment", segment.id, "deleted", {"name": [segment.name, None]})
        segment.delete_instance()


def add_members(crm: CRM, user: User, segment: Segment, ids: Sequence[int]) -> int:
    """Puts records into a fixed segment; returns how many were not in it yet. The caller has checked who sees them."""
    _require_fixed(user, segment)
    added = 0
    with crm.work():
        for at in range(0, len(ids), _CHUNK):
            chunk = list(dict.fromkeys(ids[at : at + _CHUNK]))
            held = SegmentMember.select(SegmentMember.entity_id).where(
                SegmentMember.segment == segment, SegmentMember.entity_id << chunk
            )
            present = {row[0] for row in held.tuples()}
            rows = [{"segment": segment.id, "entity_id": one} for one in chunk if one not in present]
            if rows:
                SegmentMember.insert_many(rows).execute()
            added += len(rows)
        audit.record(crm, "segment", segment.id, "changed", {"added": [None, added]})
    return added


def remove_members(crm: CRM, user: User, segment: Segment, ids: Sequence[int]) -> int:
    """Takes records out of a fixed segment; returns how many were in it."""
    _require_fixed(user, segment)
    removed = 0
    with crm.work():
        for at in range(0, len(ids), _CHUNK):
            where = (SegmentMember.segment == segment) & (SegmentMember.entity_id << list(ids[at : at + _CHUNK]))
            removed += SegmentMember.delete().where(where).execute()
        audit.record(crm, "segment", segment.id, "changed", {"removed": [removed, None]})
    return removed


def members(crm: CRM, segment: Segment, user: User | None, source: Any = None) -> Expression:
    """Returns the condition that keeps the segment's records which `user` may see and which are not in the trash."""
    start = entity(crm, segment.entity)
    source = start.model if source is None else source
    is_seen = condition(crm, start, (), user, source) & alive(start, source)
    return is_seen & _inside(crm, start, segment, user, source)


def count_members(crm: CRM, segment: Segment, user: User | None) -> int:
    """Returns how many of the segment's records the user may see."""
    start = entity(crm, segment.entity)
    return start.model.select(start.model.id).where(members(crm, segment, user)).count()


def segment_field(crm: CRM, entity_name: str) -> Field:
    """Returns the field by which records are filtered for the segments that hold them."""

    def test(source: Any, op: str, operand: Any, user: Any) -> Expression:
        start = entity(crm, entity_name)
        wanted = operand if isinstance(operand, list) else [operand]
        found = Value(1) == 0
        for segment in seen_segments(user, entity_name):
            if op == "not_empty" or segment.id in wanted:
                found = found | _inside(crm, start, segment, user, source)
        return found

    return Field("segment", lazy("Segment"), "link", target="segment", test=test)


def segment_entity(crm: CRM) -> Entity:
    """Returns what can be asked of segments."""
    return Entity(
        "segment",
        lazy("Segment"),
        Segment,
        (Field("name", lazy("Name"), "text", Segment.name),),
        seen=lambda user, source: (source.owner == user.id) | source.is_shared,
    )


def _inside(crm: CRM, start: Entity, segment: Segment, user: Any, source: Any) -> Expression:
    """Returns the condition of being in a segment; for the system a live one is what its owner sees by it."""
    if segment.kind == "fixed":
        return source.id << SegmentMember.select(SegmentMember.entity_id).where(SegmentMember.segment == segment.id)
    inner = start.model.alias()
    return source.id << inner.select(inner.id).where(
        condition(crm, start, segment.conditions, user or segment.owner, inner)
    )


def _check_conditions(crm: CRM, user: User, entity_name: str, conditions: Sequence[dict]) -> None:
    """Raises InvalidInput for conditions that can't be used; a segment within a segment would be one of them."""
    if any(isinstance(one, dict) and str(one.get("field", "")).split(".")[-1] == "segment" for one in conditions):
        raise InvalidInput(_("A segment can't be made of segments; use the filters that those are made of."))
    condition(crm, entity(crm, entity_name), conditions, user)


def _checked_name(name: str) -> str:
    name = " ".join(name.split())
    if not name or len(name) > LONGEST_NAME:
        sentence = _("Give the segment a name of at most %(n)s characters.", n=LONGEST_NAME)
        raise InvalidInput(sentence, fields={"name": [sentence]})
    return name


def _require_own(user: User, segment: Segment) -> None:
    if segment.owner_id != user.id and not user.can("admin.settings"):
        raise NotAllowed(_("This segment belongs to %(name)s; ask them to change it.", name=segment.owner.name))


def _require_fixed(user: User, segment: Segment) -> None:
    _require_own(user, segment)
    if segment.kind != "fixed":
        raise InvalidInput(_("A live segment takes its records by its filters; choose a fixed one."))

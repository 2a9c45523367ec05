"""The fields of deals, for lists, filters, groups, segments and reports."""

from typing import Any

from peewee import fn

from core.clients.properties import properties_of
from core.clients.segments import segment_field
from core.deals.funnel_fields import FUNNEL_FIELDS
from core.deals.models import Deal
from core.deals.words import STATES
from core.fields.tree import Entity, Field, property_field
from core.i18n import lazy
from core.runtime import CRM
from core.store.fields import to_microseconds

DAY = 86_400_000_000  # microseconds


def deal_entity(crm: CRM) -> Entity:
    """Returns what can be asked of deals; days are counted until now, or until the deal was closed."""
    now = to_microseconds(crm.clock.now())
    properties = tuple(
        property_field(Deal, one.key, one.name, one.kind, [(choice, choice) for choice in one.choices])
        for one in properties_of("deal")
    )
    facts = (*_FACTS, *_money(), *_TIMES, *_days(now), *_limits(now), *_PLACES)
    fields = (*facts, *FUNNEL_FIELDS, segment_field(crm, "deal"), *properties)
    return Entity("deal", lazy("Deal"), Deal, fields, owner="owner", title="title", deleted="deleted_at")


_FACTS = (
    Field("number", lazy("Number"), "text", Deal.number),
    Field("title", lazy("Title"), "text", Deal.title),
    Field("client", lazy("Client"), "link", Deal.client, target="client"),
    Field("contact", lazy("Contact"), "link", Deal.contact, target="contact"),
    Field("type", lazy("Deal type"), "link", Deal.deal_type, target="deal_type"),
    Field("stage", lazy("Stage"), "link", Deal.stage, target="stage"),
    Field("state", lazy("State"), "choice", Deal.state, choices=tuple(STATES.items())),
    Field("owner", lazy("Owner"), "user", Deal.owner, target="user"),
    Field("source", lazy("Source"), "link", Deal.source, target="source"),
    Field("loss_reason", lazy("Reason of loss"), "link", Deal.loss_reason, target="loss_reason"),
    Field("loss_note", lazy("Note on the loss"), "text", Deal.loss_note),
    Field("note", lazy("Note"), "text", Deal.note),
)
_TIMES = (
    Field("opened_at", lazy("Opened"), "moment", Deal.opened_at),
    Field("closed_at", lazy("Closed"), "moment", Deal.closed_at),
    Field("expected_on", lazy("Expected on"), "date", Deal.expected_on),
    Field("entered_at", lazy("At this stage since"), "moment", Deal.entered_at),
    Field("on_hold_until", lazy("On hold until"), "date", Deal.on_hold_until),
    Field("is_on_hold", lazy("On hold"), "bool", lambda source: source.on_hold_until.is_null(False)),
    Field("changed_at", lazy("Changed"), "moment", Deal.changed_at),
)
_PLACES = (
    Field("place", lazy("Place of the stage"), "number", Deal.place),
    Field("furthest", lazy("Furthest place"), "number", Deal.furthest),
    Field("import_id", lazy("Import"), "number", Deal.import_id),
)


def _money() -> tuple[Field, ...]:
    return (
        Field("potential", lazy("Potential"), "money", Deal.potential),
        Field("amount", lazy("Amount"), "money", Deal.amount),
        Field("currency", lazy("Currency"), "text", Deal.currency),
        Field("potential_base", lazy("Potential in company currency"), "money", Deal.potential_base),
        Field("amount_base", lazy("Amount in company currency"), "money", Deal.amount_base),
        Field("is_without_rate", lazy("Potential without an exchange rate"), "bool", _is_without_rate),
    )


def _is_without_rate(source: Any) -> Any:
    return source.potential.is_null(False) & source.potential_base.is_null()


def _limits(now: int) -> tuple[Field, ...]:
    def is_late(source: Any) -> Any:
        is_free = (source.state == "open") & source.on_hold_until.is_null()
        return is_free & source.late_at.is_null(False) & (source.late_at < now)

    return (
        Field("late_at", lazy("Limit of the stage ends"), "moment", Deal.late_at),
        Field("is_late", lazy("Over the limit of its stage"), "bool", is_late),
    )


def _days(now: int) -> tuple[Field, ...]:
    def since(source: Any, column: str) -> Any:
        end = fn.COALESCE(source.closed_at, now, coerce=False)
        return (end - getattr(source, column)) / DAY

    return (
        Field("days_in_stage", lazy("Days in stage"), "number", lambda source: since(source, "entered_at")),
        Field("days_open", lazy("Days open"), "number", lambda source: since(source, "opened_at")),
    )

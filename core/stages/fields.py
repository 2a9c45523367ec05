"""The fields of deal types, stages and reasons of loss, for filters, groups and the chooser."""

from core.fields.tree import Entity, Field
from core.i18n import lazy
from core.runtime import CRM
from core.stages.models import DealType, LossReason, Stage
from core.stages.types import MODES


def deal_type_entity(crm: CRM) -> Entity:
    """Returns what can be asked of deal types."""
    return Entity(
        "deal_type",
        lazy("Deal type"),
        DealType,
        (
            Field("name", lazy("Name"), "text", DealType.name),
            Field("mode", lazy("Mode"), "choice", DealType.mode, choices=tuple(MODES.items())),
            Field("is_used", lazy("In use"), "bool", DealType.is_used),
            Field("currency", lazy("Currency"), "text", DealType.currency),
            Field("default_owner", lazy("Default owner"), "user", DealType.default_owner, target="user"),
        ),
    )


def stage_entity(crm: CRM) -> Entity:
    """Returns what can be asked of stages."""
    return Entity(
        "stage",
        lazy("Stage"),
        Stage,
        (
            Field("name", lazy("Name"), "text", Stage.name),
            Field("probability", lazy("Chance to pass it, %"), "number", Stage.probability),
            Field("is_standard", lazy("Standard"), "bool", Stage.is_standard),
            Field("is_active", lazy("In use"), "bool", Stage.is_active),
        ),
    )


def loss_reason_entity(crm: CRM) -> Entity:
    """Returns what can be asked of reasons of loss."""
    return Entity(
        "loss_reason",
        lazy("Reason of loss"),
        LossReason,
        (
            Field("name", lazy("Name"), "text", LossReason.name),
            Field("needs_note", lazy("Needs a note"), "bool", LossReason.needs_note),
            Field("is_active", lazy("In use"), "bool", LossReason.is_active),
        ),
    )

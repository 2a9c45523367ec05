"""What every instance begins with: the nine standard stages, reasons of loss, and the typical sale."""

from core.i18n import lazy, speaking
from core.runtime import CRM
from core.stages.models import DealType, LossReason, Stage
from core.stages.reasons import create_reason, not_given
from core.stages.reference import create_stage
from core.stages.types import create_deal_type

# The chance to pass each, in per cent: rough figures of firms that sell to firms, meant to be corrected.
STANDARD_STAGES = (
    (lazy("Client qualification"), 55),
    (lazy("Preparation for the meeting"), 85),
    (lazy("Presentation (meeting)"), 70),
    (lazy("Commercial offer"), 75),
    (lazy("Awaiting decision"), 65),
    (lazy("Contract"), 85),
    (lazy("Payment"), 95),
    (lazy("Delivery"), 98),
    (lazy("Completion"), 99),
)
STANDARD_REASONS = (
    lazy("Too expensive"),
    lazy("Chose a competitor"),
    lazy("No need any more"),
    lazy("Put off by the client"),
    lazy("No budget"),
    lazy("We can't deliver what they want"),
    lazy("Client can't be reached"),
)
TYPICAL_SALE = lazy("Typical sale")


def ensure_defaults(crm: CRM) -> None:
    """Makes stages, reasons and the typical sale, in the company's language, where there are none yet."""
    with crm.work(), speaking(crm.config.language):
        if not Stage.select().where(Stage.is_standard).exists():
            for name, probability in STANDARD_STAGES:
                create_stage(crm, str(name), probability=probability, is_standard=True)
        if not LossReason.select().exists():
            for name in STANDARD_REASONS:
                create_reason(crm, str(name))
            create_reason(crm, str(lazy("Other")), needs_note=True, key="other")
            not_given(crm)
        if not DealType.select().exists():
            stages = Stage.select().where(Stage.is_standard).order_by(Stage.id)
            create_deal_type(crm, str(TYPICAL_SALE), stages=list(stages))

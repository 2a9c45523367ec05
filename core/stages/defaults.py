"""What every instance begins with: the nine standard stages, reasons of loss, and the typical sale."""

from collections.abc import Sequence

from core.i18n import lazy, speaking
from core.runtime import CRM
from core.stages.library import TYPICAL, add_from_library, text_of
from core.stages.models import DealType, LossReason, Stage
from core.stages.portable import read_toml
from core.stages.reasons import create_reason, not_given
from core.stages.reference import create_stage

STANDARD_REASONS = (
    lazy("Too expensive"),
    lazy("Chose a competitor"),
    lazy("No need any more"),
    lazy("Put off by the client"),
    lazy("No budget"),
    lazy("We can't deliver what they want"),
    lazy("Client can't be reached"),
)


def ensure_defaults(crm: CRM, types: Sequence[str] = (TYPICAL,)) -> None:
    """Makes stages, reasons and these types of the library, in the company's language, where there are none yet."""
    language = crm.config.language
    with crm.work(), speaking(language):
        if not Stage.select().where(Stage.is_standard).exists():
            _make_standard_stages(crm, language)
        if not LossReason.select().exists():
            for name in STANDARD_REASONS:
                create_reason(crm, str(name))
            create_reason(crm, str(lazy("Other")), needs_note=True, key="other")
            not_given(crm)
        if not DealType.select().exists():
            for key in types:
                add_from_library(crm, key, language)


def _make_standard_stages(crm: CRM, language: str) -> None:
    """Makes the nine stages of the typical sale, with its chances: rough figures, meant to be corrected."""
    for stage in read_toml(text_of(TYPICAL, language))["stages"]:
        create_stage(crm, stage["name"], probability=stage["probability"], is_standard=True)

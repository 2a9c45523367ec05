"""The evidence that the core itself proposes: a meeting of the deal that was held, a file that was stored on it."""

from typing import Any

from core.deals.models import Deal
from core.hooks.contributions import EvidenceKind
from core.i18n import lazy
from core.interactions.models import Interaction, StoredFile
from core.process.evidence import propose_evidence
from core.runtime import CRM

MEETING_HELD, FILE_ADDED = "meeting_held", "file_added"
KINDS = (
    EvidenceKind(MEETING_HELD, lazy("A meeting was held")),
    EvidenceKind(FILE_ADDED, lazy("A file was added to the deal")),
)


def of_meeting(crm: CRM, interaction: Interaction) -> None:
    """Proposes a meeting that was held as evidence for its deal; other interactions are none."""
    if interaction.kind != "meeting" or interaction.deal_id is None:
        return
    day = interaction.at.astimezone(crm.config.zone).date()
    facts: dict[str, Any] = {"date": day, "moment": interaction.at, "contact": interaction.contact_id}
    propose_evidence(
        crm,
        Deal.get_by_id(interaction.deal_id),
        plugin="core",
        kind=MEETING_HELD,
        key=f"core.meeting.{interaction.id}",
        title=interaction.subject or str(lazy("Meeting")),
        result={name: value for name, value in facts.items() if value is not None},
        entity="interaction",
        entity_id=interaction.id,
    )


def of_file(crm: CRM, stored: StoredFile) -> None:
    """Proposes a file that was stored on a deal as evidence for it; files on clients are none."""
    if stored.entity != "deal":
        return
    propose_evidence(
        crm,
        Deal.get_by_id(stored.entity_id),
        plugin="core",
        kind=FILE_ADDED,
        key=f"core.file.{stored.id}",
        title=stored.name,
        result={"file": stored.id},
        entity="file",
        entity_id=stored.id,
    )

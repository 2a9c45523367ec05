"""What others may do with the process; each noun has a file of its own."""

from core.deals.limits import due_at
from core.process.completing import complete, may_complete, send_back, take
from core.process.ensuring import ensure_stage_tasks
from core.process.evidence import (
    accept_evidence,
    evidence_of,
    evidence_of_deal,
    get_evidence,
    kinds_of_evidence,
    propose_evidence,
    proposed_on,
    reject_evidence,
)
from core.process.results import result_schema, schema_of_task
from core.process.stage_tasks import stage_task_of

__all__ = [
    "accept_evidence",
    "complete",
    "due_at",
    "ensure_stage_tasks",
    "evidence_of",
    "evidence_of_deal",
    "get_evidence",
    "kinds_of_evidence",
    "may_complete",
    "propose_evidence",
    "proposed_on",
    "reject_evidence",
    "result_schema",
    "schema_of_task",
    "send_back",
    "stage_task_of",
    "take",
]

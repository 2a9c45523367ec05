"""What others may do with stages, types and reasons of loss; each noun has a file of its own."""

from core.stages.defaults import ensure_defaults
from core.stages.reasons import (
    all_reasons,
    change_reason,
    create_reason,
    find_reason,
    get_reason,
    not_given,
    usable_reasons,
)
from core.stages.reference import all_stages, change_stage, create_stage, delete_stage, find_stage, get_stage
from core.stages.steps import step_of_row
from core.stages.types import (
    MODES,
    Step,
    all_types,
    change_deal_type,
    create_deal_type,
    find_type,
    get_type,
    get_version,
    ladders,
    publish,
    steps_of,
    versions_of,
)

__all__ = [
    "MODES",
    "Step",
    "all_reasons",
    "all_stages",
    "all_types",
    "change_deal_type",
    "change_reason",
    "change_stage",
    "create_deal_type",
    "create_reason",
    "create_stage",
    "delete_stage",
    "ensure_defaults",
    "find_reason",
    "find_stage",
    "find_type",
    "get_reason",
    "get_stage",
    "get_type",
    "get_version",
    "ladders",
    "not_given",
    "publish",
    "step_of_row",
    "steps_of",
    "usable_reasons",
    "versions_of",
]

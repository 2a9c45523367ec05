"""Deal types, their stages and reasons of loss: making those that a file names, and the order of a type's stages."""

from core.stages.services import (
    Step,
    create_deal_type,
    create_reason,
    create_stage,
    find_reason,
    find_stage,
    not_given,
    publish,
    step_of_row,
    steps_of,
)

__all__ = [
    "Step",
    "create_deal_type",
    "create_reason",
    "create_stage",
    "find_reason",
    "find_stage",
    "not_given",
    "publish",
    "step_of_row",
    "steps_of",
]

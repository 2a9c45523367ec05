"""What the steps of a plan are called, and how their numbers, days and weeks are written."""

from datetime import date

from core.api import format_date, lazy
from plugins.reports.plan.learning import CONTRACTS, INTERESTED, STAGE, Step

TITLE = lazy("Plan backwards")
STEPS = {
    INTERESTED: lazy("Interested clients"),
    "calls": lazy("Calls"),
    "meetings": lazy("Meetings"),
    "letters": lazy("Letters"),
    CONTRACTS: lazy("Contracts"),
}


def step_words(key: str, stage: str | None) -> str:
    """Returns what a step is called: a stage by its name."""
    return stage if key == STAGE and stage else str(STEPS[key])


def words_of(step: Step) -> str:
    """Returns what a step of a plan is called."""
    return step_words(step.key, step.stage)


def week_words(monday: date) -> str:
    """Returns what a week is called: by its Monday."""
    return format_date(monday)

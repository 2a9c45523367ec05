"""Which stages are those at which the client gets an offer: told by their names, in the languages we speak."""

from collections.abc import Mapping

from plugins.reports.funnel.ladders import Ladder

WORDS = ("offer", "proposal", "quotation", "предложени", "ofert")


def offer_stages(ladders: Mapping[int, Ladder]) -> dict[int, str]:
    """Returns the names of the stages at which offers are made, by their ids."""
    steps = [step for ladder in ladders.values() for step in ladder.steps]
    return {step.stage_id: step.stage for step in steps if is_offer(step.stage)}


def is_offer(stage: str | None) -> bool:
    """Tells whether a stage of this name is one at which offers are made."""
    return any(word in (stage or "").casefold() for word in WORDS)

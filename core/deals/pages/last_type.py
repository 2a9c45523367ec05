"""The deal type of a view that shows one at a time: the one asked for, else the one that was looked at last."""

from collections.abc import Sequence

from flask import request, session

from core.stages.models import DealType

LAST_TYPE = "deal_type"


def chosen_type(types: Sequence[DealType]) -> DealType | None:
    """Returns the type asked for, else the one that the user looked at last, else the first; None without any."""
    wanted = request.args.get("type", type=int) or session.get(LAST_TYPE)
    chosen = next((one for one in types if one.id == wanted), types[0] if types else None)
    if chosen is not None and session.get(LAST_TYPE) != chosen.id:
        session[LAST_TYPE] = chosen.id
    return chosen

"""Changes deals that are there already, by what their rows say, through the deals' own services."""

from typing import Any

from core.api import CRMError, Deal, LossReason, change_deal, lose, move, reopen, win

from ..deal_images import keep_images
from ..properties import stored
from ..writing import Writing


def update_deals(writing: Writing, repeated: list[tuple[int, dict[str, Any]]]) -> list[tuple[int, str, object]]:
    """Updates deals and returns an error for each row that could not be done; those leave their deal as it was."""
    errors = []
    keep_images(writing, [deal_id for deal_id, _row in repeated])
    for deal_id, row in repeated:
        try:
            with writing.crm.work():
                _update(writing, Deal.get_by_id(deal_id), row)
        except CRMError as error:
            errors.append((row["row"], "", str(error).rstrip(".")))
    keep_images(writing, [deal_id for deal_id, _row in repeated], is_after=True)
    return errors


def _update(writing: Writing, deal: Deal, row: dict[str, Any]) -> None:
    crm = writing.crm
    if not deal.is_open and row["state"] == "open" and writing.titles.get("state"):
        reopen(crm, deal)
    values: dict[str, Any] = {}
    if row.get("title") and "title" in writing.titles:
        values["title"] = row["title"]
    for name in ("note", "expected_on"):
        if row.get(name):
            values[name] = row[name]
    if deal.is_open and row.get("owner"):
        values["owner_id"] = row["owner_id"]
    if row["source_id"]:
        values["source_id"] = row["source_id"]
    if deal.is_open and row["potential"] is not None:
        values |= {"potential": row["potential"], "currency": row["currency"]}
    own = {key.removeprefix("property:"): value for key, value in row.items() if key.startswith("property:")}
    own = {key: stored(value) for key, value in own.items() if value is not None}
    if own:
        values["properties"] = own
    if values:
        change_deal(crm, deal, values)
    if deal.is_open and row.get("stage") and row["step"][0] != deal.stage_id:
        move(crm, deal, row["step"][0])
    if deal.is_open and row["state"] == "won":
        win(crm, deal, amount=row["amount"], at=row["closed_at"])
    elif deal.is_open and row["state"] == "lost":
        lose(crm, deal, _reason(row["loss_reason_id"]), at=row["closed_at"])


def _reason(reason_id: int) -> LossReason:
    """The reason of a row; "not given" can't be chosen by people, but an import may give it."""
    reason = LossReason.get_by_id(reason_id)
    reason.is_active, reason.needs_note = True, False
    return reason

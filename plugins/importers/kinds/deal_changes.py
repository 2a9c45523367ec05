"""Changes deals that are there already, by what their rows say, through the deals' own services."""

from typing import Any

from core.api import CRMError, Deal, LossReason, bulk, change_deal, lose, move, reopen, win
from plugins.importers.errors import CellRefused
from plugins.importers.kinds.deal_closings import correct_closing
from plugins.importers.kinds.deal_rows import Rates, units
from plugins.importers.kinds.writing import Writing, write_history
from plugins.importers.sql import change
from plugins.importers.undo.images import keep_images


def update_deals(writing: Writing, repeated: list[tuple[int, dict[str, Any]]]) -> list[tuple[int, str, object]]:
    """Updates deals and returns an error for each row that could not be done; those leave their deal as it was."""
    errors = []
    keep_images(writing, [deal_id for deal_id, _row in repeated])
    for deal_id, row in repeated:
        try:
            with writing.crm.work():
                _update(writing, Deal.get_by_id(deal_id), row)
        except CellRefused as refused:
            errors.append((row["row"], writing.titles.get(row["field"], ""), refused.sentence))
        except CRMError as error:
            errors.append((row["row"], "", str(error).rstrip(".")))
    keep_images(writing, [deal_id for deal_id, _row in repeated], is_after=True)
    return errors


def _update(writing: Writing, deal: Deal, row: dict[str, Any]) -> None:
    crm = writing.crm
    if not deal.is_open and row["state"] == "open" and "state" in writing.titles:
        reopen(crm, deal)
    if facts := _facts(writing, row):
        change_deal(crm, deal, facts)
    if not deal.is_open:
        correct_closing(writing, deal, row)
        return
    _correct_standing(writing, deal, row)
    if row.get("stage") and row["step"][0] != deal.stage_id:
        move(crm, deal, row["step"][0])
    if row["state"] == "won":
        win(crm, deal, amount=row["amount"], at=row["closed_at"])
    elif row["state"] == "lost":
        lose(crm, deal, _reason(row["loss_reason_id"]), at=row["closed_at"])


def _facts(writing: Writing, row: dict[str, Any]) -> dict[str, Any]:
    """What the row says that has no history of its own."""
    found: dict[str, Any] = {name: row[name] for name in ("note", "expected_on") if row.get(name)}
    if "title" in writing.titles:
        found["title"] = row["title"]
    if row["source_id"]:
        found["source_id"] = row["source_id"]
    own = {key.removeprefix("property:"): value for key, value in row.items() if key.startswith("property:")}
    own = {key: value for key, value in own.items() if value is not None}
    return found | ({"properties": own} if own else {})


def _correct_standing(writing: Writing, deal: Deal, row: dict[str, Any]) -> None:
    """Owner and potential of an open deal, corrected for the whole time in which it stood as it does.

    A change as of now would lie after the day on which the very same row may close the deal.
    """
    crm = writing.crm
    potential = row["potential"] if "potential" in writing.titles and row["potential"] is not None else deal.potential
    owner_id = row["owner_id"] if row.get("owner") else deal.owner_id
    if (potential, owner_id) == (deal.potential, deal.owner_id):
        return
    base = Rates(writing).base(potential, deal.currency, deal.opened_at)
    change(crm, "UPDATE core_deal SET potential = ?, potential_base = ?, owner_id = ?, version = version + 1"
           " WHERE id = ?",
           (units(potential), base, owner_id, deal.id))  # fmt: skip
    change(crm, "UPDATE core_deal_period SET potential_base = ?, owner_id = ? WHERE deal_id = ? AND to_at IS NULL",
           (base, owner_id, deal.id))  # fmt: skip
    before = {"potential": bulk.as_json(deal.potential), "owner_id": deal.owner_id}
    after = {"potential": bulk.as_json(potential), "owner_id": owner_id}
    write_history(writing, "deal", "changed", {deal.id: {name: [before[name], after[name]] for name in before}})
    deal.potential, deal.owner_id, deal.version = potential, owner_id, deal.version + 1


def _reason(reason_id: int) -> LossReason:
    """The reason of a row; "not given" can't be chosen by people, but an import may give it."""
    reason = LossReason.get_by_id(reason_id)
    reason.is_active, reason.needs_note = True, False
    return reason

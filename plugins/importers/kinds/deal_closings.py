"""Corrects the closing of a deal that is closed already, by what a row says; it can't be closed otherwise or anew."""

from typing import Any

from core.api import Deal, bulk, format_date, lazy
from plugins.importers.errors import CellRefused
from plugins.importers.kinds.deal_rows import Rates, units
from plugins.importers.kinds.writing import Writing, write_history
from plugins.importers.sql import change

FACTS = ("potential", "amount", "loss_reason_id")


def correct_closing(writing: Writing, deal: Deal, row: dict[str, Any]) -> None:
    """Puts potential, amount and reason of a row into the closing, by the rate of its day.

    Raises CellRefused, with `row["field"]`, where the row tells of another outcome or another day.
    """
    _check_same(writing, deal, row)
    old = {name: getattr(deal, name) for name in FACTS}
    new = old | _told(writing, deal, row)
    if new == old:
        return
    money = {**new, "currency": deal.currency, "opened_at": deal.opened_at, "closed_at": deal.closed_at}
    potential_base, amount_base = Rates(writing).both(money)
    facts = (units(new["potential"]), potential_base, units(new["amount"]), amount_base, new["loss_reason_id"])
    columns = "potential = ?, potential_base = ?, amount = ?, amount_base = ?, loss_reason_id = ?"
    change(writing.crm, f"UPDATE core_deal SET {columns}, version = version + 1 WHERE id = ?", (*facts, deal.id))
    change(writing.crm, f"UPDATE core_closing SET {columns} WHERE deal_id = ? AND reopened_at IS NULL",
           (*facts, deal.id))  # fmt: skip
    closed_at = bulk.to_microseconds(deal.closed_at)
    change(writing.crm, "UPDATE core_deal_period SET potential_base = ? WHERE deal_id = ? AND to_at = ?",
           (potential_base, deal.id, closed_at))  # fmt: skip
    change(writing.crm, "UPDATE core_stage_visit SET potential = ?, potential_base = ? WHERE deal_id = ? AND"
           " left_at = ?", (facts[0], potential_base, deal.id, closed_at))  # fmt: skip
    told = {name: [bulk.as_json(old[name]), bulk.as_json(new[name])] for name in FACTS if old[name] != new[name]}
    write_history(writing, "deal", "changed", {deal.id: told})


def _check_same(writing: Writing, deal: Deal, row: dict[str, Any]) -> None:
    zone = writing.crm.config.zone
    row["field"] = "state"
    if "state" in writing.titles and row["state"] != deal.state:
        raise CellRefused(lazy("the deal is closed otherwise already. Re-open it first, then import this row"))
    row["field"] = "closed_at"
    day, told = deal.closed_at.astimezone(zone).date(), row.get("closed_at")
    if told is not None and told.astimezone(zone).date() != day:
        raise CellRefused(
            lazy(
                "the deal was closed already, on %(day)s. Re-open it first, then import this row", day=format_date(day)
            )
        )


def _told(writing: Writing, deal: Deal, row: dict[str, Any]) -> dict[str, Any]:
    """What the row says of the closing; an empty cell says nothing."""
    found = {}
    if "potential" in writing.titles and row["potential"] is not None:
        found["potential"] = row["potential"]
    if deal.state == "won" and "amount" in writing.titles and row["amount"] is not None:
        found["amount"] = row["amount"]
    if deal.state == "lost" and row.get("loss_reason"):
        found["loss_reason_id"] = row["loss_reason_id"]
    return found

"""Settled rows of deals to rows of the database: deal, visit, period, closing."""

from collections.abc import Sequence
from datetime import datetime
from decimal import Decimal
from typing import Any

from core.api import bulk, money
from plugins.importers.kinds.clients import properties_json
from plugins.importers.kinds.writing import Writing, write_history

DEALS = (
    "id", "number", "title", "client_id", "deal_type_id", "version_id", "state", "stage_id", "place", "furthest",
    "stood_at",
    "entered_at", "owner_id", "source_id", "currency", "potential", "amount", "potential_base", "amount_base",
    "loss_reason_id", "expected_on", "note", "properties", "import_id", "import_row", "opened_at", "closed_at",
    "created_at", "changed_at",
)  # fmt: skip
VISITS = (
    "deal_id", "stage_id", "place", "entered_at", "left_at", "outcome", "responsible_id", "potential", "potential_base",
    "user_id", "version_id", "deal_state",
)  # fmt: skip
PERIODS = ("deal_id", "from_at", "to_at", "stage_id", "place", "owner_id", "potential_base", "is_on_hold")
CLOSINGS = (
    "deal_id", "state", "closed_at", "stage_id", "place", "owner_id", "currency", "potential", "amount",
    "potential_base",
    "amount_base", "loss_reason_id", "user_id",
)  # fmt: skip


def write_deals(writing: Writing, rows: Sequence[dict[str, Any]]) -> None:
    """Writes new deals; a deal with a stage stood at it all the time that it was open, as far as the file tells."""
    rates = Rates(writing)
    deals, visits, periods, closings = [], [], [], []
    now, user_id = writing.now, writing.crm.actor.user_id
    keys = [name for name in (rows[0] if rows else ()) if name.startswith("property:")]
    for row in rows:
        deal_id, state = row["id"], row["state"]
        stage_id, place = row["step"] or (None, None)
        opened = bulk.to_microseconds(row["opened_at"])
        closed = row["closed_at"] and bulk.to_microseconds(row["closed_at"])
        potential, amount = units(row["potential"]), units(row["amount"])
        potential_base, amount_base = rates.both(row)
        owner_id, ladder = row["owner_id"], row["ladder"]
        expected = row.get("expected_on")
        deals.append((
            deal_id, row["number"], row["title"], row["client"].id, ladder.type_id, ladder.version_id, state, stage_id,
            place, place, 0 if place is None else 1 << place, None if place is None else opened, owner_id,
            row["source_id"], row["currency"], potential, amount, potential_base, amount_base, row["loss_reason_id"],
            expected and expected.isoformat(), row.get("note") or "", properties_json(row, keys), writing.batch.id,
            row["row"], opened, closed, now, now,
        ))  # fmt: skip
        if place is not None:
            outcome = state if closed else ""
            visits.append((
                deal_id, stage_id, place, opened, closed, outcome, owner_id, potential, potential_base,
                user_id if closed else None, ladder.version_id, state,
            ))  # fmt: skip
        if closed is None or opened < closed:
            periods.append((deal_id, opened, closed, stage_id, place, owner_id, potential_base, False))
        if closed is not None:
            closings.append((
                deal_id, state, closed, stage_id, place, owner_id, row["currency"], potential, amount, potential_base,
                amount_base, row["loss_reason_id"], user_id,
            ))  # fmt: skip
    database = writing.crm.database
    bulk.insert_rows(database, "core_deal", DEALS, deals)
    bulk.insert_rows(database, "core_stage_visit", VISITS, visits)
    bulk.insert_rows(database, "core_deal_period", PERIODS, periods)
    bulk.insert_rows(database, "core_closing", CLOSINGS, closings)
    write_history(writing, "deal", "imported", {row["id"]: None for row in rows})


class Rates:
    """Rates of the days that a chunk needs, each asked for once."""

    def __init__(self, writing: Writing) -> None:
        self.crm = writing.crm
        self._known: dict[tuple, Decimal | None] = {}

    def both(self, row: dict[str, Any]) -> tuple[int | None, int | None]:
        """Returns potential and amount in the company's currency, as the database keeps them."""
        at = row["closed_at"] or row["opened_at"]
        return self.base(row["potential"], row["currency"], at), self.base(row["amount"], row["currency"], at)

    def base(self, amount: Decimal | None, currency: str, at: datetime) -> int | None:
        """Returns an amount in the company's currency by the rate of a day; None where amount or rate is unknown."""
        if amount is None:
            return None
        if currency == self.crm.currency:
            return money.to_units(amount)
        key = currency, at.astimezone(self.crm.config.zone).date()
        if key not in self._known:
            rate = self.crm.hooks.ask("exchange_rate", crm=self.crm, currency=currency, rate_on=key[1])
            self._known[key] = None if rate is None else Decimal(rate.rate)
        rate = self._known[key]
        return None if rate is None else money.to_units(money.convert(amount, rate, self.crm.currency))


def units(amount: Decimal | None) -> int | None:
    """Returns money as the database keeps it."""
    return None if amount is None else money.to_units(amount)

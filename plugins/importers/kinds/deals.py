"""Writes chunks of deals: new ones in bulk, each with the visit, period and closing that its row tells."""

from collections.abc import Sequence
from datetime import datetime
from typing import Any

from core.api import bulk, lazy
from plugins.importers.errors import CellRefused
from plugins.importers.kinds.deal_changes import update_deals
from plugins.importers.kinds.deal_clients import DealClients
from plugins.importers.kinds.deal_rows import write_deals
from plugins.importers.kinds.deal_types import DealTypes, Ladder
from plugins.importers.kinds.reasons import Reasons
from plugins.importers.kinds.writing import Outcome, Writing, resolve, without_rows
from plugins.importers.sql import fetch_in
from plugins.importers.stream import Chunk

CLOSED = ("won", "lost")


class DealWriter:
    """Settles each row (client, owner, type, stage, state, dates, money), and writes those that hold together."""

    def __init__(self, writing: Writing) -> None:
        self.writing = writing
        self.types = DealTypes(writing)
        self.clients = DealClients(writing)
        self.reasons = Reasons(writing)
        self._seen: set[str] = set()

    def write(self, chunk: Chunk) -> Outcome:
        """Writes one chunk inside the caller's work; in a dry run only tells what it would do."""
        outcome = Outcome()
        rows = self._settled(chunk, outcome)
        known = self._known_numbers(rows)
        fresh, repeated = [], []
        for row in rows:
            number = row.get("number")
            if number and (number in known or number in self._seen):
                repeated.append((known.get(number), row))
            else:
                fresh.append(row)
                if number:
                    self._seen.add(number)
        if not self.writing.is_dry:
            self._insert(fresh)
            # The rows of this very chunk may be repeated in it.
            known |= {row["number"]: row["id"] for row in fresh}
        outcome.created += len(fresh)
        self._repeat([(known.get(row["number"], 0), row) for _id, row in repeated], outcome)
        self._seen.clear() if not self.writing.is_dry else None
        return outcome

    def _settled(self, chunk: Chunk, outcome: Outcome) -> list[dict[str, Any]]:
        writing, errors = self.writing, outcome.errors
        self.clients.prepare(chunk)
        found = {
            "client": resolve(writing, chunk, "client", self.clients.find, errors),
            "owner_id": resolve(writing, chunk, "owner", writing.references.user, errors),
            "source_id": resolve(writing, chunk, "source", writing.references.source, errors),
            "loss_reason_id": resolve(writing, chunk, "loss_reason", self.reasons.find, errors),
        }
        rows = []
        for position in without_rows(chunk, errors):
            row = {name: column[position] for name, column in chunk.values.items()}
            row |= {name: column[position] for name, column in found.items()}
            row["row"] = chunk.rows[position]
            try:
                self._settle(row)
            except CellRefused as refused:
                title = writing.titles.get(row["field"], "") if row.get("field") else ""
                errors.append((row["row"], title, refused.sentence))
                continue
            rows.append(row)
        return rows

    def _settle(self, row: dict[str, Any]) -> None:
        """Completes one row, or raises CellRefused; `row["field"]` names the field the sentence is about."""
        row["field"] = "client"
        if row["client"] is None:
            raise CellRefused(
                lazy(
                    "the deal has no client. Fill in the cell, or name a client of deals that name none (in a map: "
                    "[options.defaults] client = “…”)"
                )
            )
        row["field"] = "state"
        row["state"] = row.get("state") or self._state_of(row)
        row["field"] = "type"
        ladder = row["ladder"] = self.types.find(row.get("type"), has_stages="stage" in self.writing.titles)
        row["field"] = "stage"
        row["step"] = self._step(row, ladder)
        row["field"] = "closed_at"
        self._settle_times(row)
        row["field"] = ""
        self._settle_money(row, ladder)
        row["owner_id"] = row["owner_id"] or ladder.owner_id or row["client"].owner_id
        row["title"] = row.get("title") or row["client"].name
        if row["state"] == "lost" and row["loss_reason_id"] is None:
            row["loss_reason_id"] = self.reasons.not_given()
        if row["state"] != "lost":
            row["loss_reason_id"] = None

    def _state_of(self, row: dict[str, Any]) -> str:
        if row.get("loss_reason"):
            return "lost"
        if row.get("closed_at") and "state" not in self.writing.titles:
            return "won"
        return "open"

    def _step(self, row: dict[str, Any], ladder: Ladder) -> tuple[int, int] | None:
        if row.get("stage"):
            return self.types.step(ladder, row["stage"])
        # A deal must stand somewhere while it is open, and was lost somewhere; of a won one nothing more is known.
        return None if row["state"] == "won" else ladder.first

    def _settle_times(self, row: dict[str, Any]) -> None:
        now = self.writing.crm.clock.now()
        opened, closed = row.get("opened_at"), row.get("closed_at")
        if row["state"] == "open":
            if closed is not None and row.get("expected_on") is None:
                row["expected_on"] = closed.astimezone(self.writing.crm.config.zone).date()
            closed = None
        elif closed is None:
            raise CellRefused(lazy("the deal is closed, but not when. Fill in the day it was closed"))
        opened = opened or closed or now
        if closed is not None and closed < opened:
            raise CellRefused(
                lazy(
                    "the deal was %(state)s before it was opened. Correct one of the two dates",
                    state=_state_word(row["state"]),
                )
            )
        if max(opened, closed or opened) > now:
            raise CellRefused(lazy("the date lies in the future. Correct it"))
        row["opened_at"], row["closed_at"] = opened, closed

    def _settle_money(self, row: dict[str, Any], ladder: Ladder) -> None:
        of_file = self.writing.batch.plan.get("currency")
        row["currency"] = row.get("currency") or of_file or ladder.currency or self.writing.crm.currency
        amount, potential = row.get("amount"), row.get("potential")
        # A lost or open deal with the amount 0 says that nothing came, not that nothing could have come.
        may_fill = "potential" not in self.writing.titles and (amount or row["state"] == "won")
        if potential is None and may_fill:
            potential = amount
        row["potential"] = potential
        row["amount"] = (potential if amount is None else amount) if row["state"] == "won" else None

    def _known_numbers(self, rows: Sequence[dict[str, Any]]) -> dict[str, int]:
        found = fetch_in(
            self.writing.crm,
            "SELECT number, id FROM core_deal WHERE number IN ({marks})",
            [row["number"] for row in rows if row.get("number")],
        )
        return dict(found)

    def _insert(self, rows: list[dict[str, Any]]) -> None:
        unnumbered = [row for row in rows if not row.get("number")]
        for row, number in zip(unnumbered, bulk.next_numbers(self.writing.crm, len(unnumbered)), strict=True):
            row["number"] = number
        for row, deal_id in zip(rows, bulk.take_ids(self.writing.crm.database, "core_deal", len(rows)), strict=True):
            row["id"] = deal_id
        write_deals(self.writing, rows)
        if led := [row["id"] for row in rows if row["ladder"].mode == "process" and row["state"] == "open"]:
            bulk.ensure_stage_tasks(self.writing.crm, led)

    def _repeat(self, repeated: list[tuple[int, dict[str, Any]]], outcome: Outcome) -> None:
        mode = self.writing.options.on_duplicate
        if mode == "skip":
            outcome.skipped += len(repeated)
        elif mode == "create":
            title = self.writing.titles.get("number", "")
            for _deal_id, row in repeated:
                sentence = lazy(
                    "there is already a deal %(number)s. Give this one another number", number=row["number"]
                )
                outcome.errors.append((row["row"], title, sentence))
        else:
            refused = [] if self.writing.is_dry else update_deals(self.writing, repeated)
            outcome.errors += refused
            outcome.updated += len(repeated) - len(refused)


def _state_word(state: str) -> object:
    return lazy("won") if state == "won" else lazy("lost")


def is_closed(row: dict[str, Any]) -> bool:
    """Tells whether a settled row is that of a closed deal."""
    return row["state"] in CLOSED


def closing_moment(row: dict[str, Any]) -> datetime:
    """Returns by which day's rate a deal's money is converted: that of its closing, while it is open of its opening."""
    return row["closed_at"] or row["opened_at"]

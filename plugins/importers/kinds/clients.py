"""Writes chunks of clients: new ones with contacts, phones, e-mails, categories and consent in bulk."""

import json
from collections.abc import Sequence
from typing import Any

from core.api import Client, User, bulk, lazy, visible_to
from plugins.importers.kinds.client_changes import add_contacts, update_clients
from plugins.importers.kinds.client_parts import main_email, main_phone, write_parts
from plugins.importers.kinds.writing import Outcome, Writing, resolve, without_rows, write_history
from plugins.importers.records.duplicates import Candidate, ClientDuplicates, Wanted, city_key
from plugins.importers.records.properties import stored
from plugins.importers.stream import Chunk

TEXTS = ("website", "country", "region", "city", "postal_code", "address", "language", "salutation", "note", "status")
DATES = ("next_need_on", "next_contact_on")
DEFAULT_STATUS = "prospect"


class ClientWriter:
    """Decides for each row whether its client is new, known or repeated, and writes what follows."""

    def __init__(self, writing: Writing) -> None:
        self.writing = writing
        self.duplicates: ClientDuplicates | None = None
        if writing.options.on_duplicate != "create":
            self.duplicates = ClientDuplicates(writing.crm, writing.options.duplicates, is_dry=writing.is_dry)

    def write(self, chunk: Chunk) -> Outcome:
        """Writes one chunk inside the caller's work; in a dry run only tells what it would do."""
        outcome = Outcome()
        rows = self._rows(chunk, outcome)
        if not rows:
            return outcome
        same = self.duplicates.find([row["wanted"] for row in rows]) if self.duplicates else [None] * len(rows)
        fresh = [row for row, known in zip(rows, same, strict=True) if known is None]
        repeated = [(known, row) for row, known in zip(rows, same, strict=True) if known is not None]
        outcome.created = len(fresh)
        if not self.writing.is_dry:
            self._insert(fresh)
        self._repeat(repeated, fresh, outcome)
        return outcome

    def _rows(self, chunk: Chunk, outcome: Outcome) -> list[dict[str, Any]]:
        """The chunk's rows as dictionaries, with words resolved to records, an id, and what the search needs."""
        writing = self.writing
        references = writing.references
        owners = resolve(writing, chunk, "owner", references.user, outcome.errors)
        sources = resolve(writing, chunk, "source", references.source, outcome.errors)
        good = without_rows(chunk, outcome.errors)
        ids = self._ids(len(good))
        names = list(chunk.values)
        values = list(zip(*chunk.values.values(), strict=True))
        rows = []
        for record_id, position in zip(ids, good, strict=True):
            row = dict(zip(names, values[position], strict=True))
            row["id"], row["owner_id"], row["source_id"] = record_id, owners[position], sources[position]
            row["kind"] = row.get("kind") or "company"
            row["row"] = chunk.rows[position]
            _settle_country(row)
            row["wanted"] = _wanted(row)
            rows.append(row)
        return rows

    def _ids(self, count: int) -> Sequence[int]:
        if self.writing.is_dry:
            return [self.writing.references.dry_id() for _number in range(count)]
        return bulk.take_ids(self.writing.crm.database, "core_client", count)

    def _insert(self, rows: list[dict[str, Any]]) -> None:
        writing, now = self.writing, self.writing.now
        present = [name for name in TEXTS if any(row.get(name) for row in rows)]
        dates = [name for name in DATES if any(row.get(name) for row in rows)]
        columns = (
            "id", "kind", "name", "name_key", "tax_number", "phone", "email", "owner_id", "source_id", "properties",
            "import_id", "import_row", "created_at", "changed_at",
            *present, *dates, *(() if "status" in present else ("status",)),
        )  # fmt: skip
        tail = () if "status" in present else (DEFAULT_STATUS,)
        keys = [name for name in (rows[0] if rows else ()) if name.startswith("property:")]
        values = [
            (
                row["id"], row["kind"], row["name"], row["name_key"], row.get("tax_number") or "",
                main_phone(row), main_email(row),
                row["owner_id"], row["source_id"], properties_json(row, keys), writing.batch.id, row["row"],
                now, now,
                *[row.get(name) or (DEFAULT_STATUS if name == "status" else "") for name in present],
                *[row.get(name) and row[name].isoformat() for name in dates], *tail,
            )
            for row in rows
        ]  # fmt: skip
        bulk.insert_rows(writing.crm.database, "core_client", columns, values)
        write_parts(writing, [(row["id"], row) for row in rows])
        write_history(writing, "client", "imported", {row["id"]: None for row in rows})

    def _without_hidden(self, repeated: list[tuple[int, dict]], outcome: Outcome) -> list[tuple[int, dict]]:
        """Leaves the clients that whoever imports may not see as they are; their rows are refused."""
        user = User.get_or_none(User.id == self.writing.batch.user_id)
        if user is None or user.role.scope == "all":
            return repeated
        ids = [client_id for client_id, _row in repeated]
        seen = Client.select(Client.id).where(Client.id.in_(ids), visible_to(user, Client.owner)).tuples()
        visible = {row[0] for row in seen}
        sentence = lazy("this client belongs to another seller, so it stays as it is. Ask its owner, or a head")
        outcome.errors += [(row["row"], "", sentence) for client_id, row in repeated if client_id not in visible]
        return [(client_id, row) for client_id, row in repeated if client_id in visible]

    def _repeat(self, repeated: list[tuple[int, dict]], fresh: list[dict], outcome: Outcome) -> None:
        """Rows of a known client: updated, skipped, or (a client of this very file) given one more contact."""
        if self.writing.options.on_duplicate == "update":
            repeated = self._without_hidden(repeated, outcome)
            outcome.updated += len(repeated)
            if not self.writing.is_dry:
                update_clients(self.writing, repeated)
            return
        ours = {row["id"] for row in fresh}
        batch_id = self.writing.batch.id
        own = [
            (known, row)
            for known, row in repeated
            if row.get("contact_name") and (known in ours or self._made_by(known) == batch_id)
        ]
        if self.writing.is_dry:
            present = {(row["id"], row.get("contact_name")) for row in fresh}
            added = len({(known, row["contact_name"]) for known, row in own} - present)
        else:
            added = add_contacts(self.writing, own) if own else 0
        outcome.updated += added
        outcome.skipped += len(repeated) - added

    def _made_by(self, client_id: int) -> int | None:
        return self.duplicates.candidate(client_id).batch_id


def properties_json(row: dict[str, Any], keys: Sequence[str]) -> str:
    """Returns the JSON of a row's properties."""
    if not keys:
        return "{}"
    return json.dumps(
        {key.removeprefix("property:"): stored(row[key]) for key in keys if row[key] is not None}, ensure_ascii=False
    )


def _settle_country(row: dict[str, Any]) -> None:
    """A client's country is two letters; what is none of them ("Asia/Pacific") is kept as region, not lost."""
    country = row.get("country")
    if country and len(country) != 2:
        row["country"] = ""
        row["region"] = row.get("region") or country


def _wanted(row: dict[str, Any]) -> Wanted:
    phones = [value for value, _raw, is_valid in (row.get("phone") or ()) if is_valid]
    phones += [value for value, _raw, is_valid in (row.get("contact_phone") or ()) if is_valid]
    emails = [*(row.get("email") or ()), *(row.get("contact_email") or ())]
    about = Candidate(
        tax_number=row.get("tax_number") or "",
        city=city_key(row.get("city")),
        is_person=row["kind"] == "person",
        is_reachable=bool(phones or emails),
    )
    return Wanted(row["id"], row["similar_key"], about, phones, emails)

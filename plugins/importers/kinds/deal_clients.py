"""Clients named by deals: by name, tax number or number; made where that is allowed."""

from dataclasses import dataclass

from core.api import bulk, lazy, name_key
from plugins.importers.errors import CellRefused
from plugins.importers.kinds.clients import DEFAULT_STATUS
from plugins.importers.kinds.writing import Writing, write_history
from plugins.importers.records.references import plain_name
from plugins.importers.sql import fetch_in
from plugins.importers.stream import Chunk

COLUMNS = ("id", "kind", "name", "name_key", "status", "properties", "import_id", "created_at", "changed_at")


@dataclass(frozen=True)
class NamedClient:
    """A client that a deal belongs to."""

    id: int
    name: str
    owner_id: int | None


class DealClients:
    """The clients of one running import, asked for a chunk at a time."""

    def __init__(self, writing: Writing) -> None:
        self.writing = writing
        self._found: dict[str, list[NamedClient]] = {}
        default = writing.options.defaults.get("client")
        # A default client that the options name is meant to be there, so it is made without another word.
        self._default = plain_name(default) if default else ""

    def prepare(self, chunk: Chunk) -> None:
        """Asks the base for all clients that a chunk names, by three questions."""
        names = [name for name in dict.fromkeys(chunk.values.get("client", ())) if name]
        names = [name for name in names if plain_name(name) not in self._found]
        if len(self._found) > 50_000:
            self._found.clear()
        by_key: dict[str, list[NamedClient]] = {}
        columns = "SELECT id, name, owner_id, name_key, tax_number FROM core_client WHERE deleted_at IS NULL AND"
        keys = [name_key(name) for name in names]
        for *client, key, _tax in fetch_in(self.writing.crm, f"{columns} name_key IN ({{marks}}) ORDER BY id", keys):
            by_key.setdefault(f"name:{key}", []).append(NamedClient(*client))
        taxes = [name.replace(" ", "").upper() for name in names]
        for *client, _key, tax in fetch_in(self.writing.crm, f"{columns} tax_number IN ({{marks}}) ORDER BY id", taxes):
            by_key.setdefault(f"tax:{tax}", []).append(NamedClient(*client))
        ids = [int(name) for name in names if name.isdigit() and len(name) < 16]
        for *client, _key, _tax in fetch_in(self.writing.crm, f"{columns} id IN ({{marks}})", ids):
            by_key.setdefault(f"id:{client[0]}", []).append(NamedClient(*client))
        for name, key, tax in zip(names, keys, taxes, strict=True):
            found = by_key.get(f"name:{key}") or by_key.get(f"tax:{tax}") or by_key.get(f"id:{name}") or []
            exact = [client for client in found if plain_name(client.name) == plain_name(name)]
            self._found[plain_name(name)] = exact or found

    def find(self, name: str) -> NamedClient:
        """Returns the client of this name, tax number or number; raises CellRefused for none or several."""
        found = self._found.get(plain_name(name), [])
        if len(found) > 1:
            raise CellRefused(
                lazy(
                    "there are %(count)s clients “%(name)s”. Write the tax number in place of the name",
                    count=len(found),
                    name=name,
                )
            )
        if not found:
            if not self.writing.references.create_missing and plain_name(name) != self._default:
                raise CellRefused(
                    lazy("there is no client “%(name)s”. Import the clients first, or with “create missing”", name=name)
                )
            found = self._found[plain_name(name)] = [self._make(name)]
        return found[0]

    def _make(self, name: str) -> NamedClient:
        writing = self.writing
        if writing.is_dry:
            return NamedClient(writing.references.dry_id(), name, None)
        client_id = bulk.take_ids(writing.crm.database, "core_client", 1)[0]
        now = writing.now
        values = (client_id, "company", name, name_key(name), DEFAULT_STATUS, "{}", writing.batch.id, now, now)
        bulk.insert_rows(writing.crm.database, "core_client", COLUMNS, [values])
        write_history(writing, "client", "imported", {client_id: None})
        return NamedClient(client_id, name, None)

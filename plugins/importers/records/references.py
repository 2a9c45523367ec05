"""Names in cells to records: users, sources, categories; what is missing is made only where that is allowed."""

import re
import unicodedata
from collections.abc import Sequence

from core.api import CRM, bulk, create_user, lazy, name_key
from plugins.importers.errors import CellRefused
from plugins.importers.models import Made
from plugins.importers.records.similar import in_latin
from plugins.importers.sql import fetch


class References:
    """The reference lists of one running import, read once; remembers what it made, so that an undo finds it."""

    def __init__(self, crm: CRM, batch_id: int, *, create_missing: bool, is_dry: bool) -> None:
        self.crm = crm
        self.batch_id = batch_id
        self.create_missing = create_missing
        self.is_dry = is_dry
        self._users: dict[str, int] | None = None
        self._words: dict[str, dict[str, int]] = {}
        self._next_dry = -1

    def user(self, text: str) -> int:
        """Returns the id of the user with this name, login, e-mail or number; raises CellRefused."""
        if self._users is None:
            self._users = self._read_users()
        found = self._users.get(plain_name(text))
        if found is None:
            if not self.create_missing:
                raise CellRefused(
                    lazy("there is no user “%(name)s”. Add the user first, or import with “create missing”", name=text)
                )
            found = self._users[plain_name(text)] = self._make_user(text)
        return found

    def source(self, text: str) -> int:
        """Returns the id of a source, which is made if it is new: it is a word, not a person or a process."""
        return self._word("source", "core_source", {"is_active": True}, text)

    def category(self, text: str) -> int:
        """Returns the id of a category, which is made if it is new."""
        return self._word("category", "core_category", {}, text)

    def remember(self, entity: str, entity_id: int) -> None:
        """Notes that this import made a record."""
        Made.create(batch=self.batch_id, entity=entity, entity_id=entity_id)

    def remember_all(self, entity: str, ids: Sequence[int]) -> None:
        """Notes that this import made many records."""
        rows = [(self.batch_id, entity, record_id) for record_id in ids]
        bulk.insert_rows(self.crm.database, "importers_made", ("batch_id", "entity", "entity_id"), rows)

    def dry_id(self) -> int:
        """Returns an id that no record has, for a run that writes nothing."""
        self._next_dry -= 1
        return self._next_dry

    def _word(self, entity: str, table: str, values: dict, text: str) -> int:
        if entity not in self._words:
            rows = fetch(self.crm, f"SELECT name, id FROM {table} ORDER BY id DESC")
            self._words[entity] = {plain_name(name): record_id for name, record_id in rows}
        words = self._words[entity]
        if plain_name(text) not in words:
            words[plain_name(text)] = (
                self.dry_id() if self.is_dry else self._make(entity, table, {"name": text, **values})
            )
        return words[plain_name(text)]

    def _make(self, entity: str, table: str, values: dict) -> int:
        marks = ", ".join("?" * len(values))
        rows = fetch(
            self.crm, f"INSERT INTO {table} ({', '.join(values)}) VALUES ({marks}) RETURNING id", tuple(values.values())
        )
        self.remember(entity, rows[0][0])
        return rows[0][0]

    def _read_users(self) -> dict[str, int]:
        users: dict[str, int] = {}
        for user_id, login, name, email in fetch(
            self.crm, "SELECT id, login, name, email FROM core_user ORDER BY is_active DESC, id"
        ):
            for text in (name, login, email, str(user_id)):
                if text:
                    users.setdefault(plain_name(text), user_id)
        return users

    def _make_user(self, name: str) -> int:
        if self.is_dry:
            return self.dry_id()
        login = wanted = login_of(name)
        number = 2
        while login in self._users:
            login, number = f"{wanted}{number}", number + 1
        user = create_user(self.crm, login, name)
        self._users[login] = user.id
        self.remember("user", user.id)
        return user.id


def login_of(name: str) -> str:
    """Returns a login made from a name: “Edi Hoxha” → edi.hoxha."""
    latin = in_latin(unicodedata.normalize("NFKD", name_key(name)))
    return re.sub(r"[^a-z0-9]+", ".", latin).strip(".")[:60] or "user"


def plain_name(text: str) -> str:
    """Returns a name as names are compared: case and blanks aside."""
    return " ".join(text.casefold().split())

"""Whether a row's client is there already: by tax number, phone, e-mail, then similar name, in base and file."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from functools import lru_cache

from rapidfuzz import fuzz

from core.api import CRM, name_key
from plugins.importers.records.similar import NameIndex, similar_key
from plugins.importers.sql import fetch, fetch_each, fetch_in

SAME_CITY = 70.0


@dataclass(slots=True)
class Candidate:
    """What tells one client from another; `batch_id` is the import that made it, if one did."""

    tax_number: str = ""
    city: str = ""
    is_person: bool = False
    is_reachable: bool = False
    batch_id: int | None = None


@dataclass
class Wanted:
    """One row as the search sees it."""

    record_id: int
    key: str
    about: Candidate
    phones: Sequence[str] = ()
    emails: Sequence[str] = ()


@dataclass
class _Known:
    """Records by what identifies them, for the rows of one chunk (or, in a dry run, of the whole file)."""

    tax_numbers: dict[str, int] = field(default_factory=dict)
    points: dict[str, int] = field(default_factory=dict)
    candidates: dict[int, Candidate] = field(default_factory=dict)


class ClientDuplicates:
    """Searches chunk by chunk; a row that is new becomes known to the rows after it."""

    def __init__(self, crm: CRM, searched: Sequence[str], *, is_dry: bool) -> None:
        self.crm = crm
        self.searched = frozenset(searched)
        self.is_dry = is_dry
        self._names = NameIndex()
        self._known = _Known()
        if "name" in self.searched:
            for key, client_id in fetch(
                crm, "SELECT name_key, id FROM core_client WHERE deleted_at IS NULL ORDER BY id"
            ):
                self._names.add(similar_key(key), client_id)

    def find(self, rows: Sequence[Wanted]) -> list[int | None]:
        """Returns for each row the id of the client it repeats, or None for a new one."""
        known = self._known if self.is_dry else _Known()
        self._read_base(rows, known)
        found = []
        for row in rows:
            same = self._find_one(row, known)
            found.append(same)
            if same is None:
                self._learn(row, known)
        return found

    def candidate(self, client_id: int) -> Candidate:
        """Returns what is known about a client."""
        return self._candidate(client_id, self._known)

    def _find_one(self, row: Wanted, known: _Known) -> int | None:
        same = known.tax_numbers.get(row.about.tax_number) if row.about.tax_number else None
        if same is not None:
            return same
        for value in (*row.phones, *row.emails):
            same = known.points.get(value)
            if same is not None and not _taxes_differ(row.about, self._candidate(same, known)):
                return same
        if "name" not in self.searched:
            return None
        return self._names.find(row.key, lambda client_id: _may_be_same(row.about, self._candidate(client_id, known)))

    def _learn(self, row: Wanted, known: _Known) -> None:
        if row.about.tax_number and "tax_number" in self.searched:
            known.tax_numbers[row.about.tax_number] = row.record_id
        for value in self._points(row):
            known.points.setdefault(value, row.record_id)
        known.candidates[row.record_id] = row.about
        if "name" in self.searched:
            self._names.add(row.key, row.record_id)

    def _points(self, row: Wanted) -> Iterable[str]:
        return (
            *(row.phones if "phone" in self.searched else ()),
            *(row.emails if "email" in self.searched else ()),
        )

    def _read_base(self, rows: Sequence[Wanted], known: _Known) -> None:
        if "tax_number" in self.searched:
            numbers = [row.about.tax_number for row in rows if row.about.tax_number]
            _keep_first(known.tax_numbers, fetch_each(self.crm, _BY_TAX_NUMBER, numbers))
        for kind in ("phone", "email"):
            if kind in self.searched:
                values = [value for row in rows for value in (row.phones if kind == "phone" else row.emails)]
                _keep_first(known.points, fetch_each(self.crm, _BY_POINT, values, kind))
        same_names = (self._names.same(row.key) for row in rows)
        self._read_candidates([client_id for client_id in same_names if client_id is not None], known)

    def _candidate(self, client_id: int, known: _Known) -> Candidate:
        if client_id not in known.candidates:
            self._read_candidates([client_id], known)
        return known.candidates.get(client_id) or Candidate()

    def _read_candidates(self, ids: Sequence[int], known: _Known) -> None:
        for client_id, tax_number, city, kind, phone, email, batch_id in fetch_in(
            self.crm,
            "SELECT id, tax_number, city, kind, phone, email, import_id FROM core_client WHERE id IN ({marks})",
            [client_id for client_id in ids if client_id > 0 and client_id not in known.candidates],
        ):
            about = Candidate(tax_number, city_key(city), kind == "person", bool(phone or email), batch_id)
            known.candidates[client_id] = about


_BY_TAX_NUMBER = "SELECT tax_number, id FROM core_client WHERE deleted_at IS NULL AND tax_number {sought}"
_BY_POINT = (
    "SELECT p.value, p.client_id FROM core_contact_point p JOIN core_client c ON c.id = p.client_id"
    " WHERE p.kind = ? AND c.deleted_at IS NULL AND p.value {sought}"
)


def _keep_first(known: dict[str, int], rows: Iterable[tuple[str, int]]) -> None:
    """Keeps the client of each value; of several the one that was there first."""
    known.update(sorted(rows, key=lambda row: -row[1]))


@lru_cache(maxsize=20_000)
def city_key(city: str | None) -> str:
    """Returns a city made comparable."""
    return similar_key(name_key(city)) if city else ""


def _may_be_same(row: Candidate, other: Candidate) -> bool:
    """A similar name alone doesn't join clients whose tax numbers, cities, or (persons) phones and e-mails differ."""
    if _taxes_differ(row, other):
        return False
    if row.city and other.city and row.city != other.city and fuzz.ratio(row.city, other.city) < SAME_CITY:
        return False
    return not ((row.is_person or other.is_person) and row.is_reachable and other.is_reachable)


def _taxes_differ(row: Candidate, other: Candidate) -> bool:
    return bool(row.tax_number and other.tax_number and row.tax_number != other.tax_number)

"""The sample company's clients with their contacts, phones, e-mails, consents and categories, written in bulk."""

import json
from dataclasses import dataclass

from core.contacts import name_key
from core.runtime import CRM
from core.sample import words
from core.sample.company import Company
from core.sample.names import Names
from core.sample.people import Seller
from core.sample.seasons import DAY, Seasons
from core.sample.words import Place
from core.store.bulk import insert_rows, take_ids

COLUMNS = {
    "core_client": "id kind name name_key tax_number language website country region city postal_code address owner_id "
    "source_id status phone email note next_contact_on properties version created_at changed_at".split(),
    "core_contact": "id client_id name position language is_primary note version created_at changed_at".split(),
    "core_contact_point": "client_id contact_id kind value raw label is_valid is_primary".split(),
    "core_consent": "client_id channel is_given at how".split(),
    "core_client_category": "client_id category_id".split(),
}
COUNTRY_WEIGHTS = {"RU": (("AL", 10), ("XK", 5), ("RU", 85)), "": (("AL", 66), ("XK", 26), ("RU", 8))}
STATUSES, STATUS_WEIGHTS = ("active", "prospect", "dormant", "former"), (55, 30, 11, 4)
PERSONS = 0.22


@dataclass(frozen=True)
class SampleClient:
    """What deals need to know of a client: `weight` is how often it buys, `size` how big its deals are."""

    id: int
    contact_id: int | None
    seller: Seller
    source_id: int
    created_at: int
    weight: float
    size: float


def make_clients(crm: CRM, company: Company, seasons: Seasons, *, first: int, count: int) -> list[SampleClient]:
    """Returns the clients that it has written; `first` is how many there were before, which keeps names apart."""
    countries = COUNTRY_WEIGHTS.get(crm.config.country, COUNTRY_WEIGHTS[""])
    book = _Book(company, seasons, countries)
    ids = take_ids(crm.database, "core_client", count)
    contact_ids = take_ids(crm.database, "core_contact", count)
    made = [book.add(first + number, ids[number], contact_ids[number]) for number in range(count)]
    for table, rows in book.rows.items():
        insert_rows(crm.database, table, COLUMNS[table], rows)
    return made


class _Book:
    """Draws clients one by one and keeps their rows, as the database wants them, by table."""

    def __init__(self, company: Company, seasons: Seasons, countries: tuple) -> None:
        self.company, self.seasons, self.chance, self.names = company, seasons, seasons.chance, Names(seasons.chance)
        self.countries = [country for country, _ in countries]
        self.country_weights = [weight for _, weight in countries]
        self.rows: dict[str, list[tuple]] = {table: [] for table in COLUMNS}
        self.sellers = company.people.sellers
        self.shares = [seller.share for seller in self.sellers]

    def add(self, number: int, client_id: int, contact_id: int) -> SampleClient:
        """Returns the next client, its rows kept."""
        chance = self.chance
        country = chance.choices(self.countries, self.country_weights)[0]
        places = words.PLACES[country]
        place = chance.choices(places, [place.weight for place in places])[0]
        is_person = chance.random() < PERSONS
        name, slug = self.names.person(country, number) if is_person else self.names.company(country, number)
        domain = "mail.example" if is_person else f"{slug}.example"
        email = f"{slug}@{domain}" if is_person else f"info@{domain}"
        phone = self._phone(place.mobile if is_person else place.landline)
        seller = chance.choices(self.sellers, self.shares)[0]
        source = chance.choices(self.company.source_ids, [weight for _, weight in words.SOURCES])[0]
        # Most clients were known before the first deal; the others came in the course of the years.
        created = self.seasons.draw() if chance.random() < 0.5 else self.seasons.begins_at + int(chance.random() * DAY)
        size_name, _share, size = chance.choices(words.SIZES, [share for _, share, _ in words.SIZES])[0]
        properties = {} if is_person else self._properties(str(size_name), size)
        kind = "person" if is_person else "company"
        tax_number = "" if is_person else _tax_number(country, number)
        language = words.LANGUAGES[country]
        website = "" if is_person or chance.random() < 0.4 else f"https://www.{domain}"
        street = f"{chance.choice(words.STREETS[country])} {chance.randint(1, 120)}"
        status = chance.choices(STATUSES, STATUS_WEIGHTS)[0]
        self.rows["core_client"].append(
            (client_id, kind, name, name_key(name), tax_number, language, website, country, place.region, place.city,
             place.postal_code, street, seller.id, source, status, phone, email, "", None,
             json.dumps(properties, ensure_ascii=False), 1, created, created)
        )  # fmt: skip
        self._point(client_id, None, "phone", phone)
        self._point(client_id, None, "email", email)
        has_contact = not is_person
        if has_contact:
            self._contact(client_id, contact_id, country, place, domain, number, created)
        self._agreements(client_id, created)
        weight = 0.3 + chance.random() ** 4 * 6
        factor = 0.5 if is_person else size
        return SampleClient(client_id, contact_id if has_contact else None, seller, source, created, weight, factor)

    def _properties(self, size_name: str, size: float) -> dict:
        chance = self.chance
        found = {"size": size_name, "employees": max(1, int(size**3 * chance.uniform(3, 14)))}
        if chance.random() < 0.6:
            found["interests"] = sorted({str(chance.choice(words.INTERESTS)) for _ in range(chance.randint(1, 3))})
        if chance.random() < 0.2:
            found["is_chain"] = True
        return found

    def _contact(
        self, client_id: int, contact_id: int, country: str, place: Place, domain: str, number: int, created: int
    ) -> None:
        name, slug = self.names.person(country, number)
        position = str(self.chance.choice(words.POSITIONS))
        row = (contact_id, client_id, name, position, words.LANGUAGES[country], True, "", 1, created, created)
        self.rows["core_contact"].append(row)
        self._point(client_id, contact_id, "phone", self._phone(place.mobile))
        self._point(client_id, contact_id, "email", f"{slug}@{domain}")

    def _agreements(self, client_id: int, created: int) -> None:
        for category_id, (*_, share) in zip(self.company.category_ids, words.CATEGORIES, strict=True):
            if self.chance.random() < share:
                self.rows["core_client_category"].append((client_id, category_id))
        draw = self.chance.random()
        if draw < 0.5:
            self.rows["core_consent"].append((client_id, "email", draw < 0.42, created, str(words.HOW_AGREED)))

    def _point(self, client_id: int, contact_id: int | None, kind: str, value: str) -> None:
        self.rows["core_contact_point"].append((client_id, contact_id, kind, value, value, "", True, True))

    def _phone(self, prefix: tuple[str, int]) -> str:
        start, digits = prefix
        return f"{start}{self.chance.randint(2 * 10 ** (digits - 1), 10**digits - 1)}"


def _tax_number(country: str, number: int) -> str:
    if country == "AL":
        return f"L{(number * 7919 + 11_000_013) % 100_000_000:08d}{'ABCDEFGHIJKLMNOPQRSTUVWXY'[number % 25]}"
    if country == "XK":
        return f"81{(number * 7919 + 1_300_021) % 10_000_000:07d}"
    digits = f"77{(number * 7919 + 1_300_021) % 10_000_000:07d}"
    check = sum(int(digit) * weight for digit, weight in zip(digits, (2, 4, 10, 3, 5, 9, 4, 6, 8), strict=True))
    return f"{digits}{check % 11 % 10}"

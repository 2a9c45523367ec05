"""Writes what hangs on a client: contacts, phones, e-mails, categories, consent; thousands at once."""

from collections.abc import Sequence
from typing import Any

from core.api import bulk
from plugins.importers.kinds.writing import Writing

POINTS = ("client_id", "contact_id", "kind", "value", "raw", "label", "is_valid", "is_primary")
CONTACTS = (
    "id", "client_id", "name", "position", "salutation", "birthday_on", "is_primary", "import_id", "created_at",
    "changed_at",
)  # fmt: skip
CONSENTS = (("consent_email", "email", True), ("consent_sms", "sms", True), ("consent_phone", "phone", True),
            ("refuses_email", "email", False), ("refuses_phone", "phone", False))  # fmt: skip

Rows = Sequence[tuple[int, dict[str, Any]]]


def write_parts(writing: Writing, rows: Rows) -> None:
    """Writes everything that hangs on new clients; each row comes with its client's id."""
    points = [point for client_id, row in rows for point in points_of(client_id, None, row, "phone", "email")]
    points += write_contacts(writing, [item for item in rows if item[1].get("contact_name")], is_primary=True)
    # Phones and e-mails of a contact without a name belong to the client itself.
    points += [
        point
        for client_id, row in rows
        if not row.get("contact_name")
        for point in points_of(client_id, None, row, "contact_phone", "contact_email")
    ]
    bulk.insert_rows(writing.crm.database, "core_contact_point", POINTS, points)
    write_categories(writing, rows)
    write_consents(writing, rows)


def write_contacts(writing: Writing, rows: Rows, *, is_primary: bool) -> list[tuple]:
    """Writes the rows' contacts and returns their phones and e-mails, which the caller writes."""
    ids = bulk.take_ids(writing.crm.database, "core_contact", len(rows))
    now = writing.now
    contacts, points = [], []
    for contact_id, (client_id, row) in zip(ids, rows, strict=True):
        birthday = row.get("contact_birthday_on")
        contacts.append(
            (
                contact_id, client_id, row["contact_name"], row.get("contact_position") or "",
                row.get("contact_salutation") or "", birthday and birthday.isoformat(), is_primary, writing.batch.id,
                now, now,
            )
        )  # fmt: skip
        points += points_of(client_id, contact_id, row, "contact_phone", "contact_email")
    bulk.insert_rows(writing.crm.database, "core_contact", CONTACTS, contacts)
    return points


def points_of(client_id: int, contact_id: int | None, row: dict[str, Any], phone: str, email: str) -> list[tuple]:
    """Returns the rows of a client's or contact's phones and e-mails; the first of each kind is the primary one."""
    found = []
    for number, (value, raw, is_valid) in enumerate(row.get(phone) or ()):
        found.append((client_id, contact_id, "phone", value, raw, "", is_valid, number == 0))
    for number, value in enumerate(row.get(email) or ()):
        found.append((client_id, contact_id, "email", value, value, "", True, number == 0))
    return found


def main_phone(row: dict[str, Any]) -> str:
    """Returns the phone that the client's row repeats: its own first one, else its contact's."""
    phones = row.get("phone") or row.get("contact_phone")
    return phones[0][0] if phones else ""


def main_email(row: dict[str, Any]) -> str:
    """Returns the e-mail that the client's row repeats: its own first one, else its contact's."""
    emails = row.get("email") or row.get("contact_email")
    return emails[0] if emails else ""


def write_categories(
    writing: Writing, rows: Rows, known: set[tuple[int, int]] = frozenset(), *, is_tracked: bool = False
) -> None:
    """Gives clients their categories; `known` are the pairs that are there already."""
    pairs = dict.fromkeys(
        (client_id, writing.references.category(word))
        for client_id, row in rows
        for word in row.get("categories") or ()
    )
    fresh = [pair for pair in pairs if pair not in known]
    write_tracked(writing, "client_category", "core_client_category", ("client_id", "category_id"), fresh, is_tracked)


def write_tracked(
    writing: Writing, entity: str, table: str, columns: Sequence[str], rows: Sequence[tuple], is_tracked: bool = True
) -> None:
    """Writes rows and, for those added to records that were there before, notes their ids for an undo."""
    if not is_tracked:
        bulk.insert_rows(writing.crm.database, table, columns, rows)
        return
    ids = bulk.take_ids(writing.crm.database, table, len(rows))
    bulk.insert_rows(
        writing.crm.database, table, ("id", *columns), [(key, *row) for key, row in zip(ids, rows, strict=True)]
    )
    writing.references.remember_all(entity, ids)


def write_consents(writing: Writing, rows: Rows) -> None:
    """Notes consent and refusal; "refuses e-mails: no" says nothing about consent."""
    now, actor = writing.now, writing.crm.actor
    found = [
        (client_id, channel, is_given, now, f"import:{writing.batch.id}", actor.user_id)
        for client_id, row in rows
        for name, channel, is_given in _given(row)
    ]
    bulk.insert_rows(
        writing.crm.database, "core_consent", ("client_id", "channel", "is_given", "at", "how", "user_id"), found
    )


def _given(row: dict[str, Any]) -> list[tuple[str, str, bool]]:
    found = []
    for name, channel, means_consent in CONSENTS:
        value = row.get(name)
        if value is not None and (means_consent or value):
            found.append((name, channel, value if means_consent else False))
    return found

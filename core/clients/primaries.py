"""Which contact, phone and e-mail is the main one when two clients become one, and when they part again."""

from collections.abc import Container, Iterable
from typing import Any

from core.clients.models import Client, Contact, ContactPoint
from core.clients.points import KINDS

GROUPS = ("contact", *KINDS)
# By group: [id, client, whether it is the main one, what makes it the same as another]; as JSON in core_merge.
Marks = dict[str, list[list[Any]]]


def marks_of(*client_ids: int) -> Marks:
    """Returns what is marked as main at clients: their contacts, and the phones and e-mails of their own."""
    contacts = Contact.select(Contact.id, Contact.client, Contact.is_primary, Contact.id)
    contacts = contacts.where(Contact.client.in_(client_ids), Contact.deleted_at.is_null()).order_by(Contact.id)
    marks: Marks = {"contact": [list(row) for row in contacts.tuples()]}
    for kind in KINDS:
        points = ContactPoint.select(
            ContactPoint.id, ContactPoint.client, ContactPoint.is_primary, ContactPoint.value
        ).where(ContactPoint.client.in_(client_ids), ContactPoint.contact.is_null(), ContactPoint.kind == kind)
        marks[kind] = [list(row) for row in points.order_by(ContactPoint.id).tuples()]
    return marks


def main_of(marks: Marks, group: str, client_id: int) -> Any:
    """Returns the value of a client's main phone or e-mail, or the id of its main contact; None without one."""
    return next((same for _id, client, is_main, same in marks[group] if client == client_id and is_main), None)


def settle_marks(kept: Client, gone: Client, taken: Container[str], before: Marks) -> dict[str, Any]:
    """Leaves one main contact, phone and e-mail: those of `kept`, unless it has none or the other's are taken.

    Returns the main one of each group, as `main_of` does.
    """
    present, mains = marks_of(kept.id), {}
    for group, rows in present.items():
        mine, theirs = (main_of(before, group, client.id) for client in (kept, gone))
        mains[group] = theirs if theirs is not None and (group in taken or mine is None) else mine
        if mains[group] is not None:
            # Of two the same (one of them was dropped) the first is as good as the other.
            chosen = next((row[0] for row in rows if row[3] == mains[group]), None)
            _mark(group, {row[0]: row[0] == chosen for row in rows})
    return mains


def restore_marks(kept: Client, gone: Client, before: Marks, edited: Container[str]) -> None:
    """Marks again what was marked before the merge; a choice that was made since (`edited` groups) stays."""
    present = marks_of(kept.id, gone.id)
    for group, rows in present.items():
        former = {row[0]: bool(row[2]) for row in before[group]}
        for client in (kept, gone):
            own = [row for row in rows if row[1] == client.id]
            if group in edited and any(row[2] for row in own):
                continue
            wanted = {row[0]: former.get(row[0], False) for row in own}
            if own and not any(wanted.values()) and main_of(before, group, client.id) is not None:
                wanted[own[0][0]] = True  # the former main one is not there any more
            _mark(group, wanted)


def _mark(group: str, wanted: dict[int, bool]) -> None:
    model = Contact if group == "contact" else ContactPoint
    for is_main in (True, False):
        ids: Iterable[int] = [row_id for row_id, value in wanted.items() if value is is_main]
        model.update(is_primary=is_main).where(model.id.in_(ids), model.is_primary != is_main).execute()

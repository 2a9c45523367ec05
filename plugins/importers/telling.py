"""What an import is on the timeline of a client or deal: from which row of which file it came into the base."""

from typing import Any

from flask import url_for
from peewee import JOIN

from core.api import Client, Deal, TimelineEntry, User, format_number, gettext
from plugins.importers.access import RIGHT
from plugins.importers.models import Batch


def entries_of(record: Client | Deal, reader: User, until: Any) -> list[TimelineEntry]:
    """Returns the entry of the import that made a client or deal, by one query; none for one that was made otherwise.

    It opens the import for those who may see it. With `until` it is left out if it is later.
    """
    if record.import_id is None or (until is not None and record.created_at > until):
        return []
    query = Batch.select(Batch, User).join(User, JOIN.LEFT_OUTER, on=(Batch.user_id == User.id), attr="importer")
    batch = query.where(Batch.id == record.import_id).first()
    return [_entry(batch, record, reader)] if batch else []


def _entry(batch: Batch, record: Client | Deal, reader: User) -> TimelineEntry:
    title = gettext("Came with the import of “%(file)s”", file=batch.file_name)
    is_open = reader.can(RIGHT) and (reader.role.scope == "all" or batch.user_id == reader.id)
    url = url_for("importers.show", batch_id=batch.id) if is_open else ""
    user = getattr(batch, "importer", None)
    return TimelineEntry(
        batch.id, record.created_at, title, "file-import", text=_place(batch, record), url=url, user=user
    )


def _place(batch: Batch, record: Client | Deal) -> str:
    """Returns where in the file the record stood, as the spreadsheet shows it; nothing where that is not known."""
    if record.import_row is None:
        return ""
    row = format_number(record.import_row)
    if not (sheet := batch.plan.get("sheet")):
        return gettext("Row %(row)s", row=row)
    return gettext("Sheet “%(sheet)s”, row %(row)s", sheet=sheet, row=row)

"""The refused rows of an import as a workbook: the rows as they came, and why in the last column, to be mended."""

import io

import xlsxwriter

from core.api import CRM, gettext
from plugins.importers import child
from plugins.importers.models import Batch, Rejected
from plugins.importers.places import file_of
from plugins.importers.reading.table import shown

MOST_ROWS = 100_000


def rejected_sheet(crm: CRM, batch: Batch) -> bytes:
    """Returns an xlsx with the header, each refused row, and its reasons in a column of their own."""
    reasons: dict[int, list[str]] = {}
    query = Rejected.select(Rejected.row, Rejected.message).where(Rejected.batch == batch.id).order_by(Rejected.row)
    for row, message in query.limit(MOST_ROWS).tuples():
        reasons.setdefault(row, []).append(message)
    titles = batch.plan["titles"]
    buffer = io.BytesIO()
    # Text cells stay text: what begins with "=" in a stranger's file must not become a formula in ours.
    book = xlsxwriter.Workbook(buffer, {"strings_to_formulas": False, "strings_to_urls": False, "in_memory": True})
    sheet = book.add_worksheet(gettext("Rejected rows")[:31])
    sheet.write_row(0, 0, [*titles, gettext("Reason")], book.add_format({"bold": True}))
    sheet.freeze_panes(1, 0)
    source = (str(file_of(crm, batch)), batch.plan["sheet"], batch.plan["encoding"], batch.plan["delimiter"])
    for number, (row, cells) in enumerate(child.rows(source, frozenset(reasons)), 1):
        texts = [shown(cell) for cell in cells[: len(titles)]]
        for place, text in (batch.fixes.get(str(row)) or {}).items():
            texts[int(place)] = text
        sheet.write_row(number, 0, texts)
        sheet.write_string(number, len(titles), " ".join(reasons[row]))
    sheet.set_column(0, max(len(titles) - 1, 0), 18)
    sheet.set_column(len(titles), len(titles), 80)
    book.close()
    return buffer.getvalue()

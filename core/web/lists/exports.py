"""A list as a file: the chosen columns of all that matches, read in pieces; who took it out is in the history."""

import tempfile
from array import array
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from flask import Response, request, send_file, stream_with_context

from core import exports
from core.errors import InvalidInput
from core.fields import label_of, resolve, titles
from core.i18n import _
from core.store import audit
from core.users.access import require
from core.web.lists.cells import text_of
from core.web.lists.favourites import columns_of
from core.web.lists.source import Source

PIECE = 1_000
TYPES = {"csv": "text/csv; charset=utf-8", "xlsx": "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"}


def export(source: Source) -> Response:
    """Returns the list as xlsx or csv; raises NotAllowed without the right to take data out."""
    if right := source.list_page.permission("export"):
        require(source.user, right)
    form = request.args.get("format", "xlsx")
    if form not in TYPES:
        raise InvalidInput(_("A list is exported as xlsx or csv."))
    paths = columns_of(source.crm, source.user, source.list_page)
    paths = tuple(dict.fromkeys((*paths, *(source.list_page.money.get(path, path) for path in paths))))
    header = [label_of(source.crm, source.entity, path) for path in paths]
    query = source.ordered()
    with source.crm.work():
        taken = {"list": [None, source.list_page.name], "format": [None, form], "filter": [None, source.state.query()]}
        audit.record(source.crm, source.list_page.entity, 0, "exported", taken)
    name = f"{source.list_page.name}-{source.crm.today():%Y-%m-%d}.{form}"
    rows = _rows(source, query, paths)
    if form == "csv":
        lines = stream_with_context(line.encode("utf-8") for line in exports.csv_lines(header, rows))
        return Response(
            lines, content_type=TYPES[form], headers={"Content-Disposition": f'attachment; filename="{name}"'}
        )
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / name
        exports.write_xlsx(path, str(source.list_page.title), header, rows)
        # The file is open before its folder goes, so the answer can still read it.
        return send_file(path.open("rb"), mimetype=TYPES[form], as_attachment=True, download_name=name)


def _rows(source: Source, query: Any, paths: tuple[str, ...]) -> Iterator[list[Any]]:
    """Yields the rows in order: the ids are read at once, eight bytes each, their values in pieces."""
    ids = array("q", (row[0] for row in source.crm.database.execute(query)))
    fields = {path: resolve(source.crm, source.entity, path).field for path in paths}
    for at in range(0, len(ids), PIECE):
        piece = ids[at : at + PIECE].tolist()
        values = source.values(piece, paths)
        named = _names(source, fields, values)
        for one in piece:
            if one in values:
                row = values[one]
                yield [
                    text_of(source.crm, source.list_page, path, field, row, named.get(field.target, {}))
                    for path, field in fields.items()
                ]


def _names(source: Source, fields: dict[str, Any], values: dict[int, dict[str, Any]]) -> dict[str, dict[int, str]]:
    wanted: dict[str, set[int]] = {}
    for path, field in fields.items():
        if field.kind in ("user", "link"):
            wanted.setdefault(field.target, set()).update(row[path] for row in values.values() if row[path] is not None)
    return {target: titles(source.crm, target, ids) for target, ids in wanted.items()}

"""A list as a file: the chosen columns of all that matches; who took it out is in the history."""

import tempfile
from pathlib import Path

from flask import Response, request, send_file, stream_with_context
from werkzeug.wrappers import Response as BaseResponse

from core import exports
from core.errors import InvalidInput
from core.i18n import _
from core.store import audit
from core.users.access import require
from core.web.lists import long_exports
from core.web.lists.favourites import columns_of
from core.web.lists.rows import table_of
from core.web.lists.source import Source
from core.web.pages import go

TYPES = {"csv": "text/csv; charset=utf-8", "xlsx": "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"}


def export(source: Source) -> BaseResponse:
    """Returns the list as csv or xlsx, or the way to the page where a long xlsx is awaited.

    Raises NotAllowed without the right to take data out.
    """
    if right := source.list_page.permission("export"):
        require(source.user, right)
    form = request.args.get("format", "xlsx")
    if form not in TYPES:
        raise InvalidInput(_("A list is exported as xlsx or csv."))
    paths = columns_of(source.crm, source.user, source.list_page)
    paths = tuple(dict.fromkeys((*paths, *(source.list_page.money.get(path, path) for path in paths))))
    with source.crm.work():
        taken = {"list": [None, source.list_page.name], "format": [None, form], "filter": [None, source.state.query()]}
        audit.record(source.crm, source.list_page.entity, 0, "exported", taken)
    if form == "csv":
        return _csv(source, paths)
    _count, is_long = source.count()
    if is_long:
        return go("exports.show", job_id=long_exports.begin(source, paths).id)
    return _xlsx(source, paths)


def _csv(source: Source, paths: tuple[str, ...]) -> Response:
    table = table_of(source, paths)
    lines = stream_with_context(line.encode("utf-8") for line in exports.csv_lines(table.header, table.rows))
    named = {"Content-Disposition": f'attachment; filename="{_name(source, "csv")}"'}
    return Response(lines, content_type=TYPES["csv"], headers=named)


def _xlsx(source: Source, paths: tuple[str, ...]) -> Response:
    table, name = table_of(source, paths), _name(source, "xlsx")
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / name
        exports.write_xlsx(path, str(source.list_page.title), table.header, table.rows)
        # The file is open before its folder goes, so the answer can still read it.
        return send_file(path.open("rb"), mimetype=TYPES["xlsx"], as_attachment=True, download_name=name)


def _name(source: Source, form: str) -> str:
    return f"{source.list_page.name}-{source.crm.today():%Y-%m-%d}.{form}"

"""REST: reports as data, or as a file with `?format=`."""

from typing import Any

from flask import Response, request
from marshmallow import Schema, fields

from core.api import needs, present_crm, present_user, require, rest_blueprint
from plugins.reports.output.forms import write
from plugins.reports.registry import all_reports, make_report
from plugins.reports.variants.keeping import find_variant, pairs_of

blueprint = rest_blueprint("reports", "Funnels of closed and of open deals, with the parameters of `hinka report`")


class ReportName(Schema):
    """A report that there is."""

    name = fields.String(required=True)
    title = fields.String(required=True)
    parameters = fields.List(fields.String(), required=True)


class ReportData(Schema):
    """A finished report: rows and totals by the names of the contract; money as decimal strings."""

    report = fields.String(required=True)
    params = fields.Dict(required=True)
    rows = fields.List(fields.Dict(), required=True)
    totals = fields.Dict(required=True)


@blueprint.shows("/reports", ReportName, many=True)
@needs("reports.read")
def list_reports() -> list[dict[str, Any]]:
    """Returns the reports that there are, with their parameters; any field of the deal filters too."""
    reports = all_reports(present_crm())
    return [{"name": r.name, "title": str(r.title), "parameters": list(r.parameters)} for r in reports]


@blueprint.shows("/reports/<name>", ReportData)
@needs("reports.read")
def show_report(name: str) -> Response:
    """Returns the report as JSON, or in another form as a file, which needs the right to export."""
    form = request.args.get("format", "json")
    if form != "json":
        require(present_user(), "reports.export")
    own = ("format", "chart", "variant")
    pairs = [(key, value) for key, value in request.args.items(multi=True) if key not in own]
    if "variant" in request.args:
        pairs = [*pairs_of(find_variant(name, request.args["variant"], present_user())), *pairs]
    file = write(make_report(present_crm(), present_user(), name, pairs), form, request.args.get("chart", ""))
    headers = {} if form == "json" else {"Content-Disposition": f'attachment; filename="{file.name}"'}
    return Response(file.content, content_type=file.media_type, headers=headers)

"""The pages of reports: a funnel with its settings, its files, and saved settings."""

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any
from urllib.parse import parse_qsl, urlencode

from flask import Blueprint, Response, make_response, request, url_for

from core.api import InvalidInput, fields, go, go_to, iso_day, list_filters, needs, page, present_crm, present_user
from core.api import gettext as _
from plugins.reports.addresses import address_of
from plugins.reports.cells import cells_of
from plugins.reports.charts.funnels import least_height, with_links
from plugins.reports.document import as_shown
from plugins.reports.engine.facts import known_facts
from plugins.reports.groups import grouped_reports
from plugins.reports.output.forms import write
from plugins.reports.output.pdf import change_words
from plugins.reports.registry import all_reports, find_report, get_report, make_part, make_report, parts_of, read_given
from plugins.reports.settings.conditions import PARAMETER
from plugins.reports.settings.mending import usable
from plugins.reports.settings.panel import make_panel
from plugins.reports.variants import keeping as variants
from plugins.reports.variants.defaults import default_of

blueprint = Blueprint(
    "reports", __name__, template_folder="templates", static_folder="static", static_url_path="/static"
)
# Names that belong to the page, not to the report.
OWN = ("variant", "format", "chart", "usual")
DAYS = ("from", "to", "through", "as_of", "compare_from", "compare_to")


@dataclass(frozen=True)
class Chooser:
    """Stands where the templates of the filter chooser expect the state of a list; `of` are the report's settings."""

    name: str
    of: str
    q = sort = measure = ""
    texts = groups = ()
    view = "list"

    @property
    def path(self) -> str:
        """The address that the form of a filter is sent to."""
        return url_for("reports.choose", name=self.name, of=self.of)

    def url(self) -> str:
        """Returns the address of the chooser's parts."""
        return self.path

    def address(self, more: list[tuple[str, str]]) -> str:
        """Returns the address of the report with these settings and more."""
        return url_for("reports.show", name=self.name) + "?" + urlencode([*parse_qsl(self.of), *more])


@blueprint.get("/")
@needs("reports.read")
def index() -> str:
    """Shows the reports there are, and saved settings."""
    reports = all_reports(present_crm())
    known = {report.name for report in reports}
    saved = [one for one in variants.variants_of(present_user()) if one.report in known]
    return page("reports/index.html", groups=grouped_reports(reports), saved=saved, query=variants.query_of)


@blueprint.get("/<name>")
@needs("reports.read")
def show(name: str) -> str | Response:
    """Shows a report; what its settings name and is gone is said and left out, what is wrong is named."""
    crm, user, report = present_crm(), present_user(), get_report(present_crm(), name)
    if not request.args and (default := default_of(user, name)) is not None:
        return go_to(url_for("reports.show", name=name) + "?" + variants.query_of(default))
    pairs, problem, lost = _pairs(request.args.items(multi=True)), "", []
    found = _made(name, pairs)
    if found is None:
        pairs, lost = usable(crm, user, report, pairs)
        try:
            found = _shown(name, pairs)
        except InvalidInput as error:
            problem = str(error)
    saved, chosen = variants.variants_of(user, name), request.args.get("variant", 0, int)
    opened = next((one for one in saved if one.id == chosen and one.owner_id == user.id), None)
    return page(
        "reports/page.html",
        report=report,
        groups=grouped_reports(all_reports(crm)),
        **(found or {"document": None, "parts_shown": ()}),
        problem=problem,
        lost=lost,
        panel=make_panel(crm, user, report, pairs),
        saved=saved,
        variant=chosen,
        opened=opened,
        audiences=variants.AUDIENCES,
        audience=variants.audience_of(opened) if opened else variants.MINE,
        pairs=pairs,
        query=variants.query_of,
        chooser=Chooser(name, urlencode(pairs)),
        **_drawn(pairs),
    )


@blueprint.get("/<name>/part/<part>")
@needs("reports.read")
def show_part(name: str, part: str) -> str:
    """Shows one part of a report that its page shows part by part."""
    pairs = _pairs(request.args.items(multi=True))
    document = make_part(present_crm(), present_user(), name, part, pairs)
    report = get_report(present_crm(), name)
    is_first = part == next(iter(parts_of(name)))
    return page("reports/part.html", report=report, document=document, pairs=pairs, is_first=is_first, **_drawn(pairs))


@blueprint.get("/<name>/file")
@needs("reports.export")
def download(name: str) -> Response:
    """Returns the report as a file."""
    pairs = _pairs(request.args.items(multi=True))
    file = write(
        make_report(present_crm(), present_user(), name, pairs),
        request.args.get("format", "pdf"),
        request.args.get("chart", ""),
    )
    response = make_response(file.content)
    response.headers["Content-Type"] = file.media_type
    response.headers["Content-Disposition"] = f'attachment; filename="{file.name}"'
    return response


@blueprint.get("/<name>/filters")
@needs("reports.read")
def choose(name: str) -> Any:
    """Shows the tree of fields, or the form of one, as lists do; `add` leads to the report with one filter more."""
    crm, args = present_crm(), request.args
    report, path = get_report(crm, name), args.get("field", "")
    chooser = Chooser(report.name, args.get("of", ""))
    start = fields.entity(crm, known_facts(crm, report, parse_qsl(chooser.of))[1])
    if "add" in args:
        field = fields.resolve(crm, start, args["add"]).field
        return go_to(
            chooser.address([(PARAMETER, fields.as_text(list_filters.condition_of(field, args["add"], args)))])
        )
    part = args.get("part", "tree")
    if part == "field":
        label = fields.label_of(crm, start, path)
        form = list_filters.filter_form(crm, start, path, present_user(), label)
        return page("lists/field.html", form=form, state=chooser)
    if part == "options":
        found = fields.options(crm, start, path, present_user(), args.get("search", ""))
        return page("lists/options.html", choices=found)
    nodes = list_filters.branch(crm, start, args.get("at", ""), args.get("search", "").strip())
    return page("lists/tree.html", nodes=nodes, use="filter", state=chooser, chosen=(), at=args.get("at", ""))


@blueprint.post("/<name>/variants")
@needs("reports.read")
def save(name: str) -> Any:
    """Saves the settings under a name and shows the report with them."""
    variant = variants.save_variant(
        present_crm(),
        present_user(),
        name,
        request.form.get("name", ""),
        _pairs(request.args.items(multi=True)),
        audience=request.form.get("audience"),
    )
    words = _("Saved. You find these settings under “%(name)s”.", name=variant.name)
    return go_to(url_for("reports.show", name=name) + "?" + variants.query_of(variant), words)


@blueprint.post("/variants/<int:variant_id>/delete")
@needs("reports.read")
def delete(variant_id: int) -> Any:
    """Deletes saved settings."""
    variant = variants.delete_variant(present_crm(), present_user(), variant_id)
    words = _("The settings “%(name)s” are deleted.", name=variant.name)
    if find_report(present_crm(), variant.report) is None:
        return go("reports.index", words)
    return go("reports.show", words, name=variant.report)


def _made(name: str, pairs: list[tuple[str, str]]) -> dict[str, Any] | None:
    """Returns what the page shows of the report, or None when something in its settings can't be used."""
    try:
        return _shown(name, pairs)
    except InvalidInput:
        return None


def _shown(name: str, pairs: list[tuple[str, str]]) -> dict[str, Any]:
    """Returns the report, or the parts that the page asks for by itself; raises InvalidInput for a wrong setting."""
    crm, user = present_crm(), present_user()
    if parts := parts_of(name):
        read_given(crm, user, name, pairs)
        return {"document": None, "parts_shown": tuple(parts)}
    return {"document": make_report(crm, user, name, pairs), "parts_shown": ()}


def _drawn(pairs: list[tuple[str, str]]) -> dict[str, Any]:
    """Returns what the templates need to show a document."""
    return {
        "address": urlencode(pairs),
        "list_url": address_of,
        "cells_of": cells_of,
        "shown": as_shown,
        "change": change_words,
        "least_height": least_height,
        "linked": lambda specification: with_links(specification, address_of),
    }


def _pairs(items: Iterable[tuple[str, str]]) -> list[tuple[str, str]]:
    found = [
        (name, iso_day(value) if name in DAYS else value) for name, value in items if name not in OWN and value.strip()
    ]
    # The panel sends all of its fields: a named period decides over days that were left in theirs.
    if any(name == "period" for name, _value in found):
        found = [(name, value) for name, value in found if name not in ("from", "to", "through")]
    return found

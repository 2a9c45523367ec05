"""Every report, those of colleagues as they come: it answers with nothing asked, and all its forms say the same."""

import csv
import html
import io
import json
import re
from collections import Counter
from decimal import Decimal
from urllib.parse import parse_qsl

import openpyxl
import pytest

from core.api import fields, speaking
from core.testing import PASSWORD
from core.users.services import create_token
from plugins.reports.document import TEXT, as_number, as_shown
from plugins.reports.output.forms import write
from plugins.reports.output.pdf import write_html
from plugins.reports.registry import OWN, all_reports, make_report
from plugins.reports.settings.conditions import read_conditions
from tests.plugins.reports.test_doors import run

FORMS = ("json", "csv", "table", "xlsx")
# What a report is asked here besides its defaults, where these alone would leave much of it unseen.
MORE = {"matrix": (("rows", "owner"), ("columns", "source"), ("measures", "deals,won_amount,win_rate,clients"))}


@pytest.fixture
def director(make):
    return make.user("director", password=PASSWORD)


@pytest.fixture
def document(crm, base):
    """Returns the maker of a report over the generated base."""
    return lambda name: make_report(crm, None, name, MORE.get(name, ()))


@pytest.mark.parametrize("name", OWN)
def test_each_answers_on_an_empty_base_in_every_form(crm, web, director, name):
    document = make_report(crm, None, name, [])
    assert {"report", "params", "rows", "totals"} <= set(document.data)
    assert all(write(document, form).content for form in FORMS)
    assert web.sign_in(director).get(f"/reports/{name}").status_code == 200


@pytest.mark.parametrize("name", OWN)
def test_page_and_paper_show_the_cells_of_the_tables(web, director, document, name):
    made = document(name)
    query = "&".join(f"{key}={value}" for key, value in MORE.get(name, ()))
    page = shown_in(whole_page(web.sign_in(director), f"/reports/{name}?{query}"))
    paper = shown_in(write_html(made))
    # A report without anything to tell says so on its page instead.
    for cell in [] if made.is_empty else cells_of(made):
        assert cell in page, f"{cell} is missing on the page"
        assert cell in paper, f"{cell} is missing on paper"


@pytest.mark.parametrize("name", OWN)
def test_excel_has_the_cells_as_real_numbers(document, name):
    made = document(name)
    book = openpyxl.load_workbook(io.BytesIO(write(made, "xlsx").content), data_only=True)
    sheets = [one for one in book.worksheets if one.sheet_state == "visible"]
    for sheet, table in zip(sheets, made.tables, strict=bool(made.tables)):
        lines = [[cell.value for cell in row] for row in sheet.iter_rows(max_col=len(table.columns))]
        head = lines.index([" · ".join(filter(None, (str(one.group), str(one.title)))) for one in table.columns])
        for row, line in zip(table.rows, lines[head + 1 :], strict=False):
            expected = [as_number(row.values.get(one.key), one.kind) for one in table.columns]
            assert list(map(rounded, line)) == list(map(rounded, expected))


@pytest.mark.parametrize("name", OWN)
def test_csv_json_rest_and_command_line_say_the_same(crm, web, director, document, name):
    made = document(name)
    data = json.loads(write(made, "json").content)
    rows = list(csv.DictReader(io.StringIO(write(made, "csv").content.decode("utf-8-sig"), newline="")))
    assert [list(row.values()) for row in rows] == [[as_csv(row.get(key)) for key in rows[0]] for row in data["rows"]]
    params = [part for key, value in MORE.get(name, ()) for part in ("--param", f"{key}={value}")]
    done = run(crm, name, "--format", "json", *params)
    assert json.loads(done.output)["rows"] == data["rows"]
    token = create_token(crm, director, "test")
    query = "&".join(f"{key}={value}" for key, value in MORE.get(name, ()))
    answer = web.client.get(f"/api/v1/reports/{name}?{query}", headers={"Authorization": f"Bearer {token}"})
    assert (answer.json["rows"], answer.json["totals"]) == (data["rows"], data["totals"])


def test_totals_that_are_sums_are_formulas_of_excel(document):
    made = document("matrix")
    sheet = openpyxl.load_workbook(io.BytesIO(write(made, "xlsx").content)).worksheets[0]
    last = [[cell.value for cell in row] for row in sheet.iter_rows() if row[0].value == "All together"][-1]
    by_key = dict(zip([one.key for one in made.tables[0].columns], last, strict=False))
    assert str(by_key["deals"]).startswith("=SUM(")
    # Distinct clients don't add up, and a share is no sum.
    assert (isinstance(by_key["clients"], int), isinstance(by_key["win_rate"], float)) == (True, True)


def test_a_chart_is_taken_away_as_a_picture(crm, base, web, director):
    web.sign_in(director)
    picture = web.get("/reports/matrix/file?format=png&chart=deals&rows=owner")
    assert picture.data.startswith(b"\x89PNG")
    assert "matrix-deals-" in picture.headers["Content-Disposition"]
    assert web.get("/reports/matrix/file?format=png&chart=nonsense").status_code == 422


def test_names_that_look_like_formulas_are_harmless_in_every_file(crm, make):
    name = "=cmd|'/C calc'!A0"
    make.deal(owner=make.user("seller", name=name))
    made = make_report(crm, None, "matrix", [("rows", "owner")])
    sheet = openpyxl.load_workbook(io.BytesIO(write(made, "xlsx").content)).worksheets[0]
    cell = next(cell for row in sheet.iter_rows() for cell in row if cell.value == name)
    assert cell.data_type == "s"
    assert f"'{name}" in write(made, "csv").content.decode()


def test_each_that_parts_by_a_field_parts_by_deal_types(crm, base):
    ways = [(one.name, way) for one in all_reports(crm) for way in ("by", "columns", "rows") if way in one.parameters]
    assert [one for one in ways if not make_report(crm, None, one[0], [(one[1], "type")]).data["rows"]] == []


def test_cohorts_of_deal_types_open_their_deals(crm, base):
    table = make_report(crm, None, "cohorts", [("by", "type"), ("period", "all")]).tables[0]
    told = {row.values["name"]: row.values["opened"] for row in table.rows}
    assert told == Counter(deal.type for deal in base.deals)
    entity = fields.entity(crm, "deal")
    for row in table.rows:
        (condition,) = read_conditions(dict(parse_qsl(row.links["opened"]))["f"])
        found = entity.model.select().where(fields.condition(crm, entity, [condition], None))
        assert found.count() == row.values["opened"]


def cells_of(made) -> list[str]:
    """Returns every cell of the tables as the reader sees it."""
    with speaking("en"):
        return [
            as_shown(row.values[one.key], one.kind)
            for table in made.tables
            for row in table.rows
            for one in table.columns
            if one.key in row.values and (one.kind == TEXT or not row.is_heading)
        ]


def whole_page(visitor, address: str) -> str:
    """Returns a page with the parts that the browser asks for by itself."""
    page = visitor.text(address)
    parts = re.findall(r'class="report-part[^"]*" hx-get="([^"]+)"', page)
    return page + "".join(visitor.text(html.unescape(part)) for part in parts)


def shown_in(page: str) -> set[str]:
    """Returns the texts of a page's cells."""
    found = re.findall(r"<t[dh][^>]*>(.*?)</t[dh]>", page, re.DOTALL)
    return {html.unescape(re.sub(r"<[^>]+>", "", cell)).strip() for cell in found}


def as_csv(value) -> str:
    if isinstance(value, str):
        return f"'{value}" if value.startswith(("=", "+", "-", "@")) else value
    return "" if value is None else str(value)


def rounded(value):
    return round(float(value), 6) if isinstance(value, int | float | Decimal) else value or None

"""The command, REST, the pages and saved settings give the same numbers, to those who may see them."""

import json
import re

import pytest
from click.testing import CliRunner

from core.api import InvalidInput, NotAllowed, NotFound
from core.testing import PASSWORD
from core.users.services import create_token
from plugins.reports.commands import report as command
from plugins.reports.registry import OWN
from plugins.reports.variants.keeping import delete_variant, get_variant, save_variant, variants_of
from tests.core.web.visitor import Visitor

ADDRESS = "/reports/funnel-closed?type=Sale&columns=owner&from=2025-03-01&to=2025-09-01&compare=previous"


class Opened:
    def __init__(self, crm):
        self.crm = crm


def run(crm, *arguments):
    return CliRunner().invoke(command, arguments, obj=Opened(crm))


@pytest.fixture
def director(make):
    return make.user("director", password=PASSWORD)


@pytest.fixture
def visitor(crm, director):
    return Visitor(crm).sign_in(director)


def test_command_prints_the_report_as_json(crm, base, report):
    done = run(crm, "funnel-closed", "--param", "type=Sale", "--param", "from=2025-03-01", "--format", "json")
    assert done.exit_code == 0, done.output
    assert (
        json.loads(done.output)["totals"]["closed"]
        == report("funnel-closed", type="Sale", from_="2025-03-01").data["totals"]["closed"]
    )


def test_command_writes_a_file(crm, base, tmp_path):
    done = run(crm, "funnel-open", "--format", "xlsx", "-o", str(tmp_path / "a.xlsx"))
    assert done.exit_code == 0, done.output
    assert (tmp_path / "a.xlsx").read_bytes().startswith(b"PK")


WRONG = [("funnel-closed", "--param", "x=1"), ("zork",), ("funnel-closed", "--param", "x")]


@pytest.mark.parametrize("arguments", WRONG)
def test_wrong_use_of_the_command_is_two_and_a_sentence(crm, base, arguments):
    done = run(crm, *arguments)
    assert done.exit_code == 2
    assert "Error: " in done.output


def test_rest_gives_the_numbers_of_the_command(crm, base, director, report):
    secret = create_token(crm, director, "test")
    client = Visitor(crm).client
    headers = {"Authorization": f"Bearer {secret}"}
    answer = client.get("/api/v1/reports/funnel-closed?type=Sale&by=owner", headers=headers)
    assert answer.status_code == 200, answer.text
    assert answer.json["rows"] == json.loads(run(crm, "funnel-closed", "--param", "type=Sale", "--param", "by=owner",
                                                 "--format", "json").output)["rows"]  # fmt: skip
    assert client.get("/api/v1/reports/funnel-closed?zork=1", headers=headers).status_code == 422
    assert client.get("/api/v1/reports/zork", headers=headers).status_code == 404
    file = client.get("/api/v1/reports/funnel-open?format=csv", headers=headers)
    assert file.headers["Content-Disposition"].startswith("attachment")
    names = [row["name"] for row in client.get("/api/v1/reports", headers=headers).json]
    assert names == list(OWN)


def test_rest_wants_a_token(crm, base):
    assert Visitor(crm).client.get("/api/v1/reports/funnel-closed").status_code == 401


def test_page_shows_figures_charts_table_and_matrix(base, visitor):
    page = visitor.get(ADDRESS)
    assert page.status_code == 200
    for words in ("Closed deals", "Number of deals", "Stage by stage", "By manager", "Qualify", "dashed"):
        assert words in page.text
    charts = re.findall(r'<script type="application/json">(.*?)</script>', page.text, re.DOTALL)
    assert len(charts) == 2
    assert "/deals" in charts[0]


def test_page_asks_the_database_a_bounded_number_of_times(base, visitor, queries):
    visitor.get(ADDRESS)
    with queries.at_most(30):
        assert visitor.get(ADDRESS).status_code == 200


def test_page_with_a_wrong_setting_says_so_and_stays_usable(base, visitor):
    page = visitor.get("/reports/funnel-closed?owner=Nobody")
    assert page.status_code == 200
    assert "Nothing is called “Nobody”" in page.text
    assert "data-report-settings" in page.text


def test_empty_base_says_what_to_do(crm, visitor):
    assert "The funnel fills when deals come in" in visitor.get("/reports/funnel-closed").text


@pytest.mark.parametrize("path", ["/reports/", "/reports/funnel-open?by=team", "/reports/funnel-open?as_of=2025-05-01"])
def test_pages_open(base, visitor, path):
    assert visitor.get(path).status_code == 200


def test_filter_is_chosen_in_the_tree_of_fields(base, visitor):
    place = "/reports/funnel-closed/filters?of=type%3DSale"
    assert "Client" in visitor.htmx(place + "&part=tree").text
    assert "Region" in visitor.htmx(place + "&part=tree&at=client").text
    assert 'name="op"' in visitor.htmx(place + "&part=field&field=client.region").text
    answer = visitor.htmx(place + "&add=client.region&op=equal&value=North")
    assert answer.headers["HX-Redirect"].startswith("/reports/funnel-closed?type=Sale&f=")
    assert "Client → Region" in visitor.get(answer.headers["HX-Redirect"]).text


def test_seller_may_look_but_not_take_away(crm, base, make):
    seller = Visitor(crm).sign_in(make.user("seller", password=PASSWORD))
    assert seller.get("/reports/funnel-closed").status_code == 200
    assert seller.get("/reports/funnel-closed/file?format=csv").status_code == 403


def test_file_is_given_to_who_may_export(base, visitor):
    file = visitor.get("/reports/funnel-closed/file?format=csv&type=Sale")
    assert file.status_code == 200
    assert file.headers["Content-Type"].startswith("text/csv")


def test_what_is_too_long_for_paper_is_said_at_every_door(crm, base, visitor, director, monkeypatch):
    monkeypatch.setattr("plugins.reports.output.pdf.MOST_CELLS", 1)
    page = visitor.get("/reports/funnel-closed/file?format=pdf")
    done = run(crm, "funnel-closed", "--format", "pdf", "-o", "never-written.pdf")
    bearer = {"Authorization": f"Bearer {create_token(crm, director, 'test')}"}
    answer = visitor.client.get("/api/v1/reports/funnel-closed?format=pdf", headers=bearer)
    assert (page.status_code, done.exit_code, answer.status_code) == (400, 1, 400)
    assert all("paper takes at most 1." in said for said in (page.text, str(done.exception), answer.text))


def test_settings_are_saved_opened_and_deleted(crm, base, visitor, director):
    answer = visitor.post("/reports/funnel-closed/variants?type=Sale&by=owner", name="My funnel", shared="yes")
    assert answer.status_code == 303
    assert re.search(r"type=\d+&by=owner", answer.headers["Location"])
    assert "My funnel" in visitor.get("/reports/").text
    (variant,) = variants_of(director, "funnel-closed")
    assert visitor.post(f"/reports/variants/{variant.id}/delete").status_code == 303
    assert variants_of(director) == []


def test_private_settings_are_seen_by_their_owner_alone(crm, base, make):
    one, other = make.user("seller"), make.user("seller")
    variant = save_variant(crm, one, "funnel-open", "Mine", [("by", "owner")])
    assert variants_of(other) == []
    with pytest.raises(NotFound):
        get_variant(other, variant.id)


def test_sharing_and_deleting_of_others_are_rights(crm, base, make, director):
    seller = make.user("seller")
    with pytest.raises(NotAllowed):
        save_variant(crm, seller, "funnel-open", "All", [], audience="all")
    shared = save_variant(crm, director, "funnel-open", "All", [], audience="all")
    with pytest.raises(NotAllowed):
        delete_variant(crm, seller, shared.id)


def test_same_name_keeps_the_newest_settings(crm, base, director):
    first = save_variant(crm, director, "funnel-open", "Mine", [("by", "owner")])
    again = save_variant(crm, director, "funnel-open", "Mine", [("by", "team")])
    assert first.id == again.id
    assert get_variant(director, first.id).settings == [["by", "team"]]


@pytest.mark.parametrize(("name", "pairs"), [("", []), ("x" * 99, []), ("Bad", [("zork", "1")])])
def test_wrong_settings_are_not_saved(crm, base, director, name, pairs):
    with pytest.raises(InvalidInput):
        save_variant(crm, director, "funnel-open", name, pairs)
    assert variants_of(director) == []

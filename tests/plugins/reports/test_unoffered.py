"""What no menu offers has words on the page all the same: no reader meets the key of a field."""

import re

import pytest

from core.testing import PASSWORD
from tests.core.web.visitor import Visitor


@pytest.fixture
def chosen(crm, base, make):
    """Returns a function that gives the words of what a menu of a report shows as chosen."""
    visitor = Visitor(crm).sign_in(make.user("director", password=PASSWORD))

    def read(address: str, menu: str) -> str:
        page = visitor.get(f"/reports/{address}").text
        select = re.search(rf'<select[^>]*name="{menu}".*?</select>', page, re.DOTALL)[0]
        return re.search(r"<option[^>]*selected[^>]*>([^<]*)", select)[1].strip()

    return read


@pytest.mark.parametrize(
    ("address", "menu", "words"),
    [
        ("matrix?rows=closed_at:month", "rows", "Closed, Month"),
        ("matrix?columns=client.created_at:year", "columns", "Client → Created, Year"),
        ("matrix?sort=deals", "sort", "Deals, the least first"),
        ("matrix?sort=gone", "sort", "“gone”, which is not there"),
        ("funnel-closed?by=client.kind", "by", "Client → Kind"),
        ("funnel-closed?by=opened_at:quarter", "by", "Opened, Quarter"),
        ("funnel-closed?period=last_45_days", "period", "the last 45 days"),
        ("funnel-closed?period=gone", "period", "“gone”, which is not there"),
    ],
)
def test_menu_shows_words_for_what_it_does_not_offer(chosen, address, menu, words):
    assert chosen(address, menu) == words


def test_type_named_by_its_number_is_shown_by_its_name(crm, chosen):
    number = crm.database.execute_sql("SELECT id FROM core_deal_type WHERE name = 'Sale'").fetchone()[0]
    assert chosen(f"funnel-closed?type={number}", "type") == "Sale"


def test_head_of_a_report_names_the_field_of_its_rows(base, report):
    made = report("funnel-closed", by="client.kind", columns="opened_at:year")
    assert dict(made.settings) == {"Rows by": "Client → Kind", "Columns by": "Opened, Year"}


@pytest.mark.parametrize(
    ("address", "sentence"),
    [
        ("funnel-closed?by=properties.gone", "Rows by: “properties.gone” is not there any more."),
        ("funnel-closed?type=Gone", "Deal type: “Gone” is not there any more."),
        ("matrix?rows=gone", "Rows by: “gone” is not there any more."),
        ("matrix?measures=gone", "Numbers: “gone” is not there any more."),
        ("matrix?moment=gone", "Period of: “gone” is not there any more."),
    ],
)
def test_what_is_gone_is_left_out_without_a_list_of_keys(crm, base, make, address, sentence):
    visitor = Visitor(crm).sign_in(make.user("director", password=PASSWORD))
    page = visitor.get(f"/reports/{address}").text
    assert sentence in page
    assert "Use a field" not in page
    assert "known are" not in page

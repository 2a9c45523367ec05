"""A report of one's own: every number opens its records, parts make the whole, bad settings get a sentence."""

from urllib.parse import parse_qsl

import pytest

from core.api import InvalidInput, NotAllowed, ReportFacts, ReportMeasure, fields
from core.clients.models import Client
from core.deals.models import Deal
from plugins.reports.engine.facts import OWN, all_facts
from plugins.reports.registry import make_report

FACTS = tuple(OWN)


@pytest.fixture
def matrix(crm, base):
    """Returns the maker of a report of one's own by its parameters."""

    def made(user=None, **params):
        pairs = [
            (name, one) for name, value in params.items() for one in (value if isinstance(value, list) else [value])
        ]
        return make_report(crm, user, "matrix", pairs)

    return made


def behind(crm, link):
    """Returns the records that a link opens, as their list would find them."""
    address, _mark, query = link.partition("?")
    facts = next(one for one in all_facts(crm) if one.list_address == address)
    start = fields.entity(crm, facts.entity)
    conditions = [fields.from_text(value) for name, value in parse_qsl(query) if name == "f"]
    where = fields.alive(start) & fields.condition(crm, start, conditions, None)
    return list(start.model.select().where(where))


@pytest.mark.parametrize("facts", FACTS)
def test_facts_answer_without_any_setting(matrix, facts):
    document = matrix(facts=facts)
    assert document.tables[0].rows[-1].is_total
    assert document.data["totals"]


@pytest.mark.parametrize("facts", FACTS)
@pytest.mark.parametrize("part", ["month", "team"])
def test_every_count_opens_as_many_records(crm, matrix, facts, part):
    counted = OWN[facts].measures[0]
    table = matrix(facts=facts, rows=part, columns=OWN[facts].dimensions[-1], measures=counted.name).tables[0]
    cells = [(row.values[key], link) for row in table.rows for key, link in row.links.items()]
    assert [count for count, _link in cells] == [len(behind(crm, link)) for _count, link in cells]


def test_a_sum_is_that_of_the_records_it_opens(crm, matrix):
    table = matrix(facts="deals", rows="owner", measures="won_amount").tables[0]
    assert [row for row in table.rows if row.links]
    for row in table.rows:
        for key, link in row.links.items():
            assert sum(deal.amount_base or 0 for deal in behind(crm, link)) == row.values[key]


def test_cells_and_totals_agree_with_plain_code(crm, matrix):
    found = {
        row["owner"]: row
        for row in matrix(facts="deals-closed", measures=["deals,won,win_rate,mean_amount"]).data["rows"]
    }
    for name, row in found.items():
        deals = [
            one for one in Deal.select() if one.state != "open" and (one.owner.name if one.owner else None) == name
        ]
        won = [one for one in deals if one.state == "won"]
        amounts = [one.amount_base for one in won if one.amount_base is not None]
        assert (row["deals"], row["won"]) == (len(deals), len(won))
        assert row["win_rate"] == pytest.approx(len(won) / len(deals))
        assert (row["mean_amount"] is None) == (not amounts)
        if amounts:
            assert float(row["mean_amount"]) == pytest.approx(float(sum(amounts) / len(amounts)), abs=0.01)


def test_the_expected_income_is_that_of_the_open_funnel(crm, matrix):
    funnel = make_report(crm, None, "funnel-open", [])
    totals = matrix(facts="deals-open", measures=["expected_income", "expected_wins"]).data["totals"]
    expected = [row for row in funnel.data["rows"] if row["expected_income"] is not None]
    assert float(totals["expected_income"]) == pytest.approx(
        sum(float(row["expected_income"]) for row in expected), abs=0.05
    )
    assert totals["expected_wins"] == pytest.approx(sum(row["expected_wins"] for row in expected))


def test_a_period_compared_stands_beside_month_by_month(crm, matrix):
    document = matrix(
        facts="deals", rows="month", measures="deals", **{"from": "2026-03-01", "to": "2026-05-01"}, compare="previous"
    )
    assert [row["month"] for row in document.data["rows"]] == ["March 2026", "April 2026"]
    before = matrix(facts="deals", rows="month", measures="deals", **{"from": "2026-01-01", "to": "2026-03-01"})
    assert [row["deals_before"] for row in document.data["rows"]] == [row["deals"] for row in before.data["rows"]] or (
        not before.data["totals"]["deals"]
    )
    assert document.data["totals"]["deals_before"] == before.data["totals"]["deals"]


def test_numbers_of_the_period_compared_open_their_records(crm, matrix):
    params = {"from": "2025-07-01", "to": "2025-10-01", "compare": "previous"}
    (table,) = matrix(facts="deals", rows="month", columns="owner", measures="deals", **params).tables
    cells = [(value, row.links[key]) for row in table.rows for key, value in row.values.items()
             if key.endswith("deals.before") and value]  # fmt: skip
    assert len(cells) > 5
    for number, link in cells:
        assert len(behind(crm, link)) == number


def test_categories_say_that_they_overlap(crm, matrix, make):
    client = Client.select().first()
    for name in ("A", "B"):
        crm.database.execute_sql(f"INSERT INTO core_category (name) VALUES ('{name}')")
    crm.database.execute_sql(
        "INSERT INTO core_client_category (client_id, category_id) SELECT ?, id FROM core_category".replace(
            "?", str(client.id)
        )
    )
    document = matrix(facts="clients", rows="categories")
    counts = {row["categories"]: row["clients"] for row in document.data["rows"]}
    assert (counts["A"], counts["B"]) == (1, 1)
    assert document.data["totals"]["clients"] == Client.select().count() == sum(counts.values()) - 1
    assert any("several" in str(note) for note in document.notes)


@pytest.mark.parametrize(
    ("params", "words"),
    [
        ({"facts": "nonsense"}, "There are no facts “nonsense”"),
        ({"rows": "nonsense"}, "Nothing can be grouped by “nonsense”"),
        ({"rows": "owner", "columns": "manager"}, "Rows and columns are the same"),
        ({"measures": "nonsense"}, "There is no measure “nonsense”"),
        ({"moment": "nonsense"}, "is not a time of these facts"),
        ({"sort": "-lost"}, "can't be sorted by"),
        ({"from": "2026-05-01", "to": "2026-01-01"}, "before it begins"),
        ({"compare": "previous"}, "set both ends of the period"),
        ({"owner": "Nobody Such"}, "Nothing is called “Nobody Such”"),
        (
            {"rows": "client", "columns": "opened_at:day", "measures": "deals,won,lost,potential,clients"},
            "columns, and 100",
        ),
    ],
)
def test_a_wrong_setting_gets_a_sentence(crm, matrix, params, words):
    with pytest.raises(InvalidInput, match=words):
        matrix(**params)


def test_filters_speak_of_the_facts(crm, matrix, make):
    seen = matrix(facts="deals-closed", rows="state", **{"owner:not_empty": "1"}, state="won").data["rows"]
    assert [row["state"] for row in seen] == ["Won"]
    assert matrix(facts="deals", **{"opened_at": "last_30_days"}).data["totals"]["deals"] <= Deal.select().count()


def test_a_seller_counts_what_a_seller_sees(crm, matrix, make):
    seller = make.user("seller")
    make.deal(owner=seller)
    assert matrix(user=seller, facts="deals").data["totals"]["deals"] == 1
    assert matrix(user=seller, facts="visits").data["totals"]["visits"] == 1
    assert matrix(facts="deals").data["totals"]["deals"] == Deal.select().count() > 1


def test_facts_need_the_right_to_their_records(crm, matrix, make):
    user = make.user("seller")
    user.role.permissions = [one for one in user.role.permissions if one != "deals.read"]
    with pytest.raises(NotAllowed):
        matrix(user=user, facts="deals")


def test_facts_of_a_plugin_are_counted_like_our_own(crm, matrix):
    measures = (ReportMeasure("clients", "Clients"), ReportMeasure("named", "Named", "distinct", "name"))
    crm.report_facts["guests"] = ReportFacts(
        "guests", "Guests", "client", measures, "/clients/", ("created_at",), ("owner",)
    )
    assert matrix(facts="guests", measures="named").data["totals"]["named"] == len(
        {one.name for one in Client.select()}
    )


def test_the_page_is_built_from_menus_within_its_queries(base, web, make, queries):
    web.sign_in(make.user("director"))
    address = (
        "/reports/matrix?facts=deals&rows=month&columns=source&measures=deals&measures=won_amount&period=this_year"
    )
    web.text(address)
    with queries.at_most(15):
        page = web.text(address)
    for name in ("facts", "rows", "columns", "measures", "moment", "period", "compare", "sort"):
        assert f'name="{name}"' in page


def test_a_setting_that_is_gone_is_said_and_left_out(base, web, make):
    page = web.sign_in(make.user("director")).text("/reports/matrix?facts=deals&rows=properties.gone&measures=deals")
    assert "properties.gone" in page
    assert "The report is shown without this setting" in page

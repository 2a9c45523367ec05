"""Every number opens its list: the list of deals finds exactly as many as the cell says."""

from urllib.parse import parse_qs

import pytest

from core.api import Deal, fields


def found(crm, query: str) -> int:
    conditions = [fields.from_text(text) for text in parse_qs(query)["f"]]
    deals = fields.entity(crm, "deal")
    return Deal.select().where(fields.condition(crm, deals, conditions, None), Deal.deleted_at.is_null()).count()


CELLS = ("reached", "passed", "lost", "skipped", "count")


def counted(document, cells=CELLS) -> list[tuple[int, str]]:
    return [
        (row.values[cell], row.links.get(cell, ""))
        for row in document.tables[0].rows
        for cell in cells
        if not row.is_heading and row.values.get(cell)
    ]


@pytest.mark.parametrize(
    "params",
    [
        {},
        {"from_": "2025-04-01", "to": "2025-07-01"},
        {"from_": "2025-04-01"},
        {"to": "2025-09-01", "owner": "Arta"},
        {"counting": "visited"},
        {"counting": "furthest"},
        {"counting": "furthest", "by": "owner", "period": "last_12_months"},
        {"counting": "furthest", "by": "quarter", "joined": "yes"},
        {"joined": "yes"},
        {"by": "owner"},
        {"by": "team"},
        {"by": "quarter"},
        {"by": "client.region", "type": "Sale"},
    ],
)
def test_every_number_of_the_closed_funnel_opens_its_list(crm, base, report, params):
    pairs = counted(report("funnel-closed", **params))
    assert pairs
    for number, query in pairs:
        assert found(crm, query) == number, query


@pytest.mark.parametrize(
    "params",
    [
        {},
        {"by": "owner"},
        {"type": "Sale", "team": "Team 1"},
        {"as_of": "2025-06-01", "by": "team"},
        {"as_of": "2025-06-01", "joined": "yes"},
    ],
)
def test_every_number_of_the_open_funnel_opens_its_list(crm, base, report, params):
    pairs = counted(report("funnel-open", **params))
    assert pairs
    for number, query in pairs:
        assert found(crm, query) == number, query


@pytest.mark.parametrize(
    ("name", "params"),
    [
        ("funnel-closed", {"indicators": "deals,lost"}),
        ("funnel-closed", {"indicators": "deals,lost", "counting": "furthest", "by": "source"}),
        ("funnel-open", {"indicators": "deals", "as_of": "2025-06-01"}),
        ("funnel-open", {"indicators": "deals", "as_of": "2025-06-01", "by": "team"}),
    ],
)
def test_every_number_of_the_matrix_opens_its_list(crm, base, report, name, params):
    matrix = report(name, columns="owner", **params).tables[1]
    links = [(value, row.links[key]) for row in matrix.rows for key, value in row.values.items()
             if key.endswith((".deals", ".lost")) and value]  # fmt: skip
    assert len(links) > 10
    for number, query in links[::3]:
        assert found(crm, query) == number, query


def test_the_furthest_stages_of_a_period_compared_with_open_their_deals(crm, base, report):
    params = {"counting": "furthest", "from_": "2025-07-01", "to": "2025-10-01", "compare": "previous"}
    pairs = counted(report("funnel-closed", **params), ("reached_before",))
    assert pairs
    for number, query in pairs:
        assert found(crm, query) == number, query


def test_figures_open_their_lists(crm, base, report):
    figures = {figure.key: figure for figure in report("funnel-closed", type="Sale").figures}
    assert found(crm, figures["closed"].link) == figures["closed"].value
    assert found(crm, figures["won"].link) == figures["won"].value

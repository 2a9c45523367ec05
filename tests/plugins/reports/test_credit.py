"""The closed funnel credited to who was responsible at each stage, against a recount deal by deal."""

from collections import defaultdict

import pytest

from tests.plugins.reports.recount import story
from tests.plugins.reports.test_links import found

CELLS = ("reached", "passed", "lost", "skipped")


def recount(base, counting, name=lambda owner: owner) -> dict:
    """Returns {(type, stage, owner): cells} of the closed deals, by who was responsible there at last."""
    rows: dict = defaultdict(lambda: dict.fromkeys(CELLS, 0))
    for deal in base.deals:
        if deal.state == "open":
            continue
        last = {span[0]: span[3] for span in deal.spans}
        for stage, happened in story(deal, counting):
            row = rows[deal.type, stage, name(last.get(stage, deal.owner))]
            row["reached"] += 1
            row[happened] += 1
            is_skipped = happened == "passed" and stage not in deal.visits and stage is not None
            row["skipped"] += is_skipped and counting != "visited"
    return rows


def told(rows, by) -> dict:
    cells = {(row["type"], row["stage"], row[by]): {name: row[name] for name in CELLS} for row in rows}
    return {key: values for key, values in cells.items() if any(values.values())}


@pytest.mark.parametrize("counting", ["final", "furthest", "visited"])
def test_each_stage_is_credited_to_who_was_responsible_there(base, report, counting):
    rows = report("funnel-closed", by="owner", credit="responsible", counting=counting).data["rows"]
    assert told(rows, "owner") == recount(base, counting)


def test_teams_are_credited_too(base, report):
    rows = report("funnel-closed", by="team", credit="responsible").data["rows"]
    assert told(rows, "team") == recount(base, "final", lambda owner: base.teams.get(owner))


def test_credit_moves_numbers_between_people_and_leaves_the_company_alone(base, report):
    by_owner, by_stage = (
        report("funnel-closed", columns="owner", credit=credit).data["matrix"] for credit in ("owner", "responsible")
    )
    company = [[row for row in matrix if row["is_company"]] for matrix in (by_owner, by_stage)]
    assert company[0] == company[1]
    assert by_owner != by_stage


def test_sum_of_people_is_the_company_at_every_stage(base, report):
    whole = {(row["type"], row["stage"]): row["reached"] for row in report("funnel-closed").data["rows"]}
    sums: dict = defaultdict(int)
    for row in report("funnel-closed", by="owner", credit="responsible").data["rows"]:
        sums[row["type"], row["stage"]] += row["reached"]
    assert dict(sums) == whole


@pytest.mark.parametrize("counting", ["final", "furthest", "visited"])
def test_credited_numbers_open_their_deals(crm, base, report, counting):
    document = report("funnel-closed", by="owner", credit="responsible", type="Sale", counting=counting)
    links = [(row.values[cell], row.links[cell]) for row in document.tables[0].rows for cell in CELLS
             if row.values.get(cell)]  # fmt: skip
    assert len(links) > 30
    for number, query in links[::6]:
        assert found(crm, query) == number


def test_who_was_responsible_is_read_along_an_index_of_visits(crm, base, report, queries):
    with queries.at_most(15) as seen:
        report("funnel-closed", by="owner", credit="responsible", from_="2025-03-01", to="2025-09-01")
    asked = next(sql for sql in seen if '"responsible_id"' in sql)
    if "?" in asked:
        plan = crm.database.execute_sql("EXPLAIN QUERY PLAN " + asked, (1,) * asked.count("?")).fetchall()
        assert any("COVERING INDEX ix_core_stage_visit_deal_id_entered_at_stage_id" in row[3] for row in plan), plan

"""Flow, conversion and cohorts against a recount deal by deal, and what their numbers open."""

from collections import defaultdict
from datetime import UTC, datetime, timedelta
from decimal import Decimal

import pytest

from core.deals.services import move, reopen, win
from tests.plugins.reports.test_links import found

PERIOD = {"from_": "2025-06-02", "to": "2025-09-01"}
SINCE, UNTIL = (datetime.fromisoformat(day).replace(tzinfo=UTC) - timedelta(hours=2) for day in PERIOD.values())


def exits(deal) -> list[tuple]:
    """Returns (stage, when, how, stages passed by it, owner, stay) of each time that the deal left a stage."""
    ladder, told = deal.ladder, []
    for number, (stage, since, until, owner, worth, _held) in enumerate(deal.spans):
        following = deal.spans[number + 1][0] if number + 1 < len(deal.spans) else None
        if until is None or stage is None:
            continue
        place = ladder.index(stage)
        if following is None:
            how, passed = deal.state, ladder[place:] if deal.state == "won" else []
        else:
            onto = ladder.index(following)
            how, passed = ("passed", ladder[place:onto]) if onto > place else ("returned", [])
        told.append((stage, until, how, passed, owner, until - since, worth))
    return told


def in_period(moment) -> bool:
    return moment is not None and SINCE <= moment < UNTIL


def flow_recount(base, key=lambda owner, moment: None) -> dict:
    """Returns {(type, key, stage): numbers} of the deals that passed each stage within the period."""
    rows: dict = defaultdict(lambda: defaultdict(lambda: Decimal(0)))
    for deal in base.deals:
        last = {}
        for _stage, moment, _how, passed, owner, _stay, worth in exits(deal):
            if in_period(moment):
                last |= dict.fromkeys(passed, (owner, moment, worth))
        if not deal.ladder and deal.state == "won" and in_period(deal.closed_at):
            last[None] = (deal.owner, deal.closed_at, deal.worth)
        for stage, (owner, moment, worth) in last.items():
            row = rows[deal.type, key(owner, moment), stage]
            row["passed"] += 1
            row["passed_potential"] += worth or 0
            row["no_potential"] += worth is None
            row[{"lost": "lost_since"}.get(deal.state, deal.state)] += 1
            row["skipped"] += stage is not None and stage not in deal.visits
        if deal.state == "lost" and in_period(deal.closed_at):
            stage = deal.visits[-1] if deal.visits else None
            rows[deal.type, key(deal.owner, deal.closed_at), stage]["lost"] += 1
    return rows


FLOW = ("passed", "passed_potential", "open", "won", "lost_since", "skipped", "lost", "no_potential")


@pytest.mark.parametrize("by", ["", "owner", "month"])
def test_flow_equals_recount(base, report, by):
    keys = {"owner": lambda owner, _moment: owner, "month": lambda _owner, at: f"{at + timedelta(hours=2):%Y-%m}"}
    expected = flow_recount(base, keys.get(by, lambda _owner, _moment: None))
    rows = report("flow", **PERIOD, by=by).data["rows"]
    told = {(row["type"], row.get(by), row["stage"]): [row[name] for name in FLOW] for row in rows}
    assert {key: [cell[name] for name in FLOW] for key, cell in expected.items()} == {
        key: values for key, values in told.items() if any(values)
    }


def test_flow_by_team_adds_up_to_the_whole(base, report):
    whole = report("flow", **PERIOD).data["totals"]
    assert report("flow", **PERIOD, by="team").data["totals"] == whole


def test_contract_signed_this_month_counts_while_the_deal_is_open(crm, make, report):
    deal = make.deal(potential=Decimal(500))
    steps = [row["stage"] for row in report("flow").data["rows"]]
    move(crm, deal, steps[1])
    rows = {row["stage"]: row for row in report("flow").data["rows"] if row["type"] == deal.deal_type.name}
    assert (rows[steps[0]]["passed"], rows[steps[0]]["open"], rows[steps[0]]["passed_potential"]) == (1, 1, 500)
    assert rows[steps[1]]["passed"] == 0


def test_deal_reopened_after_it_was_won_has_not_passed_its_last_stage(crm, make, report):
    deal = make.deal()
    win(crm, deal)
    assert report("flow").data["totals"]["passed"] > 1
    reopen(crm, deal)
    assert report("flow").data["totals"]["passed"] == 0


def conversion_recount(base, key=lambda owner: None) -> dict:
    rows: dict = defaultdict(lambda: {"outcomes": [], "stays": [], "returns": 0})
    for deal in base.deals:
        last, stays, returns = {}, defaultdict(timedelta), defaultdict(int)
        for stage, moment, how, _passed, owner, stay, _worth in exits(deal):
            if in_period(moment):
                last[stage] = (how, owner)
                stays[stage] += stay
                returns[stage] += how == "returned"
        for stage, (how, owner) in last.items():
            row = rows[deal.type, key(owner), stage]
            row["outcomes"].append(how)
            row["stays"].append(stays[stage])
            row["returns"] += returns[stage]
    return rows


@pytest.mark.parametrize("by", ["", "owner"])
def test_conversion_equals_recount(base, report, by):
    expected = conversion_recount(base, (lambda owner: owner) if by else lambda owner: None)
    rows = [row for row in report("conversion", **PERIOD, by=by).data["rows"] if row["left"]]
    assert len(rows) == len(expected) > 8
    for row in rows:
        cell = expected[row["type"], row.get(by), row["stage"]]
        outcomes, stays = cell["outcomes"], sorted(cell["stays"])
        passed, lost = outcomes.count("passed") + outcomes.count("won"), outcomes.count("lost")
        assert (row["left"], row["passed"], row["lost"]) == (len(outcomes), passed, lost)
        assert (row["returned"], row["returns"]) == (outcomes.count("returned"), cell["returns"])
        assert row["conversion"] == (passed / (passed + lost) if passed + lost else None)
        for name, share in (("median_days", 0.5), ("most_days", 0.8)):
            rank = -int(-len(stays) * share // 1)
            assert row[name] == round(stays[rank - 1] / timedelta(days=1), 2)


def test_conversion_says_that_a_reopened_deal_counts_the_time_it_was_closed(crm, make, report):
    deals = [make.deal() for _number in range(3)]
    steps = [row["stage"] for row in report("flow").data["rows"]]
    crm.clock.advance(days=1)
    for deal in deals[:2]:
        win(crm, deal)
    crm.clock.advance(days=30)
    reopen(crm, deals[0])
    assert not said_of_reopened(report), "nothing of its stay is counted yet"
    for deal in (deals[0], deals[2]):
        move(crm, deal, steps[1])
    (note,) = said_of_reopened(report)
    assert note.words.startswith("1 deal was closed and re-opened")
    assert found(crm, note.link) == 1


def said_of_reopened(report):
    return [note for note in report("conversion").notes if "re-opened" in note.words]


def test_conversion_by_team_knows_as_many_deals_as_the_whole(base, report):
    whole, teams = (report("conversion", **PERIOD, by=by).data["totals"] for by in ("", "team"))
    assert teams == whole


def test_cohorts_equal_recount(base, report):
    data = report("cohorts", from_="2025-03-01", to="2025-12-01").data
    assert [row["month"] for row in data["rows"]] == [f"2025-{month:02}" for month in range(3, 12)]
    zone = timedelta(hours=2)
    for row in data["rows"]:
        # In March and from the end of October on, Tirana is but one hour before UTC.
        own = [deal for deal in base.deals if f"{deal.opened_at + zone:%Y-%m}" == row["month"]]
        if row["month"] in ("2025-03", "2025-11"):
            own = [deal for deal in base.deals if f"{deal.opened_at + timedelta(hours=1):%Y-%m}" == row["month"]]
        states = [deal.state for deal in own]
        assert row["opened"] == len(own)
        assert [row[state] for state in ("open", "won", "lost")] == [states.count(s) for s in ("open", "won", "lost")]
        assert row["won_amount"] == sum(deal.brought or 0 for deal in own if deal.state == "won")
        soon = [deal for deal in own if deal.state == "won" and deal.closed_at - deal.opened_at <= timedelta(days=90)]
        assert row["won_soon"] == len(soon)


def test_share_won_soon_is_unknown_while_deals_are_young(crm, make, report):
    make.deal()
    crm.clock.advance(days=89)
    assert report("cohorts", period="last_12_months").data["rows"][0]["won_soon"] is None
    crm.clock.advance(days=1)
    assert report("cohorts", period="last_12_months").data["rows"][0]["won_soon"] == 0


def test_stages_of_a_cohort_never_widen(base, report):
    document = report("cohorts", from_="2025-01-01", to="2026-03-01", type="Service")
    assert len(document.tables) == 2
    for table in document.tables[1:]:
        for row in table.rows:
            shares = [row.values[column.key] for column in table.columns[2:]]
            assert shares == sorted(shares, reverse=True)


@pytest.mark.parametrize(
    ("name", "params"),
    [
        ("flow", {"by": "owner"}),
        ("flow", {"by": "team", "type": "Sale"}),
        ("flow", {"type": "Errand"}),
        ("conversion", {"by": "team"}),
        ("conversion", {"type": "Sale"}),
        ("cohorts", {}),
        ("cohorts", {"by": "source", "type": "Service"}),
    ],
)
def test_numbers_open_their_deals(crm, base, report, name, params):
    document = report(name, **PERIOD, **params)
    checked = 0
    for table in document.tables:
        for row in table.rows:
            for cell, query in list(row.links.items())[:4]:
                value = row.values[cell]
                # Of how often deals were sent back the list holds the deals.
                if isinstance(value, int) and cell != "returns":
                    assert found(crm, query) == value, (cell, query)
                    checked += 1
    assert checked > 2


@pytest.mark.parametrize("name", ["flow", "conversion", "cohorts"])
def test_empty_base_is_said_to_be_empty(crm, report, name):
    document = report(name)
    assert document.is_empty
    assert document.charts is not None


@pytest.mark.parametrize("name", ["bridge", "flow", "conversion", "cohorts"])
def test_seller_sees_own_deals_alone(crm, base, report, name):
    by_owner = {row.get("owner"): row for row in report(name, **PERIOD, by="owner").data["rows"]}
    assert len(by_owner) > 3
    mine = report(name, user=base.users["Ivan"], **PERIOD, by="owner").data["rows"]
    assert {row["owner"] for row in mine} == {"Ivan"}

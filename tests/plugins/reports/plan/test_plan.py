"""The plan agrees with a count of plain deals, takes off what is open, warns and refuses rightly."""

from datetime import datetime, timedelta
from decimal import Decimal
from fractions import Fraction
from math import ceil
from zoneinfo import ZoneInfo

import pytest

from core.api import InvalidInput, lose, move, win
from plugins.reports.output.forms import MEDIA_TYPES, write


@pytest.fixture
def sale(make):
    return make.deal_type("Sale", stages=("Qualify", "Meet", "Offer"))


@pytest.fixture
def history(crm, make, sale):
    """Ten deals of which two were won after 20 days, and the present a month later."""
    reason = make_reason(crm)
    deals = [make.deal(f"Deal {number}", deal_type=sale, potential=Decimal(1000)) for number in range(10)]
    crm.clock.advance(days=10)
    deals = [move(crm, deal, "Meet") if number < 5 else deal for number, deal in enumerate(deals)]
    crm.clock.advance(days=10)
    for number, deal in enumerate(deals):
        if number < 2:
            win(crm, deal, amount=Decimal(500))
        else:
            lose(crm, deal, reason)
    crm.clock.advance(days=20)
    return deals


def make_reason(crm):
    from core.api import ladders

    return ladders.find_reason("Too expensive")


def by_step(data):
    return {row["stage"] or row["step"]: row for row in data["rows"]}


def test_with_two_won_of_ten_ten_contracts_are_exactly_fifty_interested(crm, history, report):
    due = crm.today() + timedelta(days=60)
    data = report("plan", type="Sale", contracts="10", due=str(due)).data
    assert data["totals"]["interested"] == data["totals"]["interested_in_all"] == 50
    assert {name: row["needed"] for name, row in by_step(data).items()} == {
        "interested": 50, "Meet": 25, "Offer": 10, "contracts": 10,
    }  # fmt: skip


def test_a_sum_is_turned_into_contracts_by_the_mean_of_those_won(crm, history, report):
    totals = report("plan", type="Sale", amount="1750", due=str(crm.today() + timedelta(days=60))).data["totals"]
    assert (totals["contracts"], totals["contracts_needed"], totals["interested"]) == (4, 3.5, 18)


def test_contracts_from_new_clients_are_whole_and_rounded_up(crm, history, report):
    document = report("plan", type="Sale", amount="1750", due=str(crm.today() + timedelta(days=60)))
    figures = {figure.key: figure for figure in document.figures}
    assert (figures["needed"].value, figures["contracts"].title) == (4, "The sum in usual contracts")
    assert "about 0 EUR of this sum" in document.summary[0]
    assert "the missing 1,750 EUR take 4 new contracts of usually 500 EUR each" in document.summary[0]


def test_a_plan_that_needs_nothing_new_names_no_days_for_it(crm, history, report, make, sale):
    for number in range(10):
        make.deal(f"Open {number}", deal_type=sale, potential=Decimal(10_000))
    due = str(crm.today() + timedelta(days=60))
    enough = report("plan", type="Sale", contracts="1", due=due)
    assert {row.values["first_on"] for row in enough.tables[0].rows} == {None}
    assert enough.summary == ("The deals open now will usually bring this much already: about 2.0 contracts.",)
    by_sum = report("plan", type="Sale", amount="1000", due=due)
    assert by_sum.summary == ("The deals open now will usually bring this much already: about 20,000 EUR.",)


def test_the_plan_says_why_the_forecast_tells_of_other_wins_and_leads_to_it(crm, history, report, make, sale):
    due = str(crm.today() + timedelta(days=60))
    assert not said_of_the_forecast(report("plan", type="Sale", contracts="10", due=due)), "no deal is open"
    make.deal("Open", deal_type=sale, potential=Decimal(1000))
    (note,) = said_of_the_forecast(report("plan", type="Sale", contracts="10", due=due))
    assert dict(note.place_values) == {"name": "forecast", "type": "Sale", "from": str(crm.today()), "through": due}
    far = str(crm.today() + timedelta(days=800))
    (note,) = said_of_the_forecast(report("plan", type="Sale", contracts="10", due=far))
    assert not note.place, "no forecast reaches so far"


def said_of_the_forecast(document):
    return [note for note in document.notes if note.words.startswith("The forecast")]


def test_what_open_deals_will_bring_is_taken_off_and_both_are_told(crm, history, report, make, sale):
    for number in range(5):
        make.deal(f"Open {number}", deal_type=sale, potential=Decimal(1000))
    totals = report("plan", type="Sale", contracts="10", due=str(crm.today() + timedelta(days=60))).data["totals"]
    # Of ten that were young once, two were won within sixty days: five bring one contract.
    assert (totals["open_contracts"], totals["contracts_needed"]) == (1, 9)
    assert (totals["interested_in_all"], totals["interested"]) == (50, 45)


def test_a_month_that_is_mostly_open_teaches_nothing(crm, history, report, make, sale):
    before = report("plan", type="Sale", contracts="10").data["totals"]["interested_in_all"]
    crm.clock.advance(days=40)
    win(crm, make.deal("Quick", deal_type=sale))
    make.deal("Slow", deal_type=sale)
    assert report("plan", type="Sale", contracts="10").data["totals"]["interested_in_all"] == before


def test_too_late_is_said_when_the_usual_time_to_a_contract_is_longer_than_what_is_left(crm, history, report):
    soon = report("plan", type="Sale", contracts="10", due=str(crm.today() + timedelta(days=10)))
    assert soon.data["totals"]["is_too_late"]
    assert soon.data["totals"]["earliest_on"] == str(crm.today() + timedelta(days=20))
    assert any("Too late" in sentence for sentence in soon.summary)
    late = report("plan", type="Sale", contracts="10", due=str(crm.today() + timedelta(days=60)))
    assert not late.data["totals"]["is_too_late"]


def test_steps_have_their_days_back_from_the_goal(crm, history, report):
    today = crm.today()
    rows = by_step(report("plan", type="Sale", contracts="10", due=str(today + timedelta(days=60))).data)
    assert (rows["interested"]["first_on"], rows["interested"]["last_on"]) == (str(today), str(today + timedelta(40)))
    assert (rows["Meet"]["first_on"], rows["Meet"]["last_on"]) == (
        str(today + timedelta(10)),
        str(today + timedelta(50)),
    )
    assert rows["contracts"]["last_on"] == str(today + timedelta(60))


def test_managers_and_weeks_add_up_to_every_step(base, crm, report):
    data = report("plan", contracts="37").data
    assert data["rows"]
    for row in data["rows"]:
        for parts in (data["managers"], data["weeks"]):
            own = [one["needed"] for one in parts if (one["step"], one["stage"]) == (row["step"], row["stage"])]
            assert sum(own) == row["needed"]
    assert {one["owner"] for one in data["managers"]} >= set(base.teams)


def test_the_plan_agrees_with_a_count_of_plain_deals(base, crm, report):
    """A recount by plain code: matured months, conversion, stages reached, and what open deals bring."""
    zone, now = ZoneInfo(str(crm.config.zone)), crm.clock.now()
    deals = [deal for deal in base.deals if deal.type == "Sale"]
    months = {}
    for deal in deals:
        months.setdefault(f"{deal.opened_at.astimezone(zone):%Y-%m}", []).append(deal)
    matured = [m for m, found in months.items() if sum(one.state == "open" for one in found) <= len(found) / 10]
    known = [deal for month in sorted(matured)[-24:] for deal in months[month]]
    assert known, "the base has months that have matured"
    won = [deal for deal in known if deal.state == "won"]
    totals = report("plan", type="Sale", contracts="12", due=f"{(now + timedelta(days=90)):%Y-%m-%d}").data
    assert totals["totals"]["learned_from"] == len(known)
    assert totals["totals"]["interested_in_all"] == ceil(Fraction(12 * len(known), len(won)))
    offered = sum(reached(deal, "Offer") for deal in known)
    assert by_step(totals)["Offer"]["in_all"] == ceil(Fraction(12 * offered, len(won)))
    assert totals["totals"]["open_contracts"] == pytest.approx(float(awaited(deals, known, now, zone)))


def reached(deal, stage):
    ladder = deal.ladder
    if deal.state == "won":
        return stage in ladder
    visited = [ladder.index(one) for one in deal.visits]
    last = visited[-1] if deal.state == "lost" else max(visited)
    return stage in ladder[: last + 1]


def awaited(deals, known, now, zone):
    """Returns the wins that open deals bring within 90 days, each by the deals that were as old at its stage."""
    end = datetime.combine((now.astimezone(zone) + timedelta(days=91)).date(), datetime.min.time(), zone)
    left, total = (end - now).total_seconds(), Fraction(0)
    for deal in deals:
        if deal.state != "open" or deal.is_on_hold:
            continue
        found = chance(known, deal.visits[-1], (now - entered(deal)).total_seconds(), left)
        total += chance(known, None, (now - deal.opened_at).total_seconds(), left) or 0 if found is None else found
    return total


def entered(deal):
    """Returns when an open deal came to where it stands: `write` leaves it untold, so since it was opened."""
    return deal.opened_at


def chance(known, stage, age, left):
    stays = []
    for deal in known:
        since = deal.opened_at if stage is None else next((s for name, s, *_rest in deal.spans if name == stage), None)
        if since is not None:
            stays.append((deal.state, (deal.closed_at - since).total_seconds() if deal.closed_at else None))
    alive = [one for one in stays if one[1] is None or one[1] > age]
    if not alive:
        return None
    return Fraction(sum(state == "won" and length is not None and length <= age + left for state, length in alive),
                    len(alive))  # fmt: skip


def test_a_company_that_never_won_plans_by_the_types_own_chances(report, make, sale):
    data = report("plan", type="Sale", contracts="3").data
    assert data["totals"]["learned_from"] == 0
    assert data["totals"]["interested"] == ceil(3 / data["totals"]["conversion"])


def test_wins_of_months_that_are_mostly_open_are_not_called_none(report, make, sale, crm):
    deals = [make.deal(deal_type=sale) for _number in range(3)]
    win(crm, deals[0], amount=Decimal(500))
    notes = [note.words for note in report("plan", contracts="3").notes]
    assert any("is still open" in words for words in notes)
    assert not any("Nothing was won" in words for words in notes)


def test_nothing_given_is_a_plan_for_as_much_as_usual(history, report):
    document = report("plan")
    assert document.data["totals"]["contracts"] >= 1
    assert "No goal was given" in document.notes[0].words
    assert not any("No goal" in note.words for note in report("plan", contracts="3").notes)


@pytest.mark.parametrize(
    ("name", "value"),
    [("contracts", "0"), ("contracts", "many"), ("contracts", "9" * 5000), ("amount", "-5"), ("amount", "much"),
     ("due", "yesterday"), ("due", "2099-01-01"), ("due", "soon")],
)  # fmt: skip
def test_a_goal_that_cannot_be_is_refused(history, report, name, value):
    with pytest.raises(InvalidInput) as refusal:
        report("plan", **{name: value})
    assert refusal.value.fields == {name: [refusal.value.message]}


def test_a_number_and_a_sum_at_once_are_refused(history, report):
    with pytest.raises(InvalidInput):
        report("plan", contracts="1", amount="5")


def test_a_seller_plans_own_work_from_own_deals(base, report):
    data = report("plan", user=base.users["Vera"], contracts="4").data
    assert {one["owner"] for one in data["managers"]} == {"Vera"}
    own = [deal for deal in base.deals if deal.owner == "Vera"]
    assert 0 < data["totals"]["learned_from"] <= len(own)


@pytest.mark.parametrize("form", MEDIA_TYPES)
def test_every_form_can_be_written(history, report, form):
    assert write(report("plan", contracts="10"), form).content


def test_the_page_asks_little_and_has_fields_for_the_goal(base, web, make, queries):
    web.sign_in(make.user("director"))
    web.get("/reports/plan")
    with queries.at_most(15):
        text = web.text("/reports/plan?contracts=10")
    assert 'name="contracts"' in text
    assert 'value="10"' in text

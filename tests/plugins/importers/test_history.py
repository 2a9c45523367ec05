"""Stage history makes visits that touch, periods by responsible, and tells where each deal stands."""

import random
from datetime import datetime, timedelta

import pytest

from core.deals.inspection import find_wrong_deals
from core.deals.models import Closing, Deal, DealPeriod, StageVisit
from core.deals.services import move
from core.users.models import User

DEALS = (
    "number,client,type,stage,state,potential,opened_at,closed_at,owner\n"
    "D1,Hoxha,Retail,Talk,open,100,2026-01-01,,Ann\n"
    "D2,Hoxha,Retail,Offer,lost,200,2026-01-02,2026-02-01,Bob\n"
    "D3,Hoxha,Retail,Pay,won,300,2026-01-03,2026-03-01,Ann\n"
)


@pytest.fixture
def history(importing):
    """Returns a function that imports rows of history after three deals came in."""
    importing("deals", DEALS, create_missing=True)
    return lambda *rows, **options: importing(
        "stage-history", "deal,stage,entered_at,left_at,user\n" + "\n".join(rows) + "\n", **options
    )


def visits(number):
    query = StageVisit.select().join(Deal).where(Deal.number == number).order_by(StageVisit.entered_at)
    return [(visit.stage.name, visit.outcome, visit.left_at is None) for visit in query]


def test_skips_returns_and_hand_overs(crm, history, counts):
    batch = history(
        "D1,Talk,2026-01-01,2026-01-05,Ann",
        "D1,Pay,2026-01-05,2026-01-08,Bob",
        "D1,Offer,2026-01-08,,Ann",
    )
    assert counts(batch) == (3, 0, 0, 0)
    deal = Deal.get(Deal.number == "D1")
    assert visits("D1") == [("Talk", "passed", False), ("Pay", "returned", False), ("Offer", "", True)]
    assert (deal.place, deal.furthest, deal.stood_at) == (1, 2, 0b111)
    owners = [
        User.get_by_id(period.owner_id).name
        for period in DealPeriod.select().where(DealPeriod.deal == deal).order_by(DealPeriod.from_at)
    ]
    assert owners == ["Ann", "Bob", "Ann"]
    assert list(find_wrong_deals(crm)) == []


def test_rows_in_any_order_belong_together(crm, history):
    history("D1,Offer,2026-01-05,,", "D2,Talk,2026-01-02,,", "D1,Talk,2026-01-01,,", "D2,Offer,2026-01-20,,")
    assert visits("D1") == [("Talk", "passed", False), ("Offer", "", True)]
    assert visits("D2") == [("Talk", "passed", False), ("Offer", "lost", False)]
    assert list(find_wrong_deals(crm)) == []


def test_closing_stage_is_the_one_it_stood_at_last(crm, history):
    history("D2,Talk,2026-01-02,,", "D2,Pay,2026-01-20,2026-02-01,")
    closing = Closing.get(Closing.deal == Deal.get(Deal.number == "D2").id)
    assert (closing.place, Deal.get(Deal.number == "D2").place) == (2, 2)


def test_hand_over_within_a_stage_begins_no_new_visit(crm, history):
    history("D1,Talk,2026-01-01,2026-01-05,Ann", "D1,Talk,2026-01-05,2026-01-09,Bob", "D1,Offer,2026-01-09,,Ann")
    assert visits("D1") == [("Talk", "passed", False), ("Offer", "", True)]
    assert DealPeriod.select().join(Deal).where(Deal.number == "D1").count() == 3
    assert list(find_wrong_deals(crm)) == []


@pytest.mark.parametrize(
    ("rows", "sentence"),
    [
        (["D9,Talk,2026-01-01,,"], "Row 2, column “deal”: there is no deal “D9”. Import the deals first."),
        (["D1,Dance,2026-01-01,,"], "Row 2, column “stage”: “Dance” is no stage of the type “Retail”"),
        (["D1,Talk,2026-01-05,2026-01-01,"], "the deal left the stage before it entered it"),
        (
            ["D1,Talk,2026-01-01,2026-01-09,", "D1,Offer,2026-01-05,,"],
            "entered the next stage before it left the one before",
        ),
        (["D2,Talk,2026-01-02,,", "D2,Offer,2026-02-05,,"], "entered a stage after it was closed"),
        (["D2,Talk,2026-01-02,2026-02-05,"], "left a stage after it was closed"),
        (["D1,Talk,,,"], "Row 2, column “entered_at”: the cell is empty"),
    ],
)
def test_history_that_contradicts_itself_is_refused(crm, history, messages, rows, sentence):
    before = visits("D1"), visits("D2")
    batch = history(*rows)
    assert batch.rejected == len(rows)
    assert sentence in messages(batch)[0]
    assert (visits("D1"), visits("D2")) == before


def test_missing_stage_lengthens_the_type_of_the_import(crm, history):
    history("D1,Talk,2026-01-01,,", "D1,Pilot,2026-01-05,,", create_missing=True)
    assert Deal.get(Deal.number == "D1").place == 3
    assert list(find_wrong_deals(crm)) == []


def test_history_of_a_deal_that_people_moved_is_left_alone(crm, history, counts):
    crm.clock.advance(days=1)
    move(crm, Deal.get(Deal.number == "D1"), "Pay")
    assert counts(history("D1,Talk,2026-01-01,,", "D1,Offer,2026-01-05,,")) == (0, 0, 2, 0)
    assert visits("D1")[-1][0] == "Pay"


def test_type_without_stages_of_an_import_gets_them_from_the_history(crm, importing):
    importing(
        "deals", "number,client,type,state,potential,opened_at\nD1,Hoxha,Plain,open,1,2026-01-01\n", create_missing=True
    )
    assert Deal.get().deal_type.mode == "none"
    importing("stage-history", "deal,stage,entered_at\nD1,Talk,2026-01-01\nD1,Pay,2026-01-03\n", create_missing=True)
    deal = Deal.get()
    assert (deal.deal_type.mode, deal.stage.name, deal.place) == ("manual", "Pay", 1)
    assert list(find_wrong_deals(crm)) == []


def test_a_thousand_made_up_histories_hold_together(crm, importing, counts):
    chance = random.Random(7)
    stages, deals, rows = ("A", "B", "C", "D"), [], []
    for number in range(1000):
        at, place, stays = datetime(2025, 1, 1) + timedelta(hours=chance.randrange(5000)), 0, []
        opened = at
        for _stay in range(chance.randrange(1, 6)):
            stays.append((stages[place], at))
            at += timedelta(hours=chance.randrange(1, 300))
            place = chance.choice([other for other in range(4) if other != place])
        state = chance.choice(("open", "won", "lost"))
        deals.append(f"N{number},Hoxha,Sale,{stays[-1][0]},{state},1,{opened},{'' if state == 'open' else at},Ann")
        rows += [f"N{number},{stage},{entered},," for stage, entered in stays]
    chance.shuffle(rows)
    importing("deals", DEALS.split("\n")[0] + "\n" + "\n".join(deals) + "\n", create_missing=True)
    batch = importing("stage-history", "deal,stage,entered_at,left_at,user\n" + "\n".join(rows) + "\n")
    assert counts(batch) == (len(rows), 0, 0, 0)
    assert list(find_wrong_deals(crm)) == []

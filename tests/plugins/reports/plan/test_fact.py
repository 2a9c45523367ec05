"""A plan that was kept stands beside what was done since: by step, week and manager; who may see it sees it."""

from datetime import timedelta
from decimal import Decimal
from urllib.parse import parse_qs

import pytest

from core.api import Deal, InvalidInput, NotAllowed, NotFound, fields, ladders, lose, move, win
from core.testing import PASSWORD
from core.users.services import create_token
from plugins.reports.models import PlanLine
from plugins.reports.output.forms import MEDIA_TYPES, write
from plugins.reports.plan import saving
from plugins.reports.plan.asking import ask
from plugins.reports.plan.report import NAME, PARAMETERS
from plugins.reports.settings.parameters import read_settings
from tests.core.web.visitor import Visitor


@pytest.fixture
def sale(crm, make):
    """A type with a past: two of ten deals won after ten days, forty days ago."""
    sale = make.deal_type("Sale", stages=("Qualify", "Meet", "Offer"))
    deals = [make.deal(f"Deal {number}", deal_type=sale, potential=Decimal(1000)) for number in range(10)]
    crm.clock.advance(days=10)
    for number, deal in enumerate(deals):
        if number < 2:
            win(crm, deal, amount=Decimal(500))
        else:
            lose(crm, deal, ladders.find_reason("Too expensive"))
    crm.clock.advance(days=40)
    return sale


@pytest.fixture
def seller(make):
    return make.user("seller", name="Vera")


def keep(crm, user, name="Spring", *, is_shared=False, **params):
    pairs = [("contracts", "4"), ("type", "Sale"), ("due", str(crm.today() + timedelta(days=30))), *params.items()]
    return saving.save_plan(
        crm,
        user,
        name,
        ask(crm, None, read_settings(crm, None, NAME, PARAMETERS, pairs, ())),
        pairs,
        is_shared=is_shared,
    )


def test_a_kept_plan_has_the_numbers_of_the_report(crm, sale, make, report):
    plan = keep(crm, make.user("director"))
    shown = report("plan", contracts="4", type="Sale", due=str(plan.due_on)).data
    for row in shown["rows"]:
        lines = PlanLine.select().where(PlanLine.plan == plan.id, PlanLine.step == row["step"])
        assert sum(line.quantity for line in lines if row["stage"] is None or line.step == "stage") >= row["needed"]
    assert plan.contracts == 4


def test_what_was_done_since_stands_beside_what_was_planned(crm, sale, seller, make, report):
    keep(crm, make.user("director"))
    born = [make.deal(f"New {number}", deal_type=sale, owner=seller) for number in range(3)]
    crm.clock.advance(days=7)
    move(crm, born[0], "Offer")
    win(crm, born[1])
    data = report("plan-fact").data
    done = {row["stage"] or row["step"]: row["done"] for row in data["rows"]}
    assert done["interested"] == 3
    assert done["contracts"] == 1
    # To come to a later stage, or to win, is to have reached every earlier one.
    assert {done[stage] for stage in ("Meet", "Offer") if stage in done} == {2}
    assert data["totals"]["won"] == 1


def test_it_says_how_many_of_the_contracts_were_to_come_from_new_clients(crm, sale, make, report):
    director = make.user("director")
    keep(crm, director)
    assert not said_of_new_clients(report("plan-fact")), "all of them are"
    for number in range(5):
        make.deal(f"Open {number}", deal_type=sale, potential=Decimal(1000))
    keep(crm, director, "With open deals")
    (note,) = said_of_new_clients(report("plan-fact", plan="With open deals"))
    assert note.words.startswith("Of 4 contracts planned, 3 were to come from new clients")


def said_of_new_clients(document):
    return [note for note in document.notes if "from new clients" in note.words]


def test_what_was_done_opens_its_deals(crm, sale, seller, make, report):
    keep(crm, make.user("director"))
    born = [make.deal(f"New {number}", deal_type=sale, owner=seller) for number in range(3)]
    crm.clock.advance(days=7)
    win(crm, born[1])
    entity, seen = fields.entity(crm, "deal"), 0
    for table in report("plan-fact").tables:
        for row in table.rows:
            for name, link in row.links.items():
                conditions = [fields.from_text(one) for one in parse_qs(link)["f"]]
                query = Deal.select().where(fields.condition(crm, entity, conditions, None))
                assert query.count() == row.values[name]
                seen += 1
    assert seen >= 4


def test_old_deals_count_for_the_goal_but_not_for_the_steps(crm, sale, make, report):
    old = make.deal("Old", deal_type=sale)
    crm.clock.advance(days=1)
    keep(crm, make.user("director"))
    crm.clock.advance(days=1)
    win(crm, old)
    data = report("plan-fact").data
    assert data["totals"]["won"] == 1
    assert {row["step"]: row["done"] for row in data["rows"]}["contracts"] == 0


def test_managers_and_weeks_add_up(crm, sale, seller, make, report):
    keep(crm, make.user("director"))
    make.deal("New", deal_type=sale, owner=seller)
    crm.clock.advance(days=8)
    make.deal("Newer", deal_type=sale)
    steps, managers, weeks = report("plan-fact").tables
    interested = steps.rows[0].values
    for table in (managers, weeks):
        assert sum(row.values["interested_planned"] for row in table.rows) == interested["planned"]
        assert sum(row.values["interested_done"] for row in table.rows) == interested["done"] == 2


def test_a_plan_of_the_same_name_is_replaced_and_a_deleted_one_is_gone(crm, sale, make):
    director = make.user("director")
    keep(crm, director)
    plan = keep(crm, director)
    assert [one.id for one in saving.plans_of(director)] == [plan.id]
    saving.delete_plan(crm, director, plan)
    assert PlanLine.select().count() == 0


def test_private_plans_are_seen_by_their_owner_alone(crm, sale, seller, make, report):
    director = make.user("director")
    keep(crm, director, "Mine")
    keep(crm, director, "Ours", is_shared=True)
    assert [plan.name for plan in saving.plans_of(seller)] == ["Ours"]
    with pytest.raises(NotFound):
        report("plan-fact", user=seller, plan="Mine")
    with pytest.raises(NotAllowed):
        saving.delete_plan(crm, seller, saving.get_plan(seller, "Ours"))
    with pytest.raises(NotAllowed):
        keep(crm, seller, "Everybody's", is_shared=True)


@pytest.mark.parametrize("name", ["", "  ", "x" * 81])
def test_a_plan_without_a_fitting_name_is_refused(crm, sale, make, name):
    with pytest.raises(InvalidInput):
        keep(crm, make.user("director"), name)


def test_no_plan_is_an_answer_too(report):
    document = report("plan-fact")
    assert (document.is_empty, document.data["rows"]) == (True, [])


@pytest.mark.parametrize("form", MEDIA_TYPES)
def test_every_form_can_be_written(crm, sale, make, report, form):
    keep(crm, make.user("director"))
    assert write(report("plan-fact"), form).content


def test_pages_keep_show_and_delete_a_plan(crm, sale, web, make, queries):
    web.sign_in(make.user("director"))
    answer = web.post("/reports/plans/?contracts=4&type=Sale", {"name": "Spring", "shared": "yes"})
    assert answer.status_code == 303
    plan = saving.plans_of(None)[0]
    assert plan.is_shared
    assert "Spring" in web.text("/reports/plans/")
    with queries.at_most(15):
        assert "Spring" in web.text(f"/reports/plan-fact?plan={plan.id}")
    web.post(f"/reports/plans/{plan.id}/delete")
    assert saving.plans_of(None) == []


def test_rest_keeps_lists_and_deletes_plans(crm, sale, make):
    headers = {"Authorization": f"Bearer {create_token(crm, make.user('director', password=PASSWORD), 'test')}"}
    client = Visitor(crm).client
    body = {"name": "Spring", "params": {"contracts": "4", "type": "Sale"}}
    made = client.post("/api/v1/reports/plans", json=body, headers=headers)
    assert made.status_code == 201, made.text
    assert [one["name"] for one in client.get("/api/v1/reports/plans", headers=headers).json] == ["Spring"]
    wrong = {"name": "Wrong", "params": {"contracts": "none"}}
    assert client.post("/api/v1/reports/plans", json=wrong, headers=headers).status_code == 422
    assert client.delete(f"/api/v1/reports/plans/{made.json['id']}", headers=headers).status_code == 204
    assert client.get("/api/v1/reports/plan-fact", headers=headers).json["rows"] == []

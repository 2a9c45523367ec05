"""The home page: first steps, numbers, tasks."""

import html
import re
from datetime import timedelta
from decimal import Decimal

import pytest

from core.deals.moves import move
from core.deals.services import lose, win
from core.stages.models import LossReason
from core.stages.types import get_type, publish
from core.tasks.models import Task
from core.tasks.services import create_task
from core.web.today import numbers_of_today


@pytest.fixture
def seller(make):
    return make.user(name="Sara Seller")


def test_empty_base_shows_the_first_steps(web, make):
    page = web.sign_in(make.user(role="administrator")).text("/")
    assert "Three steps to your sales funnel" in page
    assert page.count('class="step-row') == 3


def test_step_that_is_done_is_ticked(web, make, seller):
    make.client(owner=seller)
    page = web.sign_in(seller).text("/")
    assert page.count("is-done") == 1
    assert page.count("is-next") == 1


def test_numbers_are_those_of_what_one_sees(crm, make, seller):
    other = make.user()
    make.deal(owner=seller, potential=Decimal(100))
    make.deal(owner=seller, potential=Decimal("50.5"))
    make.deal(owner=seller, potential=None)
    win(crm, make.deal(owner=seller, potential=Decimal(70)))
    lose(crm, make.deal(owner=seller), LossReason.select().first(), "too dear")
    make.deal(owner=other, potential=Decimal(1000))
    today = numbers_of_today(crm, seller)
    assert (today.open_deals, today.potential, today.without_potential) == (3, Decimal("150.5"), 1)
    assert (today.won, today.won_amount, today.lost) == (1, Decimal(70), 1)


def test_month_ends_where_the_company_is(crm, make, seller):
    win(crm, make.deal(owner=seller, potential=Decimal(70)))
    crm.clock.advance(days=30)
    assert numbers_of_today(crm, seller).won == 0


def test_stages_stand_in_their_order_with_open_deals_alone(crm, make, seller):
    kind = make.deal_type(stages=("Interest", "Offer"))
    make.deal(owner=seller, deal_type=kind, potential=Decimal(10))
    make.deal(owner=seller, deal_type=kind, potential=Decimal(20))
    win(crm, make.deal(owner=seller, deal_type=kind))
    [load] = numbers_of_today(crm, seller).loads
    assert load.deal_type == kind.name
    assert [(stage.stage, stage.count, stage.potential) for stage in load.stages] == [("Interest", 2, Decimal(30))]


def test_stage_of_two_versions_of_a_type_is_one(crm, make, seller):
    kind = make.deal_type(stages=("Interest", "Offer"))
    make.deal(owner=seller, deal_type=kind, potential=Decimal(10))
    publish(crm, kind, ["Check", "Interest", "Offer"])
    move(crm, make.deal(owner=seller, deal_type=get_type(kind.id), potential=Decimal(20)), "Interest")
    [load] = numbers_of_today(crm, seller).loads
    assert [(stage.stage, stage.count, stage.potential) for stage in load.stages] == [("Interest", 2, Decimal(30))]


def test_old_closed_deals_are_deals_too(crm, web, make, seller):
    win(crm, make.deal(owner=seller))
    crm.clock.advance(days=90)
    assert "Three steps" not in web.sign_in(seller).text("/")


def test_late_task_is_counted_shown_and_ticked_off(web, crm, make, seller):
    make.deal(owner=seller)
    task = create_task(crm, title="Call back", user=seller, due_at=crm.clock.now() - timedelta(hours=2))
    create_task(crm, title="Send the offer", user=seller, due_at=crm.clock.now() + timedelta(hours=2))
    page = web.sign_in(seller).text("/")
    assert page.index("Call back") < page.index("Send the offer")
    assert "1 late" in page
    assert web.post(f"/tasks/{task.id}/done").status_code == 303
    assert Task.get_by_id(task.id).state == "done"
    assert "Call back</b>" not in web.text("/")


def test_task_of_somebody_else_can_not_be_ticked_off(web, crm, make, seller):
    task = create_task(crm, title="Call back", user=make.user())
    assert web.sign_in(seller).post(f"/tasks/{task.id}/done").status_code == 404
    assert Task.get_by_id(task.id).state == "open"


def test_home_asks_the_database_little(web, make, seller, queries):
    for _number in range(5):
        make.deal(owner=seller)
    web.sign_in(seller)
    with queries.at_most(15):
        web.text("/")


def test_every_number_leads_to_the_deals_behind_it(web, crm, make, seller):
    kind = make.deal_type(stages=("Interest", "Offer"))
    make.deal("Standing", owner=seller, deal_type=kind)
    win(crm, make.deal("Gained", owner=seller, deal_type=kind))
    lose(crm, make.deal("Gone", owner=seller, deal_type=kind), LossReason.select().first(), "too dear")
    page = web.sign_in(seller).text("/")
    addresses = [html.unescape(one) for one in re.findall(r'href="(/deals/\?[^"]+)"', page)]
    found = [re.findall(r"Standing|Gained|Gone", web.text(address)) for address in dict.fromkeys(addresses)]
    assert [set(names) for names in found] == [{"Standing"}, {"Gained"}, {"Gone"}, {"Standing"}]

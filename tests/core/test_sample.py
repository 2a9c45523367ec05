"""The sample company: consistent, believable, and the same each time."""

import random
from collections import Counter
from datetime import UTC, datetime
from zoneinfo import ZoneInfo

import phonenumbers
import pytest
from peewee import fn

from core.clients.models import Client, ContactPoint, Property
from core.deals.inspection import find_wrong_deals
from core.deals.models import Closing, Deal, DealPeriod, StageVisit
from core.deals.rates import in_company_currency
from core.errors import NotSignedIn
from core.interactions.models import Interaction
from core.process.inspection import find_deals_out_of_step
from core.process.results import checked_result
from core.sample import generate
from core.sample.seasons import Seasons
from core.stages.models import DealType
from core.store.fields import from_microseconds
from core.tasks.models import Task
from core.users.models import Team, User
from core.users.services import sign_in


@pytest.fixture
def sample(crm):
    return generate(crm, clients=120, deals=600, seed=7)


def test_sample_has_the_wanted_size(crm, sample):
    assert (sample.clients, sample.deals) == (120, 600)
    assert (Client.select().count(), Deal.select().count()) == (120, 600)
    assert Interaction.select().count() == sample.interactions > 300
    assert Task.select().count() > 0


def test_company_has_three_teams_with_heads_and_twelve_sellers(crm, sample):
    assert Counter(user.role.key for user in User) == {"director": 1, "head": 3, "seller": 12, "agent": 1}
    assert all(User.get_by_id(team.head_id).team_id == team.id for team in Team)
    assert Counter(user.team_id for user in User if user.role.key == "seller") == {team.id: 4 for team in Team}


def test_people_of_the_sample_cannot_sign_in(crm, sample):
    assert not User.select().where(User.password_hash != "").exists()
    with pytest.raises(NotSignedIn):
        sign_in(crm, "genc.dervishi", "", "127.0.0.1")


def test_every_deal_agrees_with_its_history(crm, sample):
    assert find_wrong_deals(crm) == []
    assert find_deals_out_of_step(crm) == []


def test_tenders_are_led_by_tasks_and_their_results_are_right(crm, sample):
    tasks = list(Task.select().where(Task.kind == "stage"))
    done = [task for task in tasks if task.state == "done"]
    assert len(done) > 10
    assert {"open", "done"} <= {task.state for task in tasks}
    for task in done:
        assert task.visit_id is not None
        _typed, kept = checked_result(task, task.result, partial=True)
        assert {key: value for key, value in kept.items() if value is not None} == task.result
        assert task.done_at >= task.created_at


def test_history_holds_what_funnels_must_bear(crm, sample):
    assert {deal.state for deal in Deal} == {"open", "won", "lost"}
    assert {visit.outcome for visit in StageVisit} == {"passed", "returned", "won", "lost", ""}
    assert Closing.select().where(Closing.reopened_at.is_null(False)).exists()
    assert DealPeriod.select().where(DealPeriod.is_on_hold).exists()
    assert Deal.select(Deal.currency).distinct().count() == 4
    assert DealType.select().count() == 3
    assert Deal.select(Deal.type_version).distinct().count() == 4
    assert Deal.select().where(Deal.potential.is_null()).exists()


def test_nothing_happens_in_the_future(crm, sample):
    now = crm.clock.now()
    for column in (Deal.opened_at, Deal.closed_at, StageVisit.entered_at, StageVisit.left_at, DealPeriod.from_at):
        assert column.model.select(fn.MAX(column)).scalar() <= now
    assert Client.select(fn.MAX(Client.created_at)).scalar() <= now
    assert Interaction.select(fn.MAX(Interaction.at)).scalar() <= now


def test_money_of_closings_follows_the_rate_of_the_day(crm, sample):
    foreign = Closing.select().where(Closing.currency != crm.currency, Closing.potential.is_null(False))
    assert foreign.count() > 20
    for closing in foreign:
        day = closing.closed_at.astimezone(crm.config.zone).date()
        assert closing.potential_base == in_company_currency(crm, closing.potential, closing.currency, day)
        assert closing.amount_base == in_company_currency(crm, closing.amount, closing.currency, day)


def test_closed_deal_repeats_its_last_closing(crm, sample):
    for deal in Deal.select().where(Deal.state != "open"):
        closing = Closing.select().where(Closing.deal == deal.id).order_by(Closing.closed_at.desc()).first()
        for name in ("state", "closed_at", "place", "owner_id", "potential_base", "amount_base", "loss_reason_id"):
            assert getattr(deal, name) == getattr(closing, name), name


def test_lost_deals_bear_a_reason_and_won_ones_none(crm, sample):
    assert not Deal.select().where((Deal.state == "lost") & Deal.loss_reason.is_null()).exists()
    assert not Deal.select().where((Deal.state == "won") & Deal.loss_reason.is_null(False)).exists()


def test_phones_are_valid_and_addresses_are_examples(crm, sample):
    points = list(ContactPoint)
    phones = [phonenumbers.parse(point.value, None) for point in points if point.kind == "phone"]
    assert len(phones) > 120
    assert all(phonenumbers.is_valid_number(phone) for phone in phones)
    assert all(point.value.endswith(".example") for point in points if point.kind == "email")


def test_properties_of_clients_are_defined_ones(crm, sample):
    known = {one.key: one for one in Property.select().where(Property.entity == "client")}
    for client in Client:
        assert set(client.properties) <= set(known)
        assert client.properties.get("size") in (None, *known["size"].choices)


def test_august_is_weak_and_spring_strong():
    zone = ZoneInfo("Europe/Tirane")
    seasons = Seasons(datetime(2025, 1, 1, tzinfo=UTC), datetime(2026, 1, 1, tzinfo=UTC), zone, random.Random(3))
    drawn = [from_microseconds(seasons.draw()).astimezone(zone) for _ in range(5000)]
    months = Counter(moment.month for moment in drawn)
    assert months[8] < 0.7 * months[7]
    assert months[4] > 1.3 * months[1]
    assert months[12] > 1.3 * months[8]
    assert not any(moment.weekday() == 6 for moment in drawn)
    assert all(8 <= moment.hour < 18 for moment in drawn)


def test_same_seed_gives_the_same_company(crm, sample):
    first = [tuple(row) for row in Deal.select(Deal.state, Deal.potential, Deal.opened_at, Deal.place).tuples()]
    for table in ("interaction", "task", "closing", "deal_period", "stage_visit", "deal", "consent", "client_category"):
        crm.database.execute_sql(f"DELETE FROM core_{table}")
    for table in ("contact_point", "contact", "client"):
        crm.database.execute_sql(f"DELETE FROM core_{table}")
    User.update(login=User.login.concat("-old"), team=None).execute()
    Team.delete().execute()
    generate(crm, clients=120, deals=600, seed=7)
    again = [tuple(row) for row in Deal.select(Deal.state, Deal.potential, Deal.opened_at, Deal.place).tuples()]
    assert sorted(first, key=str) == sorted(again, key=str)


def test_new_deal_gets_a_number_of_its_own(crm, sample, make):
    deal = make.deal()
    assert Deal.select().where(Deal.number == deal.number).count() == 1

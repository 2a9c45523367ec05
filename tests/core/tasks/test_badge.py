"""The number in the bar: what is due or late, and what waits for an answer."""

from datetime import timedelta

import pytest

from core.deals.services import delete_deal
from core.tasks.badge import KEY, waiting_numbers
from core.tasks.models import Task
from core.tasks.orders import report
from core.tasks.services import complete, create_task


@pytest.fixture
def people(make):
    return make.user(name="Ana Author"), make.user(name="Dan Doer")


def test_counts_what_is_due_today_or_late_and_what_was_reported(crm, people, queries):
    ana, dan = people
    now = crm.clock.now()
    for days in (-3, 0, 1):
        create_task(crm, title="Call", user=dan, due_at=now + timedelta(days=days))
    create_task(crm, title="Some day", user=dan)
    complete(crm, create_task(crm, title="Done", user=dan, due_at=now))
    order = create_task(crm, title="Plans", user=dan, author=ana, is_controlled=True, due_at=now)
    assert waiting_numbers(crm, [ana.id, dan.id]) == {dan.id: 3}
    report(crm, order, "Here they are")
    with queries.at_most(1):
        assert waiting_numbers(crm, [ana.id, dan.id]) == {ana.id: 1, dan.id: 2}
    assert waiting_numbers(crm, [ana.id]) == {ana.id: 1}
    assert waiting_numbers(crm, []) == {}


def test_counts_nothing_of_what_lies_in_the_trash(crm, make, people):
    deal = make.deal(owner=people[1])
    create_task(crm, title="Call", user=people[1], deal=deal, due_at=crm.clock.now())
    assert waiting_numbers(crm, [people[1].id]) == {people[1].id: 1}
    delete_deal(crm, deal)
    assert waiting_numbers(crm, [people[1].id]) == {}


def test_stands_in_the_bar_of_every_page(crm, web, people):
    dan = people[1]
    assert f'<span data-live="{KEY}"></span>' in web.sign_in(dan).text("/")
    now = crm.clock.now()
    Task.insert_many(
        [{"title": "Call", "user": dan.id, "due_at": now, "created_at": now, "changed_at": now} for _n in range(120)]
    ).execute()
    assert f'<span data-live="{KEY}">99+</span>' in web.text("/clients/")

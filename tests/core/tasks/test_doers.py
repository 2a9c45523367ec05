"""Whom a task may be given to, hand-overs, and postponing."""

from datetime import timedelta

import pytest

from core.errors import Conflict, InvalidInput, NotFound
from core.interactions.comments import add_comment
from core.interactions.models import Comment
from core.interactions.telling import tell
from core.store.audit import history
from core.tasks.doers import hand_over, postpone
from core.tasks.models import Task
from core.tasks.services import complete, create_task
from core.testing import PASSWORD
from core.users.people import change_user


@pytest.fixture
def head(make):
    return make.user("head")


@pytest.fixture
def team(make, head):
    return make.team(head=head)


@pytest.fixture
def sellers(make, team):
    return make.user("head", team=team, name="Ana Ademi"), make.user("head", team=team, name="Bora Basha")


def test_task_is_not_given_to_who_was_dismissed(crm, make):
    make.user("administrator", password=PASSWORD)
    gone = make.user("director", name="Gent Gone")
    change_user(crm, gone, is_active=False)
    with pytest.raises(InvalidInput, match="Gent Gone does not work here any more"):
        create_task(crm, title="Call", user=gone)
    task = create_task(crm, title="Call")
    with pytest.raises(InvalidInput, match="does not work here") as refused:
        hand_over(crm, make.user(), task, gone)
    assert list(refused.value.fields) == ["user"]


def test_task_is_not_given_to_who_cannot_see_its_deal_or_client(crm, make):
    owner, other = make.user("seller"), make.user("seller", name="Olta Other")
    deal = make.deal("Big one", owner=owner)
    with pytest.raises(InvalidInput, match="Olta Other can't see the deal “Big one”"):
        create_task(crm, title="Call", deal=deal, user=other)
    with pytest.raises(InvalidInput, match="Olta Other can't see the client"):
        create_task(crm, title="Call", client=deal.client, user=other)
    task = create_task(crm, title="Call", deal=deal, user=owner)
    with pytest.raises(InvalidInput, match="can't see the deal"):
        hand_over(crm, owner, task, other)
    assert Task.get_by_id(task.id).user_id == owner.id


def test_hand_over_gives_the_task_and_says_why(crm, make, sellers):
    ana, bora = sellers
    task = create_task(crm, title="Call", deal=make.deal(owner=ana), user=ana)
    hand_over(crm, ana, task, bora, comment="You know them")
    kept = Task.get_by_id(task.id)
    assert (kept.user_id, kept.version, task.user) == (bora.id, 2, bora)
    comment = Comment.get()
    assert (comment.entity, comment.entity_id, comment.body, comment.user) == ("task", task.id, "You know them", ana)
    assert hand_over(crm, ana, task, bora).version == 2


def test_cycle_of_hand_overs_is_told(crm, make, sellers):
    ana, bora = sellers
    task = create_task(crm, title="Call", user=ana)
    hand_over(crm, ana, task, bora)
    hand_over(crm, bora, task, ana)
    changes = history("task", task.id)
    told = tell(crm, "task", changes)
    assert str(told[changes[0].id].action) == "Handed back to somebody who had it before"
    assert told[changes[0].id].lines == [("By whom", "Bora Basha", "Ana Ademi")]
    assert changes[1].action == "handed over"


def test_done_task_is_not_handed_over(crm, make, sellers):
    task = complete(crm, create_task(crm, title="Call", user=sellers[0]))
    with pytest.raises(InvalidInput, match="“Done”"):
        hand_over(crm, sellers[0], task, sellers[1])


def test_stale_hand_over_is_refused(crm, sellers):
    task = create_task(crm, title="Call", user=sellers[0])
    postpone(crm, task, crm.clock.now() + timedelta(days=1))
    with pytest.raises(Conflict, match="meanwhile"):
        hand_over(crm, sellers[0], task, sellers[1], version=1)


def test_task_is_postponed_to_a_moment_to_come(crm, make):
    task = create_task(crm, title="Call", due_at=crm.clock.now())
    until = crm.clock.now() + timedelta(days=1)
    postpone(crm, task, until)
    assert Task.get_by_id(task.id).due_at == until
    [change, _made] = history("task", task.id)
    assert tell(crm, "task", [change])[change.id].lines == [("Until when", "15 Jun 2026, 14:00", "16 Jun 2026, 14:00")]
    with pytest.raises(InvalidInput, match="still to come"):
        postpone(crm, task, crm.clock.now())


def test_comment_goes_only_where_one_sees(crm, make, sellers):
    task = create_task(crm, title="Call", user=sellers[0])
    with pytest.raises(NotFound):
        add_comment(crm, make.user("seller"), "task", task.id, "Mine now")

"""Open pages are told what changed for their user, and nothing else; a session that ended is told to go."""

import socket

import pytest
from markupsafe import Markup

from core.hooks.contributions import LiveTopic
from core.live import MAX_FOLLOWERS, Follower, Live, note_session_end, session_key
from core.store.changes import Changes
from core.users.models import User
from core.users.people import end_sessions
from tests.waiting import until


@pytest.fixture
def live(crm):
    pages = Live(crm)
    yield pages
    pages.end()


@pytest.fixture
def topic(crm):
    """Returns what a topic says of each user; the test changes it as another process would."""
    says = {}
    crm.live_topics.clear()
    crm.live_topics["dummy.number"] = ("dummy", LiveTopic("dummy.number", lambda crm, user_ids: says))
    return says


def open_page(live, user, session="session", line=None):
    follower = Follower(user.id, user.session_epoch, session, line)
    live._followers.add(follower)  # without the thread: the test itself says when to look
    return follower


def news_of(follower):
    return None if follower.news.empty() else follower.news.get()


def test_each_page_is_told_of_its_own_user(live, topic, make):
    anna, ben = make.user(), make.user()
    topic.update({anna.id: 3, ben.id: 7})
    pages = open_page(live, anna), open_page(live, ben)
    live.refresh()
    assert [news_of(page) for page in pages] == [{"dummy.number": "3"}, {"dummy.number": "7"}]


def test_only_what_changed_is_told(live, topic, make):
    anna, ben = make.user(), make.user()
    pages = open_page(live, anna), open_page(live, ben)
    live.refresh()
    for page in pages:
        news_of(page)
    topic[ben.id] = 1
    live.refresh()
    assert [news_of(page) for page in pages] == [None, {"dummy.number": "1"}]


def test_text_is_escaped_and_a_fragment_is_not(live, topic, make):
    anna, ben = make.user(), make.user()
    topic.update({anna.id: "<b>", ben.id: Markup("<b>2</b>")})
    assert live.texts([anna.id, ben.id]) == {"dummy.number": {anna.id: "&lt;b&gt;", ben.id: "<b>2</b>"}}


def test_a_topic_that_fails_leaves_the_others(live, crm, topic, make):
    anna = make.user()
    topic[anna.id] = 5
    crm.live_topics["bad.number"] = ("bad", LiveTopic("bad.number", lambda crm, user_ids: 1 / 0))
    page = open_page(live, anna)
    live.refresh()
    assert news_of(page) == {"dummy.number": "5"}


def test_all_pages_cost_as_many_queries_as_one(live, topic, make, queries):
    users = [make.user() for _number in range(20)]
    for user in users:
        open_page(live, user)
    with queries.at_most(2):
        live.refresh()


def deactivated(crm, user):
    User.update(is_active=False).where(User.id == user.id).execute()


def signed_out(crm, user):
    note_session_end(crm, "session")


@pytest.mark.parametrize("end", [end_sessions, deactivated, signed_out])
def test_a_session_that_ended_ends_its_pages(live, crm, topic, make, end):
    anna, ben = make.user(), make.user()
    topic.update({anna.id: 1, ben.id: 1})
    page, other = open_page(live, anna), open_page(live, ben, session="another")
    with crm.acting(anna.id, "web"):
        end(crm, anna)
    live.refresh()
    assert (news_of(page), page.has_lost_session) == (None, True)
    assert (news_of(other), other.has_lost_session) == ({"dummy.number": "1"}, False)


def test_a_page_that_was_closed_is_noticed_without_writing_to_it(live, topic, make):
    near, far = socket.socketpair()
    page = open_page(live, make.user(), line=near)
    assert live._has_hung_up(page) is False
    far.close()
    assert live._has_hung_up(page) is True
    assert list(page.events()) == []
    near.close()


def test_there_is_room_for_so_many_and_no_more(live, make):
    user = make.user()
    pages = [Follower(user.id, user.session_epoch, str(number)) for number in range(MAX_FOLLOWERS + 1)]
    assert [live.join(page) for page in pages] == [True] * MAX_FOLLOWERS + [False]
    live.leave(pages[0])
    assert live.join(pages[-1])


def test_who_joins_is_told_at_once_and_the_end_ends_all(live, topic, make):
    anna = make.user()
    topic[anna.id] = 4
    page = Follower(anna.id, anna.session_epoch, "session")
    assert live.join(page)
    events = page.events()
    assert next(events) == {"dummy.number": "4"}
    live.end()
    assert list(events) == []
    late = Follower(anna.id, anna.session_epoch, "late")
    assert (live.join(late), list(late.events())) == (True, [])  # it comes back, to the process that takes over


def test_a_change_is_told_within_a_moment(live, crm, topic, make):
    anna = make.user()
    page = Follower(anna.id, anna.session_epoch, "session")
    live.join(page)
    events = page.events()
    next(events)
    topic[anna.id] = 9
    make.client("Kafe Mira")
    assert next(events) == {"dummy.number": "9"}


def test_changes_of_others_are_seen_once(crm, make):
    changes = Changes(crm.database)
    changes.are_new()
    assert not changes.are_new()
    make.client("Kafe Mira")
    until(changes.are_new)
    assert not changes.are_new()
    changes.close()


def test_key_of_a_session_tells_nothing():
    assert session_key(1, "token") != session_key(2, "token")
    assert "token" not in session_key(1, "token")

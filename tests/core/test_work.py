"""The unit of work: nesting, rollback, announcements."""

import pytest

from core.users.models import Team


def test_what_fails_leaves_nothing(crm, make):
    with pytest.raises(ZeroDivisionError), crm.work():
        make.team("North")
        1 / 0  # noqa: B018 - any failure
    assert Team.select().count() == 0


def test_inner_work_that_fails_leaves_the_outer_one_alone(crm, make):
    with crm.work():
        make.team("North")
        with pytest.raises(ZeroDivisionError), crm.work():
            make.team("South")
            1 / 0  # noqa: B018 - any failure
    assert [team.name for team in Team.select()] == ["North"]


def test_announcements_wait_for_the_outermost_commit(crm):
    heard = []
    with crm.work():
        with crm.work():
            crm.desk.announce_later(lambda: heard.append("inner"))
        assert heard == []
    assert heard == ["inner"]


def test_announcements_of_rolled_back_work_are_dropped(crm):
    heard = []
    with crm.work():
        with pytest.raises(ZeroDivisionError), crm.work():
            crm.desk.announce_later(lambda: heard.append("lost"))
            1 / 0  # noqa: B018 - any failure
        crm.desk.announce_later(lambda: heard.append("kept"))
    assert heard == ["kept"]

"""Who sees what: own, team, all."""

import pytest

from core.errors import NotAllowed
from core.users.access import require, seen_owner_ids, team_ids, visible_to
from core.users.models import Role, User


@pytest.fixture
def people(crm, make):
    """Returns a head over two teams, a seller in each, and a stranger."""
    head = make.user("head", name="Head")
    north = make.team("North", head=head)
    south = make.team("South", parent=north)
    return {
        "head": head,
        "north": make.user(team=north),
        "south": make.user("head", team=south),
        "stranger": make.user(team=make.team("East")),
        "director": make.user("director"),
    }


def seen(user) -> set[int]:
    condition = visible_to(user, User.id)  # any column with a user's id serves
    return {row.id for row in User.select(User.id).where(condition)}


def test_scope_own_sees_own_records_only(people):
    assert seen(people["north"]) == {people["north"].id}


def test_a_head_sees_the_team_and_the_teams_below(people):
    assert seen(people["head"]) == {people[name].id for name in ("head", "north", "south")}


def test_scope_team_without_heading_sees_its_own_team_alone(people):
    assert seen(people["south"]) == {people["south"].id}


def test_scope_all_sees_everything(people):
    assert seen(people["director"]) == {user.id for user in people.values()}


def test_records_without_owner_are_seen_by_team_but_not_by_own(crm, people):
    from core.users.models import Token

    count = Token.select().where(visible_to(people["head"], Token.last_used_at)).count()
    assert count == 0
    sql, _values = User.select().where(visible_to(people["head"], User.team)).sql()
    assert "IS NULL" in sql
    sql, _values = User.select().where(visible_to(people["north"], User.team)).sql()
    assert "IS NULL" not in sql


def test_teams_below_are_walked_to_the_end(people, make):
    deep = make.team("Deep", parent=people["south"].team)
    assert deep.id in team_ids(people["head"])
    assert people["south"].id in seen_owner_ids(people["head"])


def test_a_missing_permission_is_refused_with_a_sentence(people):
    with pytest.raises(NotAllowed, match="Ask your administrator"):
        require(people["north"], "admin.users")


def test_an_administrator_may_everything(make):
    assert make.user("administrator").can("no.such.right")


def test_a_dismissed_user_may_nothing(make):
    user = make.user("administrator")
    user.is_active = False
    assert not user.can("clients.read")


def test_standard_roles_hold_the_cores_rights(crm):
    seller, reader = Role.get(Role.key == "seller"), Role.get(Role.key == "reader")
    assert "deals.write" in seller.permissions
    assert "deals.write" not in reader.permissions

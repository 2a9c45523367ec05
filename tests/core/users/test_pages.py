"""The pages of users, roles, teams and one's own profile."""

import pytest

from core.testing import PASSWORD
from core.users.models import Role, Team, Token, User
from core.users.roles import ensure_roles
from core.users.services import create_token, is_password, user_of_token


@pytest.fixture
def admin(make):
    return make.user(role="administrator", name="Ada Admin", password=PASSWORD)


@pytest.fixture
def web(web, admin):
    return web.sign_in(admin)


def user_form(**values):
    return {"name": "Sara", "login": "sara", "role": "seller", "email": "", "team": "", "language": "", **values}


def test_administrator_makes_a_user_with_a_team(web, make):
    team = make.team("North")
    answer = web.post("/settings/users/new", user_form(team=team.id, password=PASSWORD))
    assert answer.status_code == 303
    sara = User.get(User.login == "sara")
    assert (sara.team, sara.role.key, is_password(sara, PASSWORD)) == (team, "seller", True)


@pytest.mark.parametrize(
    ("wrong", "sentence"),
    [
        ({"login": ""}, "Please fill this in."),
        ({"email": "sara"}, "This is no e-mail address."),
        ({"password": "short"}, "A password needs at least 10 characters."),
        ({"role": "king"}, "There is no role king"),
    ],
)
def test_wrong_user_is_not_made_and_keeps_what_was_typed(web, wrong, sentence):
    answer = web.post("/settings/users/new", user_form(name="Sara S", **wrong))
    assert sentence in answer.text
    assert 'value="Sara S"' in answer.text
    assert User.get_or_none(User.name == "Sara S") is None


def test_login_in_use_is_named(web, make):
    taken = make.user()
    answer = web.post("/settings/users/new", user_form(login=taken.login))
    assert f"The login {taken.login} is in use" in answer.text


def test_user_is_changed(web, make):
    user = make.user(name="Before")
    web.post(f"/settings/users/{user.id}", user_form(name="After", login=user.login, role="head"))
    changed = User.get_by_id(user.id)
    assert (changed.name, changed.role.key) == ("After", "head")


def test_last_administrator_can_not_lose_the_right(web, admin):
    answer = web.post(f"/settings/users/{admin.id}", user_form(login=admin.login, role="seller"))
    assert "Nobody would be left who may manage users." in answer.text
    assert User.get_by_id(admin.id).role.key == "administrator"


def test_last_administrator_can_not_be_deactivated(web, admin):
    assert web.post(f"/settings/users/{admin.id}/active").status_code == 422
    assert User.get_by_id(admin.id).is_active


def test_deactivated_user_is_let_in_again(web, make):
    user = make.user()
    web.post(f"/settings/users/{user.id}/active")
    assert not User.get_by_id(user.id).is_active
    web.post(f"/settings/users/{user.id}/active", {"is_active": "yes"})
    assert User.get_by_id(user.id).is_active


def test_administrator_sets_a_password(web, make):
    user = make.user()
    web.post(f"/settings/users/{user.id}/password", {"password": "a new long password"})
    assert is_password(User.get_by_id(user.id), "a new long password")


def test_unknown_user_is_not_found(web):
    assert web.get("/settings/users/999").status_code == 404


def test_ticks_of_the_matrix_become_rights(web):
    seller = Role.get(Role.key == "seller")
    form = {f"scope-{seller.id}": "team", f"permissions-{seller.id}": ["clients.read", "deals.read"]}
    assert web.post("/settings/roles/", form).status_code == 303
    changed = Role.get(Role.key == "seller")
    assert (changed.scope, changed.permissions) == ("team", ["clients.read", "deals.read"])


def test_administrator_keeps_every_right(web):
    role = Role.get(Role.key == "administrator")
    web.post("/settings/roles/", {f"scope-{role.id}": "own"})
    changed = Role.get(Role.key == "administrator")
    assert (changed.scope, changed.permissions) == ("all", ["*"])


def test_unknown_permission_is_refused_and_nothing_changes(web):
    seller = Role.get(Role.key == "seller")
    assert web.post("/settings/roles/", {f"permissions-{seller.id}": ["clients.eat"]}).status_code == 422
    assert Role.get(Role.key == "seller").permissions == seller.permissions


def test_right_that_was_taken_away_stays_away_at_the_next_start(web, crm):
    seller = Role.get(Role.key == "seller")
    web.post("/settings/roles/", {f"scope-{seller.id}": "own", f"permissions-{seller.id}": ["deals.read"]})
    ensure_roles(crm)
    assert Role.get(Role.key == "seller").permissions == ["deals.read"]


def test_right_of_a_plugin_that_is_off_survives_the_matrix(web, crm):
    seller = Role.get(Role.key == "seller")
    Role.update(permissions=[*seller.permissions, "sms.send"]).where(Role.id == seller.id).execute()
    web.post("/settings/roles/", {f"scope-{seller.id}": "own", f"permissions-{seller.id}": ["deals.read"]})
    assert Role.get(Role.key == "seller").permissions == ["deals.read", "sms.send"]


def test_own_role_is_made_like_another_and_deleted(web):
    web.post("/settings/roles/new", {"name": "Junior", "like": "seller"})
    junior = Role.get(Role.name == "Junior")
    assert junior.permissions == Role.get(Role.key == "seller").permissions
    web.post(f"/settings/roles/{junior.id}/delete")
    assert Role.get_or_none(Role.name == "Junior") is None


def test_standard_role_and_one_in_use_can_not_be_deleted(web, make):
    seller = Role.get(Role.key == "seller")
    assert web.post(f"/settings/roles/{seller.id}/delete").status_code == 409
    web.post("/settings/roles/new", {"name": "Junior"})
    junior = Role.get(Role.name == "Junior")
    make.user(role=junior.key)
    assert web.post(f"/settings/roles/{junior.id}/delete").status_code == 409


def test_team_gets_head_and_place_in_the_tree(web, make):
    company = make.team("Company")
    head = make.user(role="head")
    web.post("/settings/teams/new", {"name": "North", "head": head.id, "parent": company.id})
    north = Team.get(Team.name == "North")
    assert (north.parent, north.head_id) == (company, head.id)
    page = web.text("/settings/teams/")
    assert page.index("Company") < page.index("North")


def test_team_can_not_stand_below_itself(web, make):
    company = make.team("Company")
    north = make.team("North", parent=company)
    answer = web.post(f"/settings/teams/{company.id}", {"name": "Company", "parent": north.id})
    assert "A team can&#39;t stand below itself." in answer.text
    assert Team.get_by_id(company.id).parent is None


def test_team_with_members_is_not_deleted(web, make):
    team = make.team("North")
    make.user(team=team)
    answer = web.post(f"/settings/teams/{team.id}/delete")
    assert answer.status_code == 409
    assert "North still has members" in answer.text
    assert Team.get_or_none(Team.id == team.id)


def test_empty_team_is_deleted(web, make):
    team = make.team("North")
    web.post(f"/settings/teams/{team.id}/delete")
    assert Team.get_or_none(Team.id == team.id) is None


def test_user_changes_own_profile(web, admin):
    web.post("/profile/", {"name": "Ada A", "email": "ada@example.com", "language": "sq", "theme": "dark"})
    changed = User.get_by_id(admin.id)
    assert (changed.name, changed.email, changed.language, changed.theme) == ("Ada A", "ada@example.com", "sq", "dark")
    page = web.text("/profile/")
    assert '<html lang="sq"' in page
    assert 'data-theme="dark" data-bs-theme="dark">' in page


def test_look_is_chosen_from_the_menu_and_leads_back(web, admin):
    answer = web.post("/profile/look", {"theme": "dark"}, headers={"Referer": "http://localhost/settings/teams/"})
    assert answer.headers["Location"] == "/settings/teams/"
    assert User.get_by_id(admin.id).theme == "dark"


def test_look_leads_to_no_stranger(web):
    answer = web.post("/profile/look", {"theme": "dark"}, headers={"Referer": "https://evil.example/x"})
    assert answer.headers["Location"] == "/"


def test_profile_can_not_raise_the_role(web, make):
    seller = make.user()
    web.sign_in(seller).post("/profile/", {"name": "Sara", "role": "administrator", "is_active": "", "login": "root"})
    changed = User.get_by_id(seller.id)
    assert (changed.role.key, changed.login) == ("seller", seller.login)


def test_own_password_needs_the_present_one(web, admin):
    answer = web.post("/profile/password", {"old": "wrong wrong wrong", "new": "a new long password"})
    assert "The present password is wrong." in answer.text
    assert is_password(User.get_by_id(admin.id), PASSWORD)


def test_own_password_is_changed_and_the_session_goes_on(web, admin):
    web.post("/profile/password", {"old": PASSWORD, "new": "a new long password"})
    assert is_password(User.get_by_id(admin.id), "a new long password")
    assert web.get("/profile/").status_code == 200


def test_token_is_shown_once_and_works_until_it_is_revoked(web, admin, crm):
    page = web.post("/profile/tokens", {"name": "the web shop"}).text
    secret = page.split('class="secret">')[1].split("<")[0]
    assert user_of_token(crm, secret) == admin
    assert secret not in web.text("/profile/")
    web.post(f"/profile/tokens/{Token.get(Token.name == 'the web shop').id}/revoke")
    assert user_of_token(crm, secret) is None


def test_token_of_somebody_else_can_not_be_revoked(web, make, crm):
    other = make.user()
    secret = create_token(crm, other, "theirs")
    assert web.post(f"/profile/tokens/{Token.get(Token.name == 'theirs').id}/revoke").status_code == 404
    assert user_of_token(crm, secret) == other


@pytest.mark.parametrize("path", ["/settings/users/", "/settings/roles/", "/settings/teams/", "/profile/"])
def test_page_asks_the_database_little_however_many_people_there_are(web, make, queries, path):
    team = make.team()
    for _number in range(12):
        make.user(team=team)
    with queries.at_most(15):
        assert web.get(path).status_code == 200

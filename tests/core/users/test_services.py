"""Users, signing in, tokens."""

import pytest

from core.errors import InvalidInput, NotFound, NotSignedIn, TooMany
from core.store.audit import history
from core.testing import PASSWORD
from core.users import services
from core.users.models import SignInFailure, Token, User


@pytest.fixture
def ana(make):
    return make.user(name="Ana Hoxha", password=PASSWORD)


def sign_in(crm, user, password=PASSWORD, address="192.0.2.1"):
    return services.sign_in(crm, user.login, password, address)


def test_the_right_password_signs_in(crm, ana):
    assert sign_in(crm, ana) == ana


def test_login_is_taken_in_any_case(crm, ana):
    assert services.sign_in(crm, f" {ana.login.upper()} ", PASSWORD, "192.0.2.1") == ana


@pytest.mark.parametrize("password", ["", "wrong", PASSWORD + " "])
def test_a_wrong_password_is_refused(crm, ana, password):
    with pytest.raises(NotSignedIn, match="Login or password is wrong"):
        sign_in(crm, ana, password)


def test_an_unknown_login_gets_the_same_sentence(crm):
    with pytest.raises(NotSignedIn, match="Login or password is wrong"):
        services.sign_in(crm, "ghost", PASSWORD, "192.0.2.1")


def test_a_dismissed_user_can_not_sign_in(crm, ana):
    User.update(is_active=False).where(User.id == ana.id).execute()
    with pytest.raises(NotSignedIn):
        sign_in(crm, ana)


def test_a_user_without_password_can_not_sign_in(crm, make):
    with pytest.raises(NotSignedIn):
        sign_in(crm, make.user(), "")


def test_eight_failures_lock_login_for_a_quarter_of_an_hour(crm, ana):
    for _attempt in range(services.FAILURES):
        with pytest.raises(NotSignedIn):
            sign_in(crm, ana, "wrong")
    with pytest.raises(TooMany):
        sign_in(crm, ana, address="192.0.2.99")
    crm.clock.advance(minutes=16)
    assert sign_in(crm, ana) == ana


def test_an_address_that_guesses_many_logins_is_locked(crm, ana):
    for number in range(services.FAILURES):
        with pytest.raises(NotSignedIn):
            services.sign_in(crm, f"guess{number}", "wrong", "192.0.2.1")
    with pytest.raises(TooMany):
        sign_in(crm, ana)


def test_signing_in_forgets_the_logins_failures(crm, ana):
    with pytest.raises(NotSignedIn):
        sign_in(crm, ana, "wrong")
    sign_in(crm, ana)
    assert SignInFailure.select().where(SignInFailure.subject.startswith("login:")).count() == 0


def test_passwords_are_kept_as_argon2_only(ana):
    assert ana.password_hash.startswith("$argon2id$")
    assert PASSWORD not in ana.password_hash


def test_a_short_password_is_refused(make):
    with pytest.raises(InvalidInput, match="at least 10"):
        make.user(password="short")


def test_a_login_is_given_once(crm, ana):
    with pytest.raises(InvalidInput, match="in use"):
        services.create_user(crm, ana.login.upper(), "Another")


def test_an_unknown_role_is_refused_with_the_known_ones(crm):
    with pytest.raises(InvalidInput, match="administrator"):
        services.create_user(crm, "x", "X", role="king")


def test_a_new_password_ends_all_sessions(crm, ana):
    before = ana.session_epoch
    services.set_password(crm, ana, "a quite new password")
    assert services.get_user(ana.id).session_epoch == before + 1


def test_a_token_opens_the_door_and_only_its_hash_is_kept(crm, ana):
    secret = services.create_token(crm, ana, "robot")
    assert services.user_of_token(crm, secret) == ana
    assert secret not in str(Token.get().__data__)


def test_a_revoked_token_opens_nothing(crm, ana):
    secret = services.create_token(crm, ana, "robot")
    Token.update(revoked_at=crm.clock.now()).execute()
    assert services.user_of_token(crm, secret) is None


def test_making_a_user_is_written_into_the_history(crm, make):
    director = make.user("director")
    with crm.acting(director.id, "web"):
        made = make.user()
    entry = history("user", made.id)[0]
    assert (entry.user_id, entry.source, entry.action) == (director.id, "web", "created")


@pytest.mark.parametrize("name", ["Ana Hoxha", "ana hoxha", " ANA HOXHA "])
def test_a_user_is_found_by_name(ana, name):
    assert services.find_user(name) == ana


def test_nobody_is_found_by_an_unknown_name(ana):
    assert services.find_user("Ghost") is None


def test_an_absent_user_is_not_found(crm):
    with pytest.raises(NotFound):
        services.get_user(404)


def test_a_team_name_is_given_once(crm, make):
    make.team("North")
    with pytest.raises(InvalidInput, match="already a team North"):
        make.team("North")

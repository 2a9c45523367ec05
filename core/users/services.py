"""Users: making, finding, signing in, tokens."""

import secrets
from collections.abc import Iterable
from datetime import timedelta

from argon2 import PasswordHasher
from argon2.exceptions import InvalidHashError, VerifyMismatchError

from core.errors import InvalidInput, NotFound, NotSignedIn, TooMany
from core.i18n import _
from core.runtime import CRM
from core.store import audit
from core.users.models import SignInFailure, Team, Token, User
from core.users.recognition import hash_token
from core.users.recognition import user_of_token as user_of_token
from core.users.roles import ensure_roles as ensure_roles
from core.users.roles import get_role
from core.users.teams import create_team as create_team

SHORTEST_PASSWORD = 10
FAILURES = 8
FAILURE_WINDOW = timedelta(minutes=15)
_hasher = PasswordHasher()


def create_user(
    crm: CRM,
    login: str,
    name: str,
    *,
    role: str = "seller",
    password: str = "",
    team: Team | None = None,
    email: str = "",
    language: str = "",
) -> User:
    """Returns a new user; without a password the user can't sign in. Raises InvalidInput for a login in use."""
    login = login.strip().lower()
    if not login:
        raise InvalidInput(_("A user needs a login."), fields={"login": [_("Type a login.")]})
    if User.get_or_none(User.login == login):
        raise InvalidInput(
            _("The login %(login)s is in use; choose another.", login=login), fields={"login": [_("In use.")]}
        )
    with crm.work():
        user = User.create(
            login=login,
            name=name.strip() or login,
            email=email.strip(),
            role=get_role(role),
            team=team,
            language=language,
            password_hash=hash_password(password) if password else "",
            created_at=crm.clock.now(),
        )
        audit.record(crm, "user", user.id, "created", {"login": [None, login], "role": [None, role]})
    return user


def get_user(user_id: int) -> User:
    """Returns a user; raises NotFound."""
    user = User.get_or_none(User.id == user_id)
    if user is None:
        raise NotFound(_("There is no such user."))
    return user


def users_by_id(user_ids: Iterable[int | None]) -> dict[int, User]:
    """Returns the users of these ids, by id, by one query; None counts for nobody."""
    wanted = sorted({user_id for user_id in user_ids if user_id is not None})
    return {user.id: user for user in User.select().where(User.id.in_(wanted))} if wanted else {}


def find_user(name: str) -> User | None:
    """Returns the user of a login, e-mail or name (case aside), or None."""
    wanted = name.strip().casefold()
    for user in User.select().order_by(User.is_active.desc(), User.id):
        if wanted in (user.login, user.email.casefold(), user.name.casefold()):
            return user
    return None


def active_users() -> list[User]:
    """Returns the active users by name."""
    return list(User.select().where(User.is_active).order_by(User.name))


def hash_password(password: str) -> str:
    """Returns the argon2 hash; raises InvalidInput for a password that is too short."""
    if len(password) < SHORTEST_PASSWORD:
        sentence = _("A password needs at least %(n)s characters.", n=SHORTEST_PASSWORD)
        raise InvalidInput(sentence, fields={"password": [sentence]})
    return _hasher.hash(password)


def set_password(crm: CRM, user: User, password: str) -> None:
    """Gives the user a new password and ends all of the user's sessions."""
    with crm.work():
        user.password_hash = hash_password(password)
        user.session_epoch += 1
        user.save()
        audit.record(crm, "user", user.id, "password changed")


def is_password(user: User, password: str) -> bool:
    """Tells whether this is the user's password."""
    try:
        return bool(user.password_hash) and _hasher.verify(user.password_hash, password)
    except (VerifyMismatchError, InvalidHashError):
        return False


def sign_in(crm: CRM, login: str, password: str, address: str) -> User:
    """Returns the user whose login and password these are.

    Raises NotSignedIn with the same sentence whatever was wrong, and TooMany after eight failures of a login or an
    address within fifteen minutes.
    """
    login = login.strip().lower()
    _check_rate(crm, (f"login:{login}", f"address:{address}"))
    user = User.get_or_none(User.login == login)
    # A hash is computed for unknown logins too, so that the time taken tells nothing.
    stored = user.password_hash if user and user.password_hash else _hasher.hash(secrets.token_hex(8))
    try:
        _hasher.verify(stored, password)
        is_right = bool(user and user.is_active and user.password_hash)
    except (VerifyMismatchError, InvalidHashError):
        is_right = False
    with crm.work():
        if not is_right:
            for subject in (f"login:{login}", f"address:{address}"):
                SignInFailure.create(subject=subject, at=crm.clock.now())
        else:
            SignInFailure.delete().where(SignInFailure.subject == f"login:{login}").execute()
            User.update(last_seen_at=crm.clock.now()).where(User.id == user.id).execute()
    if not is_right:
        raise NotSignedIn(_("Login or password is wrong."))
    return user


def create_token(crm: CRM, user: User, name: str) -> str:
    """Returns the secret of a new REST token; it is shown this once, only its hash is kept."""
    secret = "hk_" + secrets.token_urlsafe(32)
    with crm.work():
        token = Token.create(user=user, name=name, token_hash=hash_token(secret), created_at=crm.clock.now())
        audit.record(crm, "user", user.id, "token created", {"token": [None, token.id]})
    return secret


def _check_rate(crm: CRM, subjects: Iterable[str]) -> None:
    since = crm.clock.now() - FAILURE_WINDOW
    for subject in subjects:
        failures = SignInFailure.select().where(SignInFailure.subject == subject, SignInFailure.at > since).count()
        if failures >= FAILURES:
            raise TooMany(_("Too many failed attempts. Wait a quarter of an hour and try again."))

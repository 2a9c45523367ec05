"""Changing people: what an administrator decides of a user, what users decide of themselves, their tokens."""

from typing import Any

from peewee import JOIN

from core.errors import InvalidInput, NotFound
from core.i18n import LANGUAGE_NAMES, _
from core.runtime import CRM
from core.store import audit
from core.users.models import Role, Team, Token, User
from core.users.services import is_password, set_password

THEMES = ("", "light", "dark")


def change_user(crm: CRM, user: User, **values: Any) -> User:
    """Returns the user with new values of name, login, email, role, team, language, theme, is_active.

    Raises InvalidInput for a login in use, and for a change that would leave nobody to administer.
    """
    before = _facts(user)
    for name, value in values.items():
        setattr(user, name, value)
    user.login = user.login.strip().lower()
    user.name = user.name.strip() or user.login
    if User.select().where(User.login == user.login, User.id != user.id).exists():
        raise InvalidInput(
            _("The login %(login)s is in use; choose another.", login=user.login), fields={"login": [_("In use.")]}
        )
    with crm.work():
        if before["is_active"] and not user.is_active:
            user.session_epoch += 1
        user.save()
        _require_administrator()
        audit.record(crm, "user", user.id, "changed", audit.differences(before, _facts(user)))
    return user


def choose_look(crm: CRM, user: User, *, theme: str | None = None, language: str | None = None) -> None:
    """Saves the look that a user has chosen; what is None stays."""
    if theme is not None and theme not in THEMES:
        raise InvalidInput(_("There is no look %(name)s.", name=theme))
    if language is not None and language not in ("", *LANGUAGE_NAMES):
        raise InvalidInput(_("There is no language %(name)s.", name=language))
    with crm.work():
        user.theme = user.theme if theme is None else theme
        user.language = user.language if language is None else language
        user.save(only=[User.theme, User.language])


def end_sessions(crm: CRM, user: User) -> None:
    """Signs the user out everywhere."""
    with crm.work():
        User.update(session_epoch=User.session_epoch + 1).where(User.id == user.id).execute()
        audit.record(crm, "user", user.id, "signed out everywhere")


def change_own_password(crm: CRM, user: User, old: str, new: str) -> None:
    """Gives users a new password who know the old one; all their sessions end. Raises InvalidInput."""
    if not is_password(user, old):
        raise InvalidInput(_("The present password is wrong."), fields={"old": [_("Wrong.")]})
    set_password(crm, user, new)


def tokens_of(user: User) -> list[Token]:
    """Returns the user's REST tokens that are not revoked, newest first."""
    return list(Token.select().where(Token.user == user, Token.revoked_at.is_null()).order_by(Token.id.desc()))


def revoke_token(crm: CRM, user: User, token_id: int) -> None:
    """Makes a token of the user useless at once; raises NotFound for one of somebody else."""
    with crm.work():
        changed = (
            Token.update(revoked_at=crm.clock.now())
            .where(Token.id == token_id, Token.user == user, Token.revoked_at.is_null())
            .execute()
        )
        if not changed:
            raise NotFound(_("There is no such token."))
        audit.record(crm, "user", user.id, "token revoked", {"token": [token_id, None]})


def all_users() -> list[User]:
    """Returns every user with role and team, the active ones first, by name."""
    query = User.select(User, Role, Team).join(Role).switch(User).join(Team, JOIN.LEFT_OUTER)
    return list(query.order_by(User.is_active.desc(), User.name))


def _require_administrator() -> None:
    able = (user for user in User.select(User, Role).join(Role).where(User.is_active, User.password_hash != ""))
    if not any(user.can("admin.users") for user in able):
        sentence = _("Nobody would be left who may manage users. Make somebody else an administrator first.")
        raise InvalidInput(sentence, fields={"role": [sentence]})


def _facts(user: User) -> dict[str, Any]:
    return {
        "login": user.login,
        "name": user.name,
        "email": user.email,
        "role": user.role.key,
        "team": user.team.name if user.team else None,
        "language": user.language,
        "is_active": user.is_active,
    }

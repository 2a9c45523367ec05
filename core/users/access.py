"""Who may see and do what: the one place through which every query of a page, API call, report or export passes."""

from typing import Any

from peewee import Expression, Value

from core.errors import NotAllowed
from core.i18n import _
from core.users.models import Team, User

_SEEN = "_seen_owner_ids"


def require(user: User, permission: str) -> None:
    """Raises NotAllowed unless the user holds the permission."""
    if not user.can(permission):
        raise NotAllowed(_("You don't have the right to do this. Ask your administrator."))


def visible_to(user: User, owner: Any) -> Expression:
    """Returns the condition that keeps the records which `user` may see.

    `owner` is the column (or column of an alias) with the responsible user's id. Scope *own* sees own records, *team*
    those of its team and of teams it heads (with all teams below), *all* sees everything. Records without an owner
    are seen by *team* and *all*.
    """
    scope = user.role.scope
    if scope == "all":
        return Value(1) == 1
    if scope == "team":
        return owner.in_(seen_owner_ids(user)) | owner.is_null()
    return owner == user.id


def remember_seen(user: User) -> None:
    """Lets whose records the user sees be looked up once only: for a user who lives as long as one request."""
    user.__dict__.setdefault(_SEEN, [])


def seen_owner_ids(user: User) -> list[int]:
    """Returns the ids of the users whose records `user` sees under the scope *team*, with the user's own."""
    if not user.__dict__.get(_SEEN):
        found = _find_seen(user)
        if _SEEN not in user.__dict__:
            return found
        user.__dict__[_SEEN] = found
    return user.__dict__[_SEEN]


def _find_seen(user: User) -> list[int]:
    teams = team_ids(user)
    colleagues = User.select(User.id).where(User.team.in_(teams)).tuples() if teams else []
    return sorted({user.id, *(row[0] for row in colleagues)})


def team_ids(user: User) -> list[int]:
    """Returns the user's own team and every team below the teams that the user heads."""
    rows = list(Team.select(Team.id, Team.parent, Team.head_id).tuples())
    seen = {row[0] for row in rows if row[2] == user.id}
    if user.team_id:
        seen.add(user.team_id)
    headed = {row[0] for row in rows if row[2] == user.id}
    while True:
        below = {row[0] for row in rows if row[1] in headed} - headed
        if not below:
            return sorted(seen | headed)
        headed |= below

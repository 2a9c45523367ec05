"""Who has a stage, or works up a loss: written as one word that form, REST and TOML share.

The word is `owner`, `head` (of the owner's team), `user:<login>`, `role:<key>`, or empty for nobody.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

from marshmallow import ValidationError, fields

from core.errors import InvalidInput
from core.i18n import Text, _, lazy
from core.users.models import Role, User
from core.users.roles import all_roles
from core.users.services import active_users

OWNER, HEAD, USER, ROLE = "owner", "head", "user", "role"
RESPONSIBLES = {
    OWNER: lazy("The deal's owner"),
    HEAD: lazy("The head of the owner's team"),
    USER: lazy("A certain user"),
    ROLE: lazy("Whoever has a role"),
}


@dataclass(frozen=True)
class Responsible:
    """Who is meant: `kind` is one of RESPONSIBLES, or empty for nobody; `user` and `role` go with it."""

    kind: str = OWNER
    user: User | None = None
    role: Role | None = None


def written(kind: str, user: User | None, role: Role | None) -> str:
    """Returns the word for who is meant."""
    if kind == USER and user is not None:
        return f"{USER}:{user.login}"
    if kind == ROLE and role is not None:
        return f"{ROLE}:{role.key}"
    return kind


def read(word: str) -> Responsible:
    """Returns who is meant by a word; raises InvalidInput that names the login or role that is missing."""
    kind, _colon, name = word.strip().partition(":")
    if kind == USER and name:
        user = User.get_or_none(User.login == name)
        if user is None:
            raise InvalidInput(_("There is no user with the login “%(login)s”.", login=name))
        return Responsible(USER, user)
    if kind == ROLE and name:
        role = Role.get_or_none(Role.key == name)
        if role is None:
            known = ", ".join(one.key for one in all_roles())
            raise InvalidInput(_("There is no role “%(key)s”; known are %(known)s.", key=name, known=known))
        return Responsible(ROLE, role=role)
    if word.strip() in ("", OWNER, HEAD):
        return Responsible(kind)
    raise InvalidInput(_("“%(word)s” names nobody; write owner, head, user:<login> or role:<key>.", word=word.strip()))


def choice_groups(chosen: Iterable[str] = ()) -> list[tuple[Text, list[tuple[str, Text]]]]:
    """Returns the choices of a form under their headings; users who were chosen stay though they may be gone."""
    roles = [(f"{ROLE}:{role.key}", role.label) for role in all_roles()]
    users = [(f"{USER}:{user.login}", user.name) for user in active_users()]
    logins = {word.partition(":")[2] for word in chosen if word.startswith(f"{USER}:") and word not in dict(users)}
    for gone in User.select().where(User.login.in_(logins)) if logins else ():
        users.append((f"{USER}:{gone.login}", _("%(name)s (does not work here any more)", name=gone.name)))
    return [
        ("", [(OWNER, RESPONSIBLES[OWNER]), (HEAD, RESPONSIBLES[HEAD])]),
        (lazy("Whoever has a role"), roles),
        (lazy("A certain user"), users),
    ]


def choices(nobody: Text = "—") -> list[tuple[str, Text]]:
    """Returns the choices of a form as one list, nobody first."""
    (_none, general), (_role, roles), (_user, users) = choice_groups()
    role_word = _("Role: %(role)s")
    return [("", nobody), *general, *((word, role_word % {"role": label}) for word, label in roles), *users]


def with_people(rows: Iterable[Any]) -> list[Any]:
    """Returns versions' rows with their users and roles at hand, by one query each at most."""
    rows = list(rows)
    for name, model in (("user", User), ("role", Role)):
        ids = {row.__data__[name] for row in rows if row.__data__[name] is not None}
        found = {one.id: one for one in model.select().where(model.id.in_(ids))} if ids else {}
        for row in rows:
            if row.__data__[name] is not None:
                setattr(row, name, found[row.__data__[name]])
        for row in rows:
            row._dirty.clear()
    return rows


class ResponsibleField(fields.String):
    """A field for who is meant; a record keeps it in three columns, named after the field: kind, user and role."""

    def _serialize(self, value: Any, attr: str | None, obj: Any, **kwargs: Any) -> str:
        name = attr or ""
        user, role = (getattr(obj, name.replace("responsible", word), None) for word in (USER, ROLE))
        return written(value or "", user, role)

    def _deserialize(self, value: Any, attr: str | None, data: Any, **kwargs: Any) -> Responsible:
        try:
            return read(super()._deserialize(value, attr, data, **kwargs))
        except InvalidInput as error:
            raise ValidationError(str(error)) from error

"""The fields of users and teams, for filters, groups and the chooser."""

from core.fields.tree import Entity, Field
from core.i18n import lazy
from core.runtime import CRM
from core.users.models import Role, Team, User
from core.users.roles import STANDARD_ROLES


def user_entity(crm: CRM) -> Entity:
    """Returns what can be asked of users."""
    return Entity(
        "user",
        lazy("User"),
        User,
        (
            Field("name", lazy("Name"), "text", User.name),
            Field("login", lazy("Login"), "text", User.login),
            Field("email", lazy("E-mail"), "text", User.email),
            Field("team", lazy("Team"), "link", User.team, target="team"),
            Field("role", lazy("Role"), "link", User.role, target="role"),
            Field("is_active", lazy("Active"), "bool", User.is_active),
        ),
    )


def team_entity(crm: CRM) -> Entity:
    """Returns what can be asked of teams."""
    return Entity(
        "team",
        lazy("Team"),
        Team,
        (
            Field("name", lazy("Name"), "text", Team.name),
            Field("head", lazy("Head"), "user", Team.head_id, target="user"),
            Field("parent", lazy("Team above"), "link", Team.parent, target="team"),
        ),
    )


def role_entity(crm: CRM) -> Entity:
    """Returns what can be asked of roles."""
    standard = {str(label.message): label for _key, label, _scope in STANDARD_ROLES}
    fields = (Field("name", lazy("Name"), "text", Role.name),)
    return Entity("role", lazy("Role"), Role, fields, words=lambda name: str(standard.get(name, name)))

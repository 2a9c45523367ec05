"""The pages on which an administrator looks after users."""

from collections.abc import Mapping
from typing import Any

from flask import Blueprint, request
from marshmallow import Schema, fields, validate
from werkzeug.wrappers import Response

from core.i18n import LANGUAGE_NAMES, Text, _, lazy
from core.stages.naming import types_naming
from core.users import people
from core.users.models import Team, User
from core.users.roles import all_roles, get_role
from core.users.services import create_user, get_user, set_password
from core.users.teams import get_team
from core.web.context import crm, needs
from core.web.forms import SchemaForm
from core.web.pages import go, page

blueprint = Blueprint("users", __name__, template_folder="templates")


def role_choices() -> list[tuple[str, Text]]:
    """Returns the roles to choose from."""
    return [(role.key, role.label) for role in all_roles()]


def team_choices() -> list[tuple[int, Text]]:
    """Returns the teams to choose from."""
    return [(team.id, team.name) for team in Team.select().order_by(Team.name)]


class UserSchema(Schema):
    """What an administrator decides of a user."""

    name = fields.String(required=True, validate=validate.Length(1, 100), metadata={"label": lazy("Name")})
    login = fields.String(
        required=True,
        validate=validate.Length(1, 100),
        metadata={"label": lazy("Login"), "help": lazy("What the user types to sign in.")},
    )
    email = fields.Email(load_default="", metadata={"label": lazy("E-mail")})
    role = fields.String(required=True, metadata={"label": lazy("Role"), "choices": role_choices})
    team = fields.Integer(load_default=None, allow_none=True, metadata={"label": lazy("Team"), "choices": team_choices})
    language = fields.String(
        load_default="",
        validate=validate.OneOf(["", *LANGUAGE_NAMES], [lazy("As the browser"), *LANGUAGE_NAMES.values()]),
        metadata={"label": lazy("Language")},
    )


class NewUserSchema(UserSchema):
    """A new user, with a first password."""

    password = fields.String(
        load_default="",
        load_only=True,
        metadata={
            "label": lazy("Password"),
            "secret": True,
            "help": lazy("At least 10 characters. Without one the user can't sign in."),
        },
    )


class PasswordSchema(Schema):
    """A password that an administrator gives."""

    password = fields.String(
        required=True,
        load_only=True,
        metadata={"label": lazy("New password"), "secret": True, "help": lazy("At least 10 characters.")},
    )


@blueprint.get("/")
@needs("admin.users")
def index() -> str:
    """Shows all users."""
    users = people.all_users()
    return page("users/users.html", users=users, naming=types_naming([one.id for one in users if not one.is_active]))


@blueprint.route("/new", methods=["GET", "POST"])
@needs("admin.users")
def new() -> str | Response:
    """Makes a user."""
    form = SchemaForm(NewUserSchema, {"role": "seller"})
    if request.method == "POST":
        with form.catching():
            user = create_user(crm(), **_with_team(form.read(request.form)))
            return go("users.index", _("%(name)s can work with Hinka now.", name=user.name))
    return page("users/user.html", user=None, form=form)


@blueprint.route("/<int:user_id>", methods=["GET", "POST"])
@needs("admin.users")
def edit(user_id: int) -> str | Response:
    """Shows and changes a user."""
    user = get_user(user_id)
    form = SchemaForm(UserSchema, _values(user))
    if request.method == "POST":
        with form.catching():
            values = _with_team(form.read(request.form))
            people.change_user(crm(), user, **{**values, "role": get_role(values["role"])})
            return go("users.index", _("Saved."))
    return _card(user_id, form, SchemaForm(PasswordSchema))


@blueprint.post("/<int:user_id>/password")
@needs("admin.users")
def password(user_id: int) -> str | Response:
    """Gives a user a new password."""
    user = get_user(user_id)
    form = SchemaForm(PasswordSchema)
    with form.catching():
        set_password(crm(), user, form.read(request.form)["password"])
        return go("users.index", _("%(name)s has a new password.", name=user.name))
    return _card(user_id, SchemaForm(UserSchema, _values(user)), form)


@blueprint.post("/<int:user_id>/active")
@needs("admin.users")
def active(user_id: int) -> Response:
    """Lets a user in again, or not any more; what the user did stays."""
    user = get_user(user_id)
    is_active = request.form.get("is_active") == "yes"
    people.change_user(crm(), user, is_active=is_active)
    if not is_active and (naming := types_naming([user.id]).get(user.id)):
        types = ", ".join(one.deal_type.name for one in naming)
        sentence = _("%(name)s can't sign in any more, but is still named by %(types)s.", name=user.name, types=types)
        return go("users.edit", sentence, user_id=user.id)
    sentence = _("%(name)s can sign in again.") if is_active else _("%(name)s can't sign in any more.")
    return go("users.index", sentence % {"name": user.name})


def _card(user_id: int, form: SchemaForm, password_form: SchemaForm) -> str:
    naming = types_naming([user_id]).get(user_id, [])
    return page("users/user.html", user=get_user(user_id), form=form, password_form=password_form, naming=naming)


def _values(user: User) -> dict[str, Any]:
    return {
        "name": user.name,
        "login": user.login,
        "email": user.email,
        "role": user.role.key,
        "team": user.team_id,
        "language": user.language,
    }


def _with_team(values: Mapping[str, Any]) -> dict[str, Any]:
    return {**values, "team": get_team(values["team"]) if values["team"] else None}

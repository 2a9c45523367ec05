"""REST of users: who there is, and whom a token belongs to."""

from flask import Response
from marshmallow import Schema, fields

from core.users.models import User
from core.users.services import get_user
from core.web.context import user
from core.web.rest import ID, Resource, answer, listing, rest_blueprint

blueprint = rest_blueprint("users", "The people who work with the CRM")
blueprints = (blueprint,)


class UserSchema(Schema):
    """A user as colleagues see each other."""

    id = fields.Integer(dump_only=True)
    login = fields.String(dump_only=True)
    name = fields.String(dump_only=True)
    email = fields.String(dump_only=True)
    role = fields.Integer(dump_only=True, attribute="role_id")
    team = fields.Integer(dump_only=True, attribute="team_id", allow_none=True)
    language = fields.String(dump_only=True)
    is_active = fields.Boolean(dump_only=True)


USERS = Resource(
    "users",
    User,
    UserSchema,
    lambda _reader: User.select(),
    entity="user",
    search=lambda text: User.name.contains(text),
    order="name",
)


@blueprint.list("/users", USERS)
def list_users() -> Response:
    """Lists users."""
    return listing(USERS)


@blueprint.get("/users/me", USERS)
def get_me() -> Response:
    """Shows whom the token belongs to."""
    return answer(USERS, user())


@blueprint.get(f"/users/<{ID}:user_id>", USERS)
def get_one_user(user_id: int) -> Response:
    """Shows a user."""
    return answer(USERS, get_user(user_id))

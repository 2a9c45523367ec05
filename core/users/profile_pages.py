"""The pages on which users decide about themselves: name, look, language, password, REST tokens."""

from flask import Blueprint, request
from marshmallow import Schema, fields, validate
from werkzeug.wrappers import Response

from core.i18n import LANGUAGE_NAMES, _, lazy
from core.users import people
from core.users.services import SHORTEST_PASSWORD, create_token
from core.web.context import crm, user
from core.web.forms import SchemaForm
from core.web.pages import go, go_to, page, safe_next
from core.web.session import begin_session

blueprint = Blueprint("profile", __name__, template_folder="templates")


class ProfileSchema(Schema):
    """What users say of themselves."""

    name = fields.String(required=True, validate=validate.Length(1, 100), metadata={"label": lazy("Name")})
    email = fields.Email(load_default="", metadata={"label": lazy("E-mail")})
    language = fields.String(
        load_default="",
        validate=validate.OneOf(["", *LANGUAGE_NAMES], [lazy("As the browser"), *LANGUAGE_NAMES.values()]),
        metadata={"label": lazy("Language")},
    )
    theme = fields.String(
        load_default="",
        validate=validate.OneOf(people.THEMES, [lazy("As the system"), lazy("Light"), lazy("Dark")]),
        metadata={"label": lazy("Look")},
    )


class PasswordSchema(Schema):
    """A change of one's own password."""

    old = fields.String(required=True, load_only=True, metadata={"label": lazy("Present password"), "secret": True})
    new = fields.String(
        required=True,
        load_only=True,
        validate=validate.Length(min=SHORTEST_PASSWORD),
        metadata={"label": lazy("New password"), "secret": True, "help": lazy("At least 10 characters.")},
    )


class TokenSchema(Schema):
    """A new REST token."""

    name = fields.String(
        required=True,
        validate=validate.Length(1, 100),
        metadata={"label": lazy("What is it for?"), "placeholder": lazy("e.g. the web shop")},
    )


@blueprint.route("/", methods=["GET", "POST"])
def index() -> str | Response:
    """Shows and saves name, e-mail, language and look."""
    form = SchemaForm(ProfileSchema, user())
    if request.method == "POST":
        with form.catching():
            people.change_user(crm(), user(), **form.read(request.form))
            return go("profile.index", _("Saved."))
    return _show(form=form)


@blueprint.post("/look")
def look() -> Response:
    """Saves a look or language chosen in the menu, and shows the same page in it."""
    people.choose_look(crm(), user(), theme=request.form.get("theme"), language=request.form.get("language"))
    here = request.referrer or ""
    return go_to(safe_next(here.removeprefix(request.host_url.rstrip("/"))))


@blueprint.post("/password")
def password() -> str | Response:
    """Changes the password; all other sessions end, this one goes on."""
    form = SchemaForm(PasswordSchema)
    with form.catching():
        values = form.read(request.form)
        people.change_own_password(crm(), user(), values["old"], values["new"])
        begin_session(user())
        return go("profile.index", _("The password is changed; you are signed out on all other devices."))
    return _show(password_form=form)


@blueprint.post("/tokens")
def new_token() -> str | Response:
    """Makes a REST token and shows its secret, this once."""
    form = SchemaForm(TokenSchema)
    with form.catching():
        secret = create_token(crm(), user(), form.read(request.form)["name"])
        return _show(secret=secret)
    return _show(token_form=form)


@blueprint.post("/tokens/<int:token_id>/revoke")
def revoke_token(token_id: int) -> Response:
    """Revokes a token of one's own."""
    people.revoke_token(crm(), user(), token_id)
    return go("profile.index", _("The token is revoked."))


def _show(
    form: SchemaForm | None = None,
    password_form: SchemaForm | None = None,
    token_form: SchemaForm | None = None,
    secret: str = "",
) -> str:
    return page(
        "users/profile.html",
        form=form or SchemaForm(ProfileSchema, user()),
        password_form=password_form or SchemaForm(PasswordSchema),
        token_form=token_form or SchemaForm(TokenSchema),
        tokens=people.tokens_of(user()),
        secret=secret,
    )

"""The pages of teams: the tree, and each team with its head."""

from collections.abc import Mapping
from typing import Any

from flask import Blueprint, request
from marshmallow import Schema, fields, validate
from werkzeug.wrappers import Response

from core.i18n import Text, _, lazy
from core.users import teams
from core.users.pages import team_choices
from core.users.services import active_users, get_user
from core.web.context import crm, needs
from core.web.forms import SchemaForm
from core.web.pages import go, page

blueprint = Blueprint("teams", __name__, template_folder="templates")


def user_choices() -> list[tuple[int, Text]]:
    """Returns the active users to choose from."""
    return [(user.id, user.name) for user in active_users()]


class TeamSchema(Schema):
    """A team."""

    name = fields.String(required=True, validate=validate.Length(1, 100), metadata={"label": lazy("Name")})
    head = fields.Integer(
        load_default=None,
        allow_none=True,
        metadata={
            "label": lazy("Head"),
            "choices": user_choices,
            "help": lazy("Sees what this team and the teams below it do."),
        },
    )
    parent = fields.Integer(
        load_default=None, allow_none=True, metadata={"label": lazy("Below the team"), "choices": team_choices}
    )


@blueprint.get("/")
@needs("admin.users")
def index() -> str:
    """Shows the tree of teams."""
    return page("users/teams.html", branches=teams.team_tree())


@blueprint.route("/new", methods=["GET", "POST"])
@needs("admin.users")
def new() -> str | Response:
    """Makes a team."""
    form = SchemaForm(TeamSchema, {"parent": request.args.get("parent")})
    if request.method == "POST":
        with form.catching():
            team = teams.create_team(crm(), **_records(form.read(request.form)))
            return go("teams.index", _("The team %(name)s is made.", name=team.name))
    return page("users/team.html", team=None, form=form)


@blueprint.route("/<int:team_id>", methods=["GET", "POST"])
@needs("admin.users")
def edit(team_id: int) -> str | Response:
    """Shows and changes a team."""
    team = teams.get_team(team_id)
    values = {"name": team.name, "head": team.head_id, "parent": team.parent_id}
    form = SchemaForm(TeamSchema, values)
    if request.method == "POST":
        with form.catching():
            teams.change_team(crm(), team, **_records(form.read(request.form)))
            return go("teams.index", _("Saved."))
    return page("users/team.html", team=team, form=form)


@blueprint.post("/<int:team_id>/delete")
@needs("admin.users")
def delete(team_id: int) -> Response:
    """Deletes a team that has no members and no teams below it."""
    teams.delete_team(crm(), teams.get_team(team_id))
    return go("teams.index", _("The team is deleted."))


def _records(values: Mapping[str, Any]) -> dict[str, Any]:
    return {
        "name": values["name"],
        "head": get_user(values["head"]) if values["head"] else None,
        "parent": teams.get_team(values["parent"]) if values["parent"] else None,
    }

"""The page of roles: a matrix of permissions by roles."""

from itertools import groupby

from flask import Blueprint, request
from marshmallow import Schema, fields
from werkzeug.wrappers import Response

from core.hooks.contributions import Permission
from core.i18n import _, lazy
from core.users import roles
from core.users.pages import role_choices
from core.web.context import crm, needs
from core.web.forms import SchemaForm
from core.web.pages import go, page

blueprint = Blueprint("roles", __name__, template_folder="templates")


class RoleSchema(Schema):
    """A new role."""

    name = fields.String(required=True, metadata={"label": lazy("Name")})
    like = fields.String(load_default="", metadata={"label": lazy("With the rights of"), "choices": role_choices})


@blueprint.get("/")
@needs("admin.users")
def index() -> str:
    """Shows the matrix."""
    return _show()


@blueprint.post("/")
@needs("admin.users")
def save() -> Response:
    """Saves the matrix: every tick and every scope."""
    wanted = {
        role.id: roles.RoleRights(
            request.form.get(f"scope-{role.id}", role.scope),
            frozenset(request.form.getlist(f"permissions-{role.id}")),
        )
        for role in roles.all_roles()
    }
    roles.change_roles(crm(), wanted)
    return go("roles.index", _("Saved. The new rights hold at once."))


@blueprint.post("/new")
@needs("admin.users")
def new() -> str | Response:
    """Makes a role."""
    form = SchemaForm(RoleSchema)
    with form.catching():
        values = form.read(request.form)
        like = roles.get_role(values["like"]) if values["like"] else None
        role = roles.create_role(crm(), values["name"], like=like)
        return go("roles.index", _("The role %(name)s is made.", name=role.name))
    return _show(form)


@blueprint.post("/<int:role_id>/delete")
@needs("admin.users")
def delete(role_id: int) -> Response:
    """Deletes a role of one's own making."""
    roles.delete_role(crm(), role_id)
    return go("roles.index", _("The role is deleted."))


def _show(form: SchemaForm | None = None) -> str:
    return page(
        "users/roles.html",
        roles=roles.all_roles(),
        scopes=roles.SCOPES,
        groups=_permission_groups(),
        form=form or SchemaForm(RoleSchema),
    )


def _permission_groups() -> list[tuple[str, list[Permission]]]:
    """Returns the permissions under the title of what they belong to."""
    titles = {
        "clients": _("Clients"),
        "deals": _("Deals"),
        "admin": _("Administration"),
        **{plugin.name: _(plugin.title) for plugin in crm().plugins},
    }
    order = {name: place for place, name in enumerate(("clients", "deals"))}
    order["admin"] = 1000
    found = sorted(
        crm().permissions.values(), key=lambda one: (order.get(one.key.split(".")[0], 500), one.key.split(".")[0])
    )
    grouped = groupby(found, key=lambda one: one.key.split(".")[0])
    return [(titles.get(name, name.capitalize()), list(permissions)) for name, permissions in grouped]

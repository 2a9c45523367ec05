"""The pages of settings: a form for each group that the core or a plugin declares."""

from flask import Blueprint, request
from werkzeug.wrappers import Response

from core import builtin
from core.hooks.contributions import SettingsGroup
from core.i18n import _
from core.users.access import require
from core.web.admin.worktime import year_of
from core.web.context import can, crm, needs, user
from core.web.forms import SchemaForm
from core.web.pages import go, page
from core.worktime_settings import GROUP

blueprint = Blueprint("settings", __name__)


@blueprint.get("/")
@needs("admin.settings")
def index() -> str | Response:
    """Shows the first group."""
    return edit("company")


@blueprint.route("/group/<key>", methods=["GET", "POST"])
def edit(key: str) -> str | Response:
    """Shows and saves one group."""
    values = crm().settings.get(key)
    group = crm().settings.groups[key]
    require(user(), group.permission)
    form = SchemaForm(group.schema, values, fixed=crm().settings.fixed_names(key))
    if request.method == "POST":
        with form.catching():
            crm().settings.save(key, form.read(request.form, partial=True))
            return go("settings.edit", _("Saved."), key=key)
    year = year_of(values) if key == GROUP else None
    return page("admin/settings.html", group=group, groups=_seen_groups(), form=form, config=crm().config, year=year)


def _seen_groups() -> list[SettingsGroup]:
    """Returns the groups that the user may change: our own, then those of plugins."""
    own = [group.key for group in builtin.settings_groups()]
    groups = sorted(crm().settings.groups.values(), key=lambda group: group.key not in own)
    return [group for group in groups if can(group.permission)]

"""The page of saved plans: keep the one in the address, see those that were kept, delete them."""

from urllib.parse import urlencode

from flask import Blueprint, request, url_for
from werkzeug.wrappers import Response

from core.api import gettext as _
from core.api import go, go_to, needs, page, present_crm, present_user
from plugins.reports.plan import saving
from plugins.reports.plan.asking import ask
from plugins.reports.plan.report import NAME, PARAMETERS
from plugins.reports.settings.parameters import read_settings

blueprint = Blueprint("reports_plans", __name__)


@blueprint.get("/")
@needs("reports.read")
def index() -> str:
    """Shows the plans that were kept, and a form to keep the one that the address describes."""
    pairs = list(request.args.items(multi=True))
    return page("reports/plans.html", plans=saving.plans_of(present_user()), pairs=pairs, address=urlencode(pairs))


@blueprint.post("/")
@needs("reports.plan")
def keep() -> Response:
    """Keeps the plan that the address describes and shows it beside what was done."""
    crm, user, pairs = present_crm(), present_user(), list(request.args.items(multi=True))
    asked = ask(crm, user, read_settings(crm, user, NAME, PARAMETERS, pairs, ()))
    plan = saving.save_plan(
        crm, user, request.form.get("name", ""), asked, pairs, is_shared="shared" in request.form
    )  # fmt: skip
    return go_to(
        url_for("reports.show", name="plan-fact", plan=plan.id), _("The plan “%(name)s” is kept.", name=plan.name)
    )


@blueprint.post("/<int:plan_id>/delete")
@needs("reports.plan")
def delete(plan_id: int) -> Response:
    """Deletes a plan."""
    plan = saving.get_plan(present_user(), str(plan_id))
    saving.delete_plan(present_crm(), present_user(), plan)
    return go("reports_plans.index", _("The plan “%(name)s” is deleted.", name=plan.name))

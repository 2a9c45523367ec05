"""The pages where standards of service and costs of marketing are typed."""

from collections.abc import Mapping
from datetime import date
from typing import Any

from flask import Blueprint, request, url_for
from werkzeug.wrappers import Response

from core.api import InvalidInput, go_to, needs, page, present_crm
from core.api import gettext as _
from plugins.reports.people import setup
from plugins.reports.settings.periods import Period, add_months

blueprint = Blueprint("reports_setup", __name__)
RIGHT = "reports.set_up"


@blueprint.route("/standards", methods=["GET", "POST"])
@needs(RIGHT)
def standards() -> str | Response:
    """Shows the categories with how often their clients are to hear from us, and takes what is typed."""
    crm, wrong, typed = present_crm(), {}, None
    if request.method == "POST":
        typed = _typed("days-")
        try:
            setup.set_standards(crm, typed)
        except InvalidInput as error:
            wrong = error.fields
        else:
            return go_to(url_for("reports.show", name="standards"), _("The standards are saved."))
    values = setup.standards() if typed is None else typed
    rows = [(key, name, values.get(key, ""), wrong.get(f"days-{key}")) for key, name in setup.categories(crm)]
    return page("reports/standards.html", rows=rows)


@blueprint.route("/costs", methods=["GET", "POST"])
@needs(RIGHT)
def costs() -> str | Response:
    """Shows the sources with what they cost in a month, and takes what is typed."""
    crm, wrong, typed = present_crm(), {}, None
    month = _month(request.args.get("month", ""), crm.today())
    if request.method == "POST":
        typed = _typed("cost-")
        try:
            setup.set_costs(crm, month, typed)
        except InvalidInput as error:
            wrong = error.fields
        else:
            words = _("The costs of %(month)s are saved.", month=_month_words(month))
            return go_to(url_for("reports_setup.costs", month=f"{month:%Y-%m}"), words)
    values = setup.costs(month) if typed is None else typed
    rows = [(key, name, _written(values.get(key)), wrong.get(f"cost-{key}")) for key, name in setup.sources(crm)]
    return page(
        "reports/costs.html",
        rows=rows,
        month=_month_words(month),
        currency=crm.currency,
        before=f"{add_months(month, -1):%Y-%m}",
        after=f"{add_months(month, 1):%Y-%m}",
        address=url_for("reports_setup.costs", month=f"{month:%Y-%m}"),
    )


def _typed(prefix: str) -> Mapping[int, str]:
    sent = request.form.items()
    return {int(key): value for name, value in sent if name.startswith(prefix)
            and (key := name.removeprefix(prefix)).isdecimal() and len(key) < 10}  # fmt: skip


def _month(text: str, today: date) -> date:
    try:
        return date.fromisoformat(f"{text}-01")
    except ValueError:
        return today.replace(day=1)


def _month_words(month: date) -> str:
    return Period(month, add_months(month, 1)).words()


def _written(value: Any) -> str:
    if value is None or isinstance(value, str):
        return value or ""
    return format(value.normalize(), "f")

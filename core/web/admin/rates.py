"""The page of exchange rates: what a unit of a currency was worth in the company's, by date."""

from flask import Blueprint, request
from marshmallow import Schema, fields, validate
from werkzeug.wrappers import Response

from core.deals import rates
from core.i18n import _, lazy
from core.web.context import crm, needs
from core.web.forms import SchemaForm
from core.web.pages import go, page

blueprint = Blueprint("rates", __name__)


class RateSchema(Schema):
    """The rate of a currency on a day."""

    currency = fields.String(
        required=True,
        validate=validate.Regexp(r"^[A-Z]{3}$", error=lazy("Three letters, such as USD.")),
        metadata={"label": lazy("Currency"), "placeholder": "USD"},
    )
    rate_on = fields.Date(required=True, metadata={"label": lazy("From the day")})
    rate = fields.Decimal(required=True, metadata={"label": lazy("Rate"), "placeholder": "0.92"})


@blueprint.route("/", methods=["GET", "POST"])
@needs("admin.settings")
def index() -> str | Response:
    """Shows the rates, and saves one."""
    form = SchemaForm(RateSchema, {"rate_on": crm().today()})
    if request.method == "POST":
        with form.catching():
            values = form.read(request.form)
            rates.set_rate(crm(), values["currency"], values["rate_on"], values["rate"])
            return go("rates.index", _("Saved."))
    return page("admin/rates.html", form=form, rates=rates.newest_rates(), base=crm().currency)


@blueprint.post("/<int:rate_id>/delete")
@needs("admin.settings")
def delete(rate_id: int) -> Response:
    """Deletes a rate; deals that are closed keep their figures."""
    rates.delete_rate(crm(), rate_id)
    return go("rates.index", _("The rate is deleted."))

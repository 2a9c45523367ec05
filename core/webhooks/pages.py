"""The pages of webhooks, under settings: who is told of what, and how the last deliveries went."""

from flask import Blueprint, request
from werkzeug.wrappers import Response

from core.i18n import Text, _, lazy
from core.web.context import crm, needs, user
from core.web.forms import SchemaForm
from core.web.pages import go, page
from core.webhooks import services
from core.webhooks.models import Webhook
from core.webhooks.schemas import WebhookSchema

blueprint = Blueprint("webhooks", __name__, template_folder="templates")
RIGHT = "admin.settings"
STATES: dict[str, tuple[Text, str]] = {
    "waiting": (lazy("Waiting"), "secondary"),
    "failed": (lazy("Failed"), "red"),
    "delivered": (lazy("Delivered"), "green"),
}


@blueprint.route("/", methods=["GET", "POST"])
@needs(RIGHT)
def index() -> str | Response:
    """Shows the webhooks, and makes one; its secret is shown on the page that follows, this once."""
    form = SchemaForm(WebhookSchema(exclude=["is_active"]))
    if request.method == "POST":
        with form.catching():
            webhook, secret = services.create_webhook(crm(), user(), **form.read(request.form))
            return _card(webhook, secret=secret)
    return page("webhooks/index.html", form=form, webhooks=list(Webhook.select().order_by(Webhook.id)))


@blueprint.route("/<int:webhook_id>", methods=["GET", "POST"])
@needs(RIGHT)
def card(webhook_id: int) -> str | Response:
    """Shows a webhook with its last deliveries, and changes it."""
    webhook = services.get_webhook(webhook_id)
    form = _form(webhook)
    if request.method == "POST":
        with form.catching():
            services.change_webhook(crm(), webhook, **form.read(request.form))
            return go("webhooks.card", _("Saved."), webhook_id=webhook_id)
    return _card(webhook, form)


@blueprint.post("/<int:webhook_id>/secret")
@needs(RIGHT)
def secret(webhook_id: int) -> str:
    """Gives the webhook a new secret and shows it, this once."""
    webhook = services.get_webhook(webhook_id)
    return _card(webhook, secret=services.renew_secret(crm(), webhook))


@blueprint.post("/<int:webhook_id>/ping")
@needs(RIGHT)
def ping(webhook_id: int) -> Response:
    """Sends an event by which the webhook can be tried."""
    services.ping(crm(), services.get_webhook(webhook_id))
    return go("webhooks.card", _("A ping is on its way; look at the deliveries."), webhook_id=webhook_id)


@blueprint.post("/<int:webhook_id>/deliveries/<int:delivery_id>/replay")
@needs(RIGHT)
def replay(webhook_id: int, delivery_id: int) -> Response:
    """Sends a delivery once more."""
    services.replay(crm(), services.get_delivery(services.get_webhook(webhook_id), delivery_id))
    return go("webhooks.card", _("It will be sent once more shortly."), webhook_id=webhook_id)


@blueprint.post("/<int:webhook_id>/delete")
@needs(RIGHT)
def delete(webhook_id: int) -> Response:
    """Deletes a webhook with its log."""
    services.delete_webhook(crm(), services.get_webhook(webhook_id))
    return go("webhooks.index", _("The webhook is deleted."))


def _form(webhook: Webhook) -> SchemaForm:
    """Returns the form with what the webhook is told beyond the list: events of plugins, whole families."""
    offered = WebhookSchema().fields["events"].metadata["choices"]
    known = {value for value, _label in offered}
    more = [(event, event) for event in webhook.events if event not in known]
    return SchemaForm(WebhookSchema, webhook, choices={"events": [*offered, *more]})


def _card(webhook: Webhook, form: SchemaForm | None = None, secret: str = "") -> str:
    return page(
        "webhooks/card.html",
        webhook=webhook,
        form=form or _form(webhook),
        secret=secret,
        deliveries=services.newest_deliveries(webhook),
        states=STATES,
    )

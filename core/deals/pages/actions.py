"""What is done with a deal: moved, won, lost, opened again, put aside, handed over, deleted.

Each asks in a dialog where something must be known first; without htmx the dialog is a page of its own.
"""

from typing import Any

from flask import request
from werkzeug.wrappers import Response

from core.deals import services
from core.deals.demand import lines_of
from core.deals.demand_schemas import closing_form, form_answers, shown_answers
from core.deals.pages.blueprint import blueprint, shown_deal
from core.deals.pages.dialogs import back, dialog, seen_version
from core.deals.schemas import HandOverSchema, HoldSchema, LossSchema, ReopenSchema, WinSchema, send_back_schema
from core.i18n import _
from core.process import services as process
from core.users.services import get_user
from core.web.context import crm, needs, user
from core.web.pages import go


@blueprint.post("/<int:deal_id>/move")
@needs("deals.write")
def move(deal_id: int) -> Response:
    """Moves the deal to a stage."""
    deal = shown_deal(deal_id)
    services.move(crm(), deal, request.form.get("stage", type=int, default=0), version=seen_version())
    return back(deal, _("Moved to “%(stage)s”.", stage=deal.stage.name))


@blueprint.route("/<int:deal_id>/send-back", methods=["GET", "POST"])
@needs("deals.read")
def send_back(deal_id: int) -> str | Response:
    """Asks to which earlier stage and why, and sends the deal of a process back; `stage` of the address is proposed."""
    deal = shown_deal(deal_id)

    def do(values: dict[str, Any]) -> None:
        process.send_back(crm(), user(), deal, values["stage"], values["note"], version=seen_version())

    shown = {"stage": request.args.get("stage", type=int)}
    return dialog(
        deal, send_back_schema(deal), shown, do, _("Send the deal back"), _("Send back"), "primary", _("Sent back.")
    )


@blueprint.route("/<int:deal_id>/win", methods=["GET", "POST"])
@needs("deals.write")
def win(deal_id: int) -> str | Response:
    """Asks what the deal brought, and wins it."""
    deal = shown_deal(deal_id)

    schema = closing_form(WinSchema, lines_of(deal), deal.currency, is_won=True)

    def do(values: dict[str, Any]) -> None:
        demand = form_answers(values)
        services.win(crm(), deal, amount=values.get("amount"), version=seen_version(), demand=demand)

    shown = {"amount": deal.potential, **shown_answers(schema)}
    return dialog(deal, schema, shown, do, _("Win the deal"), _("Won"), "success", _("Won. Congratulations!"))


@blueprint.route("/<int:deal_id>/lose", methods=["GET", "POST"])
@needs("deals.write")
def lose(deal_id: int) -> str | Response:
    """Asks for the reason, and loses the deal."""
    deal = shown_deal(deal_id)

    schema = closing_form(LossSchema, lines_of(deal), deal.currency, is_won=False)

    def do(values: dict[str, Any]) -> None:
        demand = form_answers(values)
        services.lose(crm(), deal, values["reason"], values["note"], version=seen_version(), demand=demand)

    return dialog(
        deal, schema, shown_answers(schema), do, _("Lose the deal"), _("Lost"), "danger", _("The deal is lost.")
    )


@blueprint.route("/<int:deal_id>/reopen", methods=["GET", "POST"])
@needs("deals.write")
def reopen(deal_id: int) -> str | Response:
    """Asks why a closed deal goes on, and opens it again."""
    deal = shown_deal(deal_id)

    def do(values: dict[str, Any]) -> None:
        services.reopen(crm(), deal, values["note"], version=seen_version())

    return dialog(
        deal, ReopenSchema, {}, do, _("Re-open the deal"), _("Re-open"), "primary", _("The deal is open again.")
    )


@blueprint.route("/<int:deal_id>/hold", methods=["GET", "POST"])
@needs("deals.write")
def hold(deal_id: int) -> str | Response:
    """Asks until when, and puts the deal aside."""
    deal = shown_deal(deal_id)

    def do(values: dict[str, Any]) -> None:
        services.hold(crm(), deal, values["until"], version=seen_version())

    shown = {"until": deal.on_hold_until}
    return dialog(deal, HoldSchema, shown, do, _("Put the deal aside"), _("Hold"), "primary", _("The deal is on hold."))


@blueprint.post("/<int:deal_id>/resume")
@needs("deals.write")
def resume(deal_id: int) -> Response:
    """Ends the hold."""
    deal = shown_deal(deal_id)
    services.resume(crm(), deal, version=seen_version())
    return back(deal, _("The deal goes on."))


@blueprint.route("/<int:deal_id>/hand-over", methods=["GET", "POST"])
@needs("deals.hand_over")
def hand_over(deal_id: int) -> str | Response:
    """Asks to whom, and hands the deal over."""
    deal = shown_deal(deal_id)

    def do(values: dict[str, Any]) -> None:
        services.hand_over(crm(), deal, get_user(values["owner"]), version=seen_version())

    shown = {"owner": deal.owner_id}
    return dialog(
        deal, HandOverSchema, shown, do, _("Hand the deal over"), _("Hand over"), "primary", _("Handed over.")
    )


@blueprint.post("/<int:deal_id>/delete")
@needs("deals.delete")
def delete(deal_id: int) -> Response:
    """Puts the deal into the trash."""
    deal = shown_deal(deal_id)
    services.delete_deal(crm(), deal, version=seen_version())
    return go("deals.index", _("“%(title)s” is deleted.", title=deal.title))

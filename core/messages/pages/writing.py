"""Writing a message: a dialog over any page, with the channels that reach the client and what the text costs."""

from dataclasses import dataclass, replace
from typing import Any

from flask import current_app, request
from werkzeug.wrappers import Response

from core.clients.models import Client
from core.clients.services import get_client
from core.deals.models import Deal
from core.deals.services import get_deal
from core.errors import CRMError, InvalidInput, NotFound
from core.hooks.channels import Channel, Draft, Prepared
from core.i18n import _
from core.interactions.files import LARGEST
from core.interactions.panels import deal_choices
from core.interactions.register_pages import clients_found, clients_of_late
from core.messages.addressing import SETTING_UP, Way, ways_to
from core.messages.attachments import files_at_hand, limits
from core.messages.message_templates import filled, get_template, templates_for
from core.messages.pages.blueprint import blueprint
from core.messages.pages.files import ENVELOPE, going_along
from core.messages.schemas import WritingSchema
from core.messages.writing import prepared, queue_message
from core.store.reading import read_number
from core.web.context import crm, needs, takes_up_to, user
from core.web.forms import SchemaForm
from core.web.pages import go, is_htmx, page, toast


@dataclass(frozen=True)
class About:
    """Who is written to, about which deal, through which of the ways that lead there."""

    client: Client
    deal: Deal | None
    ways: list[Way]
    way: Way | None

    @property
    def is_ready(self) -> bool:
        """Whether something can be sent."""
        return self.way is not None and not self.way.why_not

    @property
    def lacking(self) -> set[str]:
        """What is missing in the ways that are closed."""
        return {one.lacks for one in self.ways}

    @property
    def to_set_up(self) -> list[Channel]:
        """The channels that wait for an administrator, as far as they have a page for it."""
        waiting = [one.channel for one in self.ways if one.lacks == SETTING_UP]
        return [one for one in waiting if one.set_up in current_app.view_functions]


@blueprint.get("/write")
@needs("clients.write")
def write() -> str:
    """Shows the dialog, for the client, contact or deal of the address; without one it asks for a client first."""
    if not request.args.get("client") and not request.args.get("deal"):
        return _dialog("messages/_to_whom.html", **_clients())
    about = _about(request.args)
    wanted, contact = request.args.get("address", ""), request.args.get("contact", 0, int)
    known = about.way.addresses if about.way else ()
    fitting = [one for one in known if one.value == wanted or one.contact and one.contact.id == contact]
    address = next(iter([*fitting, *known]), None)
    shown = {"address": address.value if address else None, "deal": about.deal.id if about.deal else None}
    return _dialog("messages/_write_form.html", **_form_context(about, {**shown, "body": request.args.get("body")}))


@blueprint.get("/write/clients")
@needs("clients.write")
def write_clients() -> str:
    """Shows the clients that fit what was typed."""
    return page("messages/_clients.html", as_page=_is_page(), **_clients())


@blueprint.post("/write/channel")
@needs("clients.write")
def write_channel() -> str:
    """Shows the form for another channel, with what was typed so far."""
    kept = {name: request.form.get(name) for name in ("subject", "body", "deal")}
    about = _about(request.form)
    return page("messages/_write_form.html", as_page=_is_page(), **_form_context(about, kept))


@blueprint.post("/write/filled")
@needs("clients.write")
def write_filled() -> str:
    """Shows the page for the chosen channel with the chosen template filled in: for browsers without JavaScript."""
    about = _about(request.form)
    draft = _filled(about, _typed())
    kept = {"subject": draft.subject, "body": draft.body, "deal": request.form.get("deal")}
    return _dialog("messages/_write_form.html", **_form_context(about, kept))


@blueprint.post("/write/text")
@needs("clients.write")
def write_text() -> str:
    """Shows what the typed text costs and what speaks against it."""
    return _measure(_about(request.form), _typed())


@blueprint.post("/write/offered")
@needs("clients.write")
def write_offered() -> str:
    """Puts the cheaper spelling that the channel offers in place of the text."""
    about, draft = _about(request.form), _typed()
    offered = _measured(about, draft)[0].offered
    return _measure(about, replace(draft, body=offered or draft.body), is_taken=True)


@blueprint.post("/write/template")
@needs("clients.write")
def write_template() -> str:
    """Puts a template in place of the text, filled in for the client and deal."""
    about = _about(request.form)
    return _measure(about, _filled(about, _typed()), is_taken=True)


@blueprint.post("/write")
@needs("clients.write")
@takes_up_to(LARGEST + ENVELOPE)
def send() -> str | Response:
    """Queues the message and stays on the page; what can't be sent is said in the dialog."""
    about = _about(request.form)
    form = SchemaForm(WritingSchema, choices=_choices(about))
    with form.catching():
        values = form.read(request.form)
        return _queued(about, values)
    return _dialog("messages/_write_form.html", **_form_context(about, None, form))


def _is_page() -> bool:
    """Tells whether the form is, or stands on, a page of its own, instead of a dialog over another."""
    return not is_htmx() or request.values.get("as_page") == "yes"


def _clients() -> dict[str, Any]:
    text = request.args.get("q", "").strip()
    return {"clients": clients_found(text) if text else clients_of_late(), "text": text}


def _typed() -> Draft:
    return Draft(*(request.form.get(name, "") for name in ("address", "body", "subject")))


def _filled(about: About, draft: Draft) -> Draft:
    """Returns the draft with the chosen template, if one is, in place of its words."""
    chosen = request.form.get("template", 0, int)
    if not chosen:
        return draft
    template = get_template(chosen)
    subject, body = (
        filled(crm(), user(), text, about.client, about.deal) for text in (template.subject, template.body)
    )
    return replace(draft, subject=subject or draft.subject, body=body)


def _measure(about: About, draft: Draft, *, is_taken: bool = False) -> str:
    ready, problem = _measured(about, draft)
    known = {"ready": ready, "problem": problem, "draft": draft, "way": about.way, "is_taken": is_taken}
    return page("messages/_measure.html", **known)


def _queued(about: About, values: dict[str, Any]) -> str | Response:
    address = next((one for one in about.way.addresses if one.value == values["address"]), None) if about.way else None
    if address is None:
        raise InvalidInput(_("Choose an address."), fields={"address": [_("Choose an address.")]})
    subject = values["subject"] if about.way.channel.has_subject else ""
    draft = Draft(address.value, values["body"], subject)
    deal = get_deal(crm(), user(), values["deal_id"]) if values["deal_id"] else None
    with crm().work():
        message = queue_message(
            crm(),
            about.way.channel.key,
            client=about.client,
            address=draft.address,
            contact=address.contact,
            deal=deal,
            subject=draft.subject,
            body=draft.body,
            send_after=values["send_after"],
            files=going_along(about.way.channel, about.client, deal, draft, values["file_ids"]),
        )
    is_later = message.send_after > message.created_at
    words = _("It will be sent at the time you chose.") if is_later else _("The message is on its way.")
    if is_htmx():
        return toast('<hx-partial hx-target="#dialogs" hx-swap="innerHTML"></hx-partial>', words, also=("hinka:noted",))
    if about.deal is not None:
        return go("deals.card", words, deal_id=about.deal.id)
    return go("clients.card", words, client_id=about.client.id)


def _about(sent: Any) -> About:
    """Returns who is written to, as far as the user sees them: who sees a deal may write about it."""
    deal_id, client_id = sent.get("deal", "", str), sent.get("client", "", str)
    asked = read_number(deal_id)
    deal = _deal_of(asked, is_needed=not client_id) if asked is not None else None
    if deal is not None and client_id in ("", str(deal.client_id)):
        client = deal.client
    else:
        client, deal = get_client(crm(), user(), read_number(client_id) or 0), None
    ways = ways_to(crm(), client)
    usable = [way for way in ways if not way.why_not]
    way = next((way for way in usable if way.channel.key == sent.get("channel")), usable[0] if usable else None)
    return About(client, deal, ways, way)


def _deal_of(deal_id: int, *, is_needed: bool) -> Deal | None:
    """Returns a deal; None for one that the user doesn't see, if the client says who is written to."""
    try:
        return get_deal(crm(), user(), deal_id)
    except NotFound:
        if is_needed:
            raise
        return None


def _choices(about: About) -> dict[str, list[tuple[Any, str]]]:
    files = files_at_hand(user(), about.client, about.deal) if about.way and about.way.channel.carries_files else []
    return {
        "address": [(one.value, one.label) for one in about.way.addresses] if about.way else [],
        "deal": deal_choices(user(), about.client),
        "files": [(one.id, one.name) for one in files],
    }


def _form_context(about: About, values: dict[str, Any] | None, form: SchemaForm | None = None) -> dict[str, Any]:
    form = form or SchemaForm(WritingSchema, values, choices=_choices(about))
    draft = Draft(form["address"].value, form["body"].value, form["subject"].value)
    ready, problem = _measured(about, draft)
    templates = templates_for(about.way.channel.key) if about.way else []
    room = limits(about.way.channel) if about.way and about.way.channel.carries_files else ""
    shown = {"ready": ready, "problem": problem, "room": room}
    return {"about": about, "form": form, "templates": templates, **shown}


def _measured(about: About, draft: Draft) -> tuple[Prepared, str]:
    """Returns the draft as the channel would send it, and what it says against it."""
    bare = Prepared(draft.address, draft.body)
    if about.way is None or not draft.body.strip():
        return bare, ""
    if not draft.address and about.way.addresses:
        draft = Draft(about.way.addresses[0].value, draft.body, draft.subject)
    try:
        return prepared(crm(), about.way.channel, about.client, draft), ""
    except CRMError as error:
        return bare, error.message


def _dialog(part: str, **context: Any) -> str:
    as_page = _is_page()
    template = "messages/write.html" if as_page else "messages/_write.html"
    return page(template, part=part, as_page=as_page, is_bare=not is_htmx(), **context)

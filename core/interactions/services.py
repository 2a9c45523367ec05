"""Interactions: calls, letters, meetings, notes and SMS with a client, planned or held."""

import textwrap
from collections.abc import Mapping
from datetime import datetime
from typing import Any

from peewee import JOIN, ModelSelect

from core.clients.models import Client, Contact
from core.deals.models import Deal
from core.deals.opening import open_deal
from core.errors import InvalidInput, NotFound
from core.i18n import _
from core.interactions.models import Interaction
from core.interactions.words import DIRECTIONS, KINDS
from core.runtime import CRM
from core.store import audit
from core.users.access import visible_to
from core.users.models import User

FACTS = ("kind", "direction", "contact_id", "deal_id", "user_id", "subject", "body", "at", "duration_s", "is_planned")
# What may differ between the clock of a browser and ours before a held interaction counts as one of the future.
_SLACK_S = 300
_TITLE = 80


def log_interaction(crm: CRM, client: Client, *, kind: str, at: datetime | None = None, **facts: Any) -> Interaction:
    """Returns a new interaction with a client, held now unless `at` or `is_planned` say otherwise.

    `facts` are those of FACTS. Raises InvalidInput for an unknown kind, for a contact or deal of another client, and
    for an interaction that was held in the future.
    """
    now = crm.clock.now()
    facts = {"user_id": crm.actor.user_id, **facts, "kind": kind, "at": at or now}
    _check(crm, client.id, facts)
    with crm.work():
        made = Interaction.create(client=client, created_at=now, changed_at=now, **facts)
        audit.record(crm, "interaction", made.id, "created", {"kind": [None, kind], "subject": [None, made.subject]})
        if not made.is_planned:
            crm.hooks.check("interaction_held", crm=crm, interaction=made)
    return made


def get_interaction(crm: CRM, user: User, interaction_id: int) -> Interaction:
    """Returns an interaction with its client; raises NotFound when the user sees neither its client nor its deal."""
    found = visible_interactions(user).where(Interaction.id == interaction_id).first()
    if found is None:
        raise NotFound(_("There is no such interaction."))
    return found


def visible_interactions(user: User) -> ModelSelect:
    """Returns the query of the interactions, with client and deal, that a user sees through either of them."""
    query = Interaction.select(Interaction, Client, Deal).join(Client).join_from(Interaction, Deal, JOIN.LEFT_OUTER)
    by_client = Client.deleted_at.is_null() & visible_to(user, Client.owner)
    by_deal = Deal.id.is_null(False) & Deal.deleted_at.is_null() & visible_to(user, Deal.owner)
    return query.where(by_client | by_deal)


def change_interaction(crm: CRM, interaction: Interaction, values: Mapping[str, Any]) -> Interaction:
    """Returns the interaction with new values of FACTS, its moment kept for none; raises as `log_interaction` does."""
    values = {name: value for name, value in values.items() if name != "at" or value is not None}
    before = {name: getattr(interaction, name) for name in FACTS}
    _check(crm, interaction.client_id, {**before, **values})
    with crm.work():
        for name, value in values.items():
            setattr(interaction, name, value)
        interaction.changed_at = crm.clock.now()
        interaction.save()
        audit.record(crm, "interaction", interaction.id, "changed", audit.differences(before, values))
        is_held_now = before["is_planned"] or before["deal_id"] != interaction.deal_id
        if is_held_now and not interaction.is_planned:
            crm.hooks.check("interaction_held", crm=crm, interaction=interaction)
    return interaction


def hold(crm: CRM, interaction: Interaction, result: str = "") -> Interaction:
    """Returns a planned interaction as held, now if it was planned for later; `result` is added to its text."""
    body = "\n\n".join(text for text in (interaction.body, result.strip()) if text)
    at = min(interaction.at, crm.clock.now())
    return change_interaction(crm, interaction, {"is_planned": False, "at": at, "body": body})


def make_deal(crm: CRM, interaction: Interaction, *, title: str = "", **facts: Any) -> Deal:
    """Returns a new deal with the client, contact and subject of an interaction, which belongs to it from then on.

    `facts` are those of `open_deal`. Raises InvalidInput for an interaction that has a deal already.
    """
    facts.setdefault("contact", interaction.contact)
    with crm.work():
        deal = open_deal(crm, title=title or suggested_title(interaction), client=interaction.client, **facts)
        # Of two who do this at once one gets the interaction; the other's deal goes back with the transaction.
        is_free = (Interaction.id == interaction.id) & Interaction.deal.is_null()
        if not Interaction.update(deal=deal.id).where(is_free).execute():
            raise InvalidInput(_("This entry belongs to a deal already; open that one, or make another."))
        change_interaction(crm, interaction, {"deal_id": deal.id})
    return deal


def suggested_title(interaction: Interaction) -> str:
    """Returns what a deal made from an interaction is called: its subject, else how its text begins."""
    first_line = next(iter(interaction.body.strip().splitlines()), "")
    return interaction.subject or textwrap.shorten(first_line, _TITLE, placeholder="…")


def delete_interaction(crm: CRM, interaction: Interaction) -> None:
    """Deletes an interaction; the history keeps what it said."""
    with crm.work():
        kept = {name: [getattr(interaction, name), None] for name in ("kind", "subject", "body", "at")}
        interaction.delete_instance()
        audit.record(
            crm, "interaction", interaction.id, "deleted", {"client_id": [interaction.client_id, None], **kept}
        )


def _check(crm: CRM, client_id: int, facts: Mapping[str, Any]) -> None:
    unknown = sorted(set(facts) - set(FACTS))
    if unknown:
        raise InvalidInput(_("An interaction has no field “%(name)s”.", name=unknown[0]))
    if facts["kind"] not in KINDS or facts.get("direction", "") not in ("", *DIRECTIONS):
        sentence = _("An interaction is one of %(kinds)s.", kinds=", ".join(KINDS))
        raise InvalidInput(sentence, fields={"kind": [sentence]})
    is_held = not facts.get("is_planned")
    if is_held and (facts["at"] - crm.clock.now()).total_seconds() > _SLACK_S:
        sentence = _("This time is still to come: mark the interaction as planned, or correct the time.")
        raise InvalidInput(sentence, fields={"at": [sentence]})
    _check_same_client(Contact, facts.get("contact_id"), client_id, "contact")
    _check_same_client(Deal, facts.get("deal_id"), client_id, "deal")


def _check_same_client(model: type[Contact] | type[Deal], record_id: int | None, client_id: int, name: str) -> None:
    if record_id and not model.select().where(model.id == record_id, model.client == client_id).exists():
        sentence = _("This belongs to another client; choose one of this client.")
        raise InvalidInput(sentence, fields={name: [sentence]})

"""Interactions: registering calls, letters, SMS, meetings and notes, planned and held."""

from datetime import datetime
from typing import Any

from core.clients.models import Client, Contact
from core.deals.models import Deal
from core.errors import InvalidInput, NotFound
from core.i18n import _, lazy
from core.interactions.models import Interaction
from core.runtime import CRM
from core.store import audit
from core.users.access import visible_to
from core.users.models import User

KINDS = {
    "call": lazy("Call"),
    "letter": lazy("Letter"),
    "sms": lazy("SMS"),
    "meeting": lazy("Meeting"),
    "note": lazy("Note"),
}
DIRECTIONS = {"": lazy("Neither"), "in": lazy("Incoming"), "out": lazy("Outgoing")}
_CHANGEABLE = {"kind", "direction", "contact", "deal", "subject", "body", "at", "duration_s", "is_planned"}


def register(
    crm: CRM,
    *,
    kind: str,
    client: Client,
    user: User | None,
    at: datetime | None = None,
    contact: Contact | None = None,
    deal: Deal | None = None,
    direction: str = "",
    subject: str = "",
    body: str = "",
    duration_s: int | None = None,
    is_planned: bool = False,
) -> Interaction:
    """Returns a new interaction on the client's timeline; `at` is now unless told, a planned one may lie ahead.

    Raises InvalidInput for an unknown kind, for one that says nothing, and for a deal of another client.
    """
    _check(client, kind=kind, direction=direction, deal=deal, contact=contact)
    if not (subject.strip() or body.strip() or kind != "note"):
        raise InvalidInput(_("A note needs some words."), fields={"body": [_("Write something.")]})
    now = crm.clock.now()
    with crm.work():
        made = Interaction.create(
            kind=kind,
            client=client,
            user=user,
            at=at or now,
            contact=contact,
            deal=deal,
            direction=direction,
            subject=subject.strip(),
            body=body.strip(),
            duration_s=duration_s,
            is_planned=is_planned,
            created_at=now,
            changed_at=now,
        )
        audit.record(crm, "interaction", made.id, "created", {"kind": [None, kind], "client": [None, client.id]})
    return made


def get_interaction(crm: CRM, user: User, interaction_id: int) -> Interaction:
    """Returns an interaction that `user` may see; raises NotFound."""
    found = visible_interactions(user).where(Interaction.id == interaction_id).first()
    if found is None:
        raise NotFound(_("There is no such interaction."))
    return found


def visible_interactions(user: User) -> Any:
    """Returns the query of the interactions that `user` may see: those of clients and deals that the user may see."""
    clients = Client.select(Client.id).where(visible_to(user, Client.owner))
    deals = Deal.select(Deal.id).where(visible_to(user, Deal.owner))
    return Interaction.select().where(Interaction.client.in_(clients) | Interaction.deal.in_(deals))


def change_interaction(crm: CRM, interaction: Interaction, values: dict[str, Any]) -> Interaction:
    """Changes an interaction and returns it; the history keeps what it was. Raises InvalidInput."""
    if unknown := set(values) - _CHANGEABLE:
        raise InvalidInput(_("An interaction has no field %(name)s.", name=min(unknown)))
    _check(
        interaction.client,
        **{name: values[name] for name in values if name in ("kind", "direction", "deal", "contact")},
    )
    before = {name: getattr(interaction, name) for name in values}
    with crm.work():
        for name, value in values.items():
            setattr(interaction, name, value)
        interaction.changed_at = crm.clock.now()
        interaction.save()
        changes = audit.differences(_ids(before), _ids(values))
        audit.record(crm, "interaction", interaction.id, "changed", changes)
    return interaction


def hold(crm: CRM, interaction: Interaction, *, body: str = "", duration_s: int | None = None) -> Interaction:
    """Marks a planned interaction as held, with what came of it, and returns it."""
    text = "\n\n".join(filter(None, (interaction.body, body.strip())))
    return change_interaction(crm, interaction, {"is_planned": False, "body": text, "duration_s": duration_s})


def delete_interaction(crm: CRM, interaction: Interaction) -> None:
    """Deletes an interaction; the history keeps what it said."""
    with crm.work():
        said = {
            "kind": [interaction.kind, None],
            "subject": [interaction.subject, None],
            "body": [interaction.body, None],
        }
        audit.record(crm, "interaction", interaction.id, "deleted", said)
        interaction.delete_instance()


def _check(
    client: Client,
    *,
    kind: str = "note",
    direction: str = "",
    deal: Deal | None = None,
    contact: Contact | None = None,
) -> None:
    if kind not in KINDS:
        known = ", ".join(KINDS)
        raise InvalidInput(_("There is no kind %(kind)s; known are %(known)s.", kind=kind, known=known))
    if direction not in DIRECTIONS:
        raise InvalidInput(_("The direction is in, out or empty, not %(direction)s.", direction=direction))
    for record in (deal, contact):
        if record is not None and record.client_id != client.id:
            raise InvalidInput(_("This deal or contact belongs to another client; choose one of this client."))


def _ids(values: dict[str, Any]) -> dict[str, Any]:
    return {name: getattr(value, "id", value) for name, value in values.items()}

"""Opening of deals."""

from collections.abc import Mapping, Sequence
from datetime import date, datetime
from decimal import Decimal
from typing import Any

from babel.numbers import is_currency

from core.clients.models import Client, Contact, Source
from core.clients.properties import merged_values
from core.deals import demand, history
from core.deals.demand import Wish
from core.deals.models import Deal
from core.deals.moves import step_of
from core.deals.numbers import next_numbers
from core.deals.rates import in_company_currency
from core.errors import InvalidInput
from core.hooks.contributions import DealTurn
from core.i18n import _
from core.runtime import CRM
from core.stages.models import DealType, Stage
from core.stages.types import PROCESS, steps_of
from core.store import audit
from core.users.models import User


def open_deal(
    crm: CRM,
    *,
    title: str,
    client: Client,
    deal_type: DealType,
    owner: User | None = None,
    potential: Decimal | None = None,
    currency: str = "",
    contact: Contact | None = None,
    source: Source | None = None,
    expected_on: date | None = None,
    note: str = "",
    properties: Mapping[str, Any] | None = None,
    stage: Stage | int | str | None = None,
    opened_at: datetime | None = None,
    wishes: Sequence[Wish] = (),
) -> Deal:
    """Returns a new open deal at the first stage of its type, or at `stage`; raises InvalidInput by field.

    The owner is by default that of its type, else the client's; the potential follows from the `wishes` unless given.
    """
    now = crm.clock.now()
    opened_at = opened_at or now
    currency = (currency or deal_type.currency or crm.currency).upper()
    _check(client, deal_type, contact, is_future=opened_at > now)
    wishes, potential = _checked_demand(crm, deal_type, wishes, potential, currency)
    with crm.work():
        row = Deal(
            number=next_numbers(crm)[0],
            title=checked_title(title),
            client=client.id,
            contact=contact.id if contact else None,
            deal_type=deal_type.id,
            type_version=deal_type.published_version_id,
            state="open",
            owner=owner.id if owner else deal_type.default_owner_id or client.owner_id,
            source=source.id if source else client.source_id,
            currency=currency,
            potential=potential,
            potential_base=in_company_currency(crm, potential, currency, opened_at.astimezone(crm.config.zone).date()),
            expected_on=expected_on,
            note=note.strip(),
            properties=merged_values("deal", {}, properties or {}),
            opened_at=opened_at,
            created_at=now,
            changed_at=now,
        )
        _begin(crm, row, deal_type, stage, wishes)
    return Deal.get_by_id(row.id)


def checked_title(title: str) -> str:
    """Returns the title without spare spaces; raises InvalidInput when nothing is left."""
    title = " ".join(title.split())
    if not title:
        raise InvalidInput(_("A deal needs a title."), fields={"title": [_("Type a title.")]})
    return title


def check_money(potential: Decimal | None, currency: str) -> None:
    """Raises InvalidInput for a potential or a currency that can't be."""
    check_currency(currency)
    check_potential(potential)


def check_currency(currency: str) -> None:
    """Raises InvalidInput for a code that is no currency."""
    if not is_currency(currency):
        sentence = _("“%(code)s” is no currency; use a code such as EUR.", code=currency)
        raise InvalidInput(sentence, fields={"currency": [sentence]})


def check_potential(potential: Decimal | None) -> None:
    """Raises InvalidInput for a potential that is no number or below zero; None means that it isn't known."""
    if potential is not None and not (potential.is_finite() and 0 <= potential < 10**14):
        sentence = _("The potential must be zero or more; leave it empty if it isn't known.")
        raise InvalidInput(sentence, fields={"potential": [sentence]})


def check_contact(contact_id: int | None, client_id: int) -> None:
    """Raises InvalidInput when a contact is one of another client."""
    if contact_id is not None and not Contact.get_or_none(Contact.id == contact_id, Contact.client == client_id):
        sentence = _("This person is no contact of the client.")
        raise InvalidInput(sentence, fields={"contact": [sentence]})


def _checked_demand(
    crm: CRM, deal_type: DealType, wishes: Sequence[Wish], potential: Decimal | None, currency: str
) -> tuple[list[Wish], Decimal | None]:
    """Returns the wishes, and the potential that follows from them unless it is given."""
    wishes = demand.checked(crm, deal_type, wishes)
    potential = demand.worth(wishes) if potential is None else potential
    check_money(potential, currency)
    return wishes, potential


def _begin(crm: CRM, row: Deal, deal_type: DealType, stage: Stage | int | str | None, wishes: Sequence[Wish]) -> None:
    """Writes the new row with its demand and lets its history begin: at a stage, if the type has any."""
    row.save(force_insert=True)
    steps = steps_of(deal_type)
    if steps or stage is not None:
        step = steps[0] if stage is None else step_of(row, stage)
        if deal_type.mode == PROCESS and step.place > 0:
            raise InvalidInput(
                _("A deal of a process begins at its first stage, “%(stage)s”.", stage=steps[0].stage.name)
            )
        history.enter(crm, row, step, row.opened_at)
        row.save(only=row.dirty_fields)
    history.begin_period(row, row.opened_at)
    demand.begin(row, wishes)
    audit.record(crm, "deal", row.id, "created", {"title": [None, row.title], "potential": [None, row.potential]})
    crm.hooks.check("deal_turned", crm=crm, turn=DealTurn(row, "opened", row.opened_at))


def _check(client: Client, deal_type: DealType, contact: Contact | None, *, is_future: bool) -> None:
    if client.deleted_at is not None:
        sentence = _("The client %(name)s is deleted; restore it or choose another.", name=client.name)
        raise InvalidInput(sentence, fields={"client": [sentence]})
    if not deal_type.is_used:
        sentence = _("The deal type “%(name)s” is not in use any more; choose another.", name=deal_type.name)
        raise InvalidInput(sentence, fields={"deal_type": [sentence]})
    check_contact(contact.id if contact else None, client.id)
    if is_future:
        sentence = _("A deal can't be opened in the future.")
        raise InvalidInput(sentence, fields={"opened_at": [sentence]})

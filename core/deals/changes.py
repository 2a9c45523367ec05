"""Changes of a deal's facts, its trash, and the way back from it. Stage, hold and state have files of their own."""

from collections.abc import Mapping
from typing import Any

from core.clients.models import Client, Contact, Source
from core.clients.properties import merged_values
from core.deals import history, rows
from core.deals.models import Deal
from core.deals.opening import check_contact, check_currency, check_potential, checked_title
from core.deals.rates import in_company_currency
from core.errors import InvalidInput, NotFound
from core.i18n import _
from core.runtime import CRM
from core.store import audit
from core.users.models import User

CHANGEABLE = (
    "title", "client_id", "contact_id", "owner_id", "source_id", "currency", "potential", "expected_on", "note",
    "properties",
)  # fmt: skip
# What a closing has frozen.
FROZEN = ("client_id", "owner_id", "currency", "potential")
LINKS = {"client": Client, "contact": Contact, "owner": User, "source": Source}


def change_deal(crm: CRM, deal: Deal, values: Mapping[str, Any], *, version: int | None = None) -> Deal:
    """Changes the facts given in `values`, and returns the deal.

    Links (client, contact, owner, source) are given as records, ids or None; properties as typed values, and those
    not named stay. A change of owner or potential is kept in the history. Raises Conflict with both values when
    somebody changed the deal since `version`, and InvalidInput for values that can't be taken, or that are frozen
    because the deal is closed.
    """
    values = checked_values(values)
    with crm.work():
        row = rows.take(crm, deal, version, mine=values)
        if "properties" in values:
            values["properties"] = merged_values("deal", row.properties, values["properties"])
        changes = audit.differences({name: getattr(row, name) for name in values}, values)
        if not changes:
            return deal
        _check_frozen(row, changes)
        for name, (_before, after) in changes.items():
            setattr(row, name, after)
        if "client_id" in changes and "contact_id" not in values:
            row.contact_id = None
        check_contact(row.contact_id, row.client_id)
        if {"potential", "currency"} & set(changes):
            row.potential_base = in_company_currency(crm, row.potential, row.currency, crm.today())
        if {"potential", "currency", "owner_id"} & set(changes):
            history.turn_period(row, rows.moment(crm, row, None))
        audit.record(crm, "deal", row.id, "changed", changes)
        if "owner_id" in changes:
            before = changes["owner_id"][0]
            return rows.turn(crm, deal, row, "handed over", crm.clock.now(), row.place, owner_before=before)
        return rows.save(crm, deal, row)


def checked_values(values: Mapping[str, Any]) -> dict[str, Any]:
    """Returns the values by column, links as ids; raises InvalidInput for one that can't be taken."""
    checked = {}
    for name, value in values.items():
        if name.removesuffix("_id") in LINKS:
            name = name.removesuffix("_id")
            name, value = f"{name}_id", _existing(name, value)
        if name not in CHANGEABLE:
            raise InvalidInput(_("“%(field)s” of a deal can't be changed here.", field=name))
        checked[name] = value
    if "title" in checked:
        checked["title"] = checked_title(checked["title"])
    if "currency" in checked:
        check_currency(checked["currency"])
    if "potential" in checked:
        check_potential(checked["potential"])
    if checked.get("client_id", 0) is None:
        raise InvalidInput(_("A deal needs a client."), fields={"client": [_("Choose a client.")]})
    return checked


def delete_deal(crm: CRM, deal: Deal, *, version: int | None = None) -> None:
    """Puts the deal into the trash: no list, board or report shows it any more."""
    with crm.work():
        row = rows.take(crm, deal, version)
        row.deleted_at = crm.clock.now()
        audit.record(crm, "deal", row.id, "deleted")
        rows.turn(crm, deal, row, "deleted", row.deleted_at, row.place)


def restore_deal(crm: CRM, deal: Deal) -> Deal:
    """Takes the deal out of the trash and returns it; raises NotFound when it is gone."""
    with crm.work():
        row = Deal.get_or_none(Deal.id == deal.id)
        if row is None:
            raise NotFound(_("There is no such deal."))
        if row.deleted_at is not None:
            row.deleted_at = None
            audit.record(crm, "deal", row.id, "restored")
            rows.turn(crm, deal, row, "restored", crm.clock.now(), row.place)
    return deal


def _existing(name: str, record: Any) -> int | None:
    """Returns the id of a record, given itself or by id; raises InvalidInput when there is none of this id."""
    model = LINKS[name]
    if isinstance(record, int) and not model.select().where(model.id == record).exists():
        raise InvalidInput(_("There is no such record."), fields={name: [_("Choose one of the list.")]})
    return getattr(record, "id", record)


def _check_frozen(row: Deal, changes: Mapping[str, Any]) -> None:
    frozen = [name.removesuffix("_id") for name in FROZEN if name in changes]
    if frozen and not row.is_open:
        sentence = _("This is frozen since the deal was closed. Re-open the deal to change it.")
        raise InvalidInput(sentence, fields={name: [sentence] for name in frozen})

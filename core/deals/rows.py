"""A deal's row under lock: taken fresh at the beginning of every change, saved with the next version at its end."""

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from core.deals.models import Deal
from core.errors import Conflict, InvalidInput, NotFound
from core.hooks.contributions import DealTurn
from core.i18n import _, format_moment
from core.runtime import CRM
from core.store import audit
from core.store.plainly import change_row, read_row


def take(crm: CRM, deal: Deal, version: int | None = None, *, mine: Mapping[str, Any] | None = None) -> Deal:
    """Returns the deal as it is now, locked until the work ends.

    `version` is what the user saw (default: that of the record given). Raises Conflict, with the values of both for
    the fields of `mine`, when somebody changed the deal since; NotFound when it is gone.
    """
    row = take_now(crm, deal.id)
    if row.version != (deal.version if version is None else version):
        theirs = {name: audit.as_json(row.__data__.get(name)) for name in mine or ()}
        raise Conflict(
            _("Somebody changed this deal meanwhile. Look at it again and repeat what you wanted."),
            theirs=theirs,
            mine={name: audit.as_json(value) for name, value in (mine or {}).items()},
        )
    return row


def take_now(crm: CRM, deal_id: int) -> Deal:
    """Returns a deal as it is now, whatever anybody saw of it, locked until the work ends; raises NotFound."""
    row = read_row(Deal, deal_id, is_locked=True)
    if row is None or row.deleted_at is not None:
        raise NotFound(_("There is no such deal; it may have been deleted."))
    return row


def take_open(crm: CRM, deal: Deal, version: int | None = None) -> Deal:
    """Returns the deal's row like `take`; raises InvalidInput when the deal is closed."""
    row = take(crm, deal, version)
    if not row.is_open:
        state = _("won") if row.state == "won" else _("lost")
        raise InvalidInput(_("This deal is already %(state)s. Re-open it first.", state=state))
    return row


def save(crm: CRM, deal: Deal, row: Deal) -> Deal:
    """Saves the row as the next version, brings the caller's record up to date, and returns it."""
    row.version += 1
    row.changed_at = crm.clock.now()
    change_row(row)
    return deal.take_over(row)


def turn(crm: CRM, deal: Deal, row: Deal, action: str, at: datetime, before: int | None = None, **details: Any) -> Deal:
    """Saves the row like `save`, lets those follow who keep in step with deals (`deal_turned`), and returns the deal.

    `before` is the place at which it stood; `details` are further fields of DealTurn.
    """
    save(crm, deal, row)
    crm.hooks.check("deal_turned", crm=crm, turn=DealTurn(row, action, at, before, **details))
    return deal


def moment(crm: CRM, row: Deal, at: datetime | None, since: datetime | None = None) -> datetime:
    """Returns when something happens to a deal: `at`, or now.

    Raises InvalidInput for a moment in the future, or before the deal was opened or `since`, its last change.
    """
    now = crm.clock.now()
    at = at or now
    if at > now:
        raise InvalidInput(_("This moment lies in the future; choose an earlier one."))
    zone = crm.config.zone
    if at < row.opened_at:
        opened = format_moment(row.opened_at, zone)
        raise InvalidInput(_("The deal was opened on %(moment)s; choose a later moment.", moment=opened))
    if since is not None and at < since:
        raise InvalidInput(
            _("The deal last changed on %(moment)s; choose a later moment.", moment=format_moment(since, zone))
        )
    return at

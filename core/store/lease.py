"""Leases in the database: of the processes that could do something, on however many machines, one does it."""

from datetime import timedelta

from peewee import CharField

from core.runtime import CRM
from core.store.fields import Record, UtcField


class Lease(Record):
    """Who does something until when; nobody else begins it before."""

    name = CharField(unique=True)
    holder = CharField()
    until_at = UtcField()

    class Meta:
        table_name = "core_lease"


def take_lease(crm: CRM, name: str, holder: str, lasts: timedelta) -> bool:
    """Tells whether `holder` has the lease now, taken or renewed; it must be renewed before it has lasted so long."""
    now = crm.clock.now()
    with crm.work():
        Lease.insert(name=name, holder=holder, until_at=now).on_conflict_ignore().execute()
        free = (Lease.holder == holder) | (Lease.until_at <= now)
        return bool(Lease.update(holder=holder, until_at=now + lasts).where(Lease.name == name, free).execute())


def give_back(crm: CRM, name: str, holder: str) -> None:
    """Ends a lease of `holder`, so that another need not wait for its end."""
    with crm.work():
        Lease.update(until_at=crm.clock.now()).where(Lease.name == name, Lease.holder == holder).execute()

"""The owner or the potential of many open deals at once: rows, periods and history in a few statements for all.

Each hand-over is told like a single one (`deal_turned`), since tasks follow the owner.
"""

from collections.abc import Sequence
from decimal import Decimal
from functools import cache

from core.deals import history, rows
from core.deals.models import Deal
from core.deals.rates import in_company_currency
from core.hooks.contributions import DealTurn
from core.mass import note_many
from core.runtime import CRM
from core.store.bulk import execute_many, plain
from core.store.database import is_postgres


def change_standing(crm: CRM, ids: Sequence[int], column: str, value: int | Decimal | None) -> int:
    """Sets `owner_id` or `potential` of those of the deals that are open; returns how many of them changed."""
    query = Deal.select().where(Deal.id.in_(list(ids)), Deal.state == "open", Deal.deleted_at.is_null())
    with crm.work():
        found = list(query.order_by(Deal.id).for_update() if is_postgres(crm.database) else query)
        changed = [row for row in found if getattr(row, column) != value]
        before = {row.id: getattr(row, column) for row in changed}
        at = crm.clock.now()
        for row in changed:
            rows.moment(crm, row, at)
            setattr(row, column, value)
            row.version, row.changed_at = row.version + 1, at
        if column == "potential":
            _price(crm, changed)
        _save(crm, changed, column)
        history.turn_periods(crm, changed, at)
        note_many(crm, "deal", "changed", {row.id: {column: [before[row.id], value]} for row in changed})
        if column == "owner_id":
            for row in changed:
                crm.hooks.check("deal_turned", crm=crm, turn=DealTurn(row, "handed over", at, row.place))
    return len(changed)


def _price(crm: CRM, changed: Sequence[Deal]) -> None:
    price = cache(lambda amount, currency: in_company_currency(crm, amount, currency, crm.today()))
    for row in changed:
        row.potential_base = price(row.potential, row.currency)


def _save(crm: CRM, changed: Sequence[Deal], column: str) -> None:
    columns = [column, *(["potential_base"] if column == "potential" else []), "version", "changed_at"]
    setting = ", ".join(f"{name} = ?" for name in columns)
    values = [[*(plain(row.__data__[_field(name)]) for name in columns), row.id] for row in changed]
    if values:
        execute_many(crm.database, f"UPDATE core_deal SET {setting} WHERE id = ?", values)
    for row in changed:
        row._dirty.clear()


def _field(column: str) -> str:
    return column.removesuffix("_id")

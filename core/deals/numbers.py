"""Numbers of deals: a counter of the instance, which steps over numbers that an import has brought."""

from core.deals.models import Deal
from core.runtime import CRM

COUNTER = "deal_number"


def next_numbers(crm: CRM, count: int = 1) -> list[str]:
    """Returns free numbers, rising; call it inside the work that uses them."""
    found: list[str] = []
    while len(found) < count:
        missing = count - len(found)
        last = _advance(crm, missing)
        numbers = [str(number) for number in range(last - missing + 1, last + 1)]
        taken = set()
        for start in range(0, missing, 500):
            chunk = numbers[start : start + 500]
            taken |= {row[0] for row in Deal.select(Deal.number).where(Deal.number.in_(chunk)).tuples()}
        found += [number for number in numbers if number not in taken]
    return found


def _advance(crm: CRM, count: int) -> int:
    """Takes `count` numbers off the counter and returns the last; the row's lock holds others off until the commit."""
    mark = crm.database.param
    row = crm.database.execute_sql(
        f"INSERT INTO core_runtime (name, value) VALUES ({mark}, {mark})"
        " ON CONFLICT (name) DO UPDATE SET value = CAST(CAST(core_runtime.value AS BIGINT)"
        f" + {int(count)} AS TEXT) RETURNING value",
        (COUNTER, str(count)),
    ).fetchone()
    return int(row[0])

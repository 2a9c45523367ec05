"""Writing thousands of rows: for imports and exchanges, which pass the services by and must keep what those keep."""

from core.deals.numbers import next_numbers
from core.deals.ways import keep_ways
from core.process.ensuring import ensure_stage_tasks
from core.store.audit import as_json
from core.store.bulk import execute_many, insert_rows, plain, take_ids
from core.store.database import is_postgres
from core.store.fields import from_microseconds, to_microseconds

__all__ = [
    "as_json",
    "ensure_stage_tasks",
    "execute_many",
    "from_microseconds",
    "insert_rows",
    "is_postgres",
    "keep_ways",
    "next_numbers",
    "plain",
    "take_ids",
    "to_microseconds",
]

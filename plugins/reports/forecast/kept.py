"""What the nightly job learned: the company's statistics, and the forecast's report card."""

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from peewee import CharField, JSONField

from core.api import CRM, Record, UtcField

MODEL, CARD = "forecast-model", "forecast-card"
FRESH = timedelta(hours=36)


class Kept(Record):
    """The last result of one kind."""

    kind = CharField(unique=True)
    made_at = UtcField()
    body = JSONField()

    class Meta:
        table_name = "reports_kept"


@dataclass(frozen=True)
class Result:
    """A result with the moment it was worked out at; `is_fresh` tells whether it is of this day or the last."""

    made_at: datetime
    body: dict[str, Any]
    is_fresh: bool = True


def keep(crm: CRM, kind: str, body: dict[str, Any]) -> None:
    """Keeps a result in place of the last one of its kind."""
    with crm.work():
        Kept.delete().where(Kept.kind == kind).execute()
        Kept.create(kind=kind, made_at=crm.clock.now(), body=body)


def find_kept(crm: CRM, kind: str) -> Result | None:
    """Returns the last result of a kind, or None."""
    kept = Kept.get_or_none(Kept.kind == kind)
    return kept and Result(kept.made_at, kept.body, crm.clock.now() - kept.made_at < FRESH)

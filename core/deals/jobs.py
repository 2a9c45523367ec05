"""The deals' periodic work."""

from datetime import timedelta
from typing import Any

from core.deals.moves import resume_due
from core.hooks.contributions import JobKind
from core.runtime import CRM


def resume_deals(crm: CRM, args: dict[str, Any], progress: Any) -> None:
    """Ends the holds whose day has come; safe to repeat."""
    resume_due(crm)


RESUME = JobKind("core.resume_deals", resume_deals, every=timedelta(hours=1))

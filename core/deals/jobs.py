"""The deals' periodic work."""

from datetime import timedelta
from typing import Any

from core.deals.limits import ensure_limits
from core.deals.moves import resume_due
from core.deals.pricing import price_deals
from core.hooks.contributions import JobKind
from core.runtime import CRM


def keep_deals(crm: CRM, args: dict[str, Any], progress: Any) -> None:
    """Ends the holds whose day has come, prices deals whose rate is known by now, sets limits; safe to repeat."""
    resume_due(crm)
    ensure_limits(crm)
    price_deals(crm)


KEEP = JobKind("core.keep_deals", keep_deals, every=timedelta(hours=1))

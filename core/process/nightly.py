"""The nightly work of the process: learns what is usual, and tells which deals hang."""

from datetime import timedelta
from typing import Any

from core.hooks.contributions import HangingDeal, JobKind
from core.process.hanging import hanging
from core.process.usual import learn_usual_stays
from core.runtime import CRM


def learn_and_tell(crm: CRM, args: dict[str, Any], progress: Any) -> None:
    """Learns usual stays and announces the deals that hang; run twice it tells them twice."""
    learn_usual_stays(crm)
    found = [
        HangingDeal(one.deal_id, one.owner_id, one.mark.reasons, one.mark.since) for one in hanging(crm, None).found
    ]
    if found:
        crm.hooks.announce("deals_hanging", crm=crm, found=found)


NIGHTLY = JobKind("core.learn_usual", learn_and_tell, every=timedelta(days=1))

"""Sample data: a believable company, made by a seeded generator at any size; the bench uses it too.

`generate` is all that others need. It writes in bulk, straight into the tables of `core.migrations`, and everything
it writes is consistent: deals agree with their visits, periods and closings.
"""

import random
from dataclasses import dataclass
from datetime import timedelta

from core.deals.limits import ensure_limits
from core.runtime import CRM
from core.sample.activity import make_activity
from core.sample.clients import SampleClient, make_clients
from core.sample.company import make_company
from core.sample.deals import make_deals
from core.sample.seasons import Seasons

CHUNK = 10_000


@dataclass(frozen=True)
class Sample:
    """How much was made."""

    users: int
    clients: int
    deals: int
    interactions: int


def generate(
    crm: CRM,
    *,
    clients: int = 2_000,
    deals: int = 5_000,
    seed: int = 1,
    years: float = 2,
    sellers: int = 12,
    interactions_per_deal: float = 1.5,
) -> Sample:
    """Fills the instance with a company of three teams, its clients and deals up to now, and tells how much it made.

    The same seed, size and moment give the same company; its words are those of the present language. Users of the
    sample can't sign in until an administrator gives them a password. Large sizes are committed in chunks.
    """
    now = crm.clock.now()
    chance = random.Random(seed)  # noqa: S311 - repeatable, not secret
    seasons = Seasons(now - timedelta(days=round(365.25 * years)), now, crm.config.zone, chance)
    with crm.work():
        company = make_company(crm, seasons, sellers)
    pool: list[SampleClient] = []
    for done in range(0, clients, CHUNK):
        with crm.work():
            pool += make_clients(crm, company, seasons, first=done, count=min(CHUNK, clients - done))
    interactions = 0
    for done in range(0, deals, CHUNK):
        with crm.work():
            made = make_deals(crm, company, pool, seasons, count=min(CHUNK, deals - done))
            interactions += make_activity(crm, company, made, seasons, per_deal=interactions_per_deal)
    ensure_limits(crm)
    return Sample(len(company.people.users), clients, deals, interactions)

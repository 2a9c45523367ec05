"""Fifty sellers work at once over real HTTP: nine times they look at something, once they do a task of a stage.

Each has a connection of its own and thinks between two clicks. Nobody may meet an error.
"""

import http.client
import json
import random
import threading
import time
from collections.abc import Sequence
from dataclasses import dataclass, field
from decimal import Decimal

from core.clients.services import create_client
from core.deals.services import open_deal
from core.runtime import CRM
from core.stages.models import DealType
from core.stages.services import create_deal_type
from core.users.models import User
from core.users.services import create_token, create_user
from tests.bench.bases import Bases, opened
from tests.bench.figures import Figure, percentile
from tests.bench.load import served

CLIENTS, DEALS = 2_000, 20_000
SELLERS, SECONDS, DEALS_EACH, STAGES = 50, 30.0, 4, 30
THINKS_S = (0.2, 0.8)
READS = (
    "/api/v1/deals?state=open&page_size=20",
    "/api/v1/tasks?mine=true&page_size=20",
    "/api/v1/clients?page_size=20",
)


@dataclass
class Seller:
    """One who works: a token, deals, and what the answers took, in milliseconds."""

    token: str
    deals: Sequence[int]
    reads: list[float] = field(default_factory=list)
    writes: list[float] = field(default_factory=list)
    errors: list[str] = field(default_factory=list)


def run(bases: Bases, database: str) -> list[Figure]:
    """Returns how long reads and writes took, and how many errors there were."""
    base = bases.base(database, CLIENTS, DEALS)
    with opened(base.folder) as crm:
        sellers = _sellers(crm)
    with served("app:create_app()", {"HINKA_INSTANCE": str(base.folder)}) as (port, _pid):
        threads = [threading.Thread(target=_work, args=(seller, port, number)) for number, seller in enumerate(sellers)]
        begun = time.monotonic()
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
        seconds = time.monotonic() - begun
    reads = [one for seller in sellers for one in seller.reads]
    writes = [one for seller in sellers for one in seller.writes]
    errors = [one for seller in sellers for one in seller.errors]
    if errors:
        print(errors[:5])
    return [
        Figure(f"errors that {SELLERS} sellers met", len(errors), "", 0),
        Figure("requests a second", (len(reads) + len(writes)) / seconds, "req/s"),
        Figure("a look, p50", percentile(reads, 0.5), "ms"),
        Figure("a look, p95", percentile(reads, 0.95), "ms"),
        Figure("a task done, p50", percentile(writes, 0.5), "ms"),
        Figure("a task done, p95", percentile(writes, 0.95), "ms"),
    ]


def _sellers(crm: CRM) -> list[Seller]:
    kind = create_deal_type(crm, "Load", mode="process", stages=[f"Load {number}" for number in range(STAGES)])
    return [_seller(crm, kind, create_user(crm, f"load{number}", f"Load {number}")) for number in range(SELLERS)]


def _seller(crm: CRM, kind: DealType, user: User) -> Seller:
    client = create_client(crm, name=f"Client of {user.name}", kind="company", owner=user)
    deals = [
        open_deal(crm, title="Load", client=client, deal_type=kind, owner=user, potential=Decimal(100))
        for _deal in range(DEALS_EACH)
    ]
    return Seller(create_token(crm, user, "load"), [deal.id for deal in deals])


def _work(seller: Seller, port: int, number: int) -> None:
    chance = random.Random(number)
    until = time.monotonic() + SECONDS
    connection = http.client.HTTPConnection("127.0.0.1", port, timeout=60)
    turn = number
    while time.monotonic() < until:
        turn += 1
        if turn % 10:
            seller.reads.append(_ask(seller, connection, "GET", chance.choice(READS))[0])
        else:
            _do_a_task(seller, connection, chance.choice(seller.deals))
        time.sleep(chance.uniform(*THINKS_S))
    connection.close()


def _do_a_task(seller: Seller, connection: http.client.HTTPConnection, deal_id: int) -> None:
    """Looks which task of a deal stands, which is a read, and does it."""
    took, found = _ask(seller, connection, "GET", f"/api/v1/tasks?deal={deal_id}&state=open&kind=stage")
    seller.reads.append(took)
    task = found[0]
    path = f"/api/v1/tasks/{task['id']}/complete"
    seller.writes.append(_ask(seller, connection, "POST", path, task["version"])[0])


def _ask(
    seller: Seller, connection: http.client.HTTPConnection, method: str, path: str, version: int | None = None
) -> tuple[float, list]:
    headers = {"Authorization": f"Bearer {seller.token}", "Content-Type": "application/json"}
    if version is not None:
        headers["If-Match"] = f'"{version}"'
    begun = time.perf_counter()
    connection.request(method, path, body=None if method == "GET" else "{}", headers=headers)
    answer = connection.getresponse()
    body = answer.read()
    took = (time.perf_counter() - begun) * 1000
    if answer.status != 200:
        seller.errors.append(f"{method} {path}: {answer.status} {body[:200]!r}")
    return took, json.loads(body)

"""SMS over SMPP at the pace that a gateway allows, to a server of others, while somebody looks at a client's card."""

import time

from core.api import bulk
from core.clients.services import create_client
from core.messages.sending import send_queued
from core.runtime import CRM
from plugins.sms.gateways import save_gateway
from plugins.sms.providers import smpp
from plugins.sms.schemas import GatewaySchema
from tests.bench.bases import Bases, fresh
from tests.bench.figures import Figure, percentile
from tests.bench.import_clients import MOST_CARD_MS, looked_at
from tests.plugins.sms.counterparts import smsc

MESSAGES = 3_000
PACE = 200
COLUMNS = ("channel", "direction", "client_id", "address", "body", "state", "send_after", "created_at", "changed_at")


def run(bases: Bases, database: str) -> list[Figure]:
    """Returns the pace that was kept, and how quick a card was before and meanwhile."""
    with fresh(bases.new_folder(), database, plugins=("importers", "reports", "sms")) as crm, smsc() as network:
        crm.settings.save("webhooks", {"private_hosts": "127.0.0.1"})
        crm.settings.save("sms", {"quiet_from": 0, "quiet_to": 0})
        _fill(crm, network.address)
        with looked_at(crm) as times:
            begun = time.perf_counter()
            send_queued(crm, {"channel": "sms"}, None)
            took = time.perf_counter() - begun
        smpp.close_lines()
    pace = MESSAGES / took
    return [
        Figure(f"messages a second where {PACE} are allowed", pace, "", PACE * 0.95, is_least=True),
        Figure("the same, at most", pace, "", PACE * 1.05),
        Figure("card of a client meanwhile: p50", 1000 * percentile(times, 0.5), "ms"),
        Figure("card of a client meanwhile: p95", 1000 * percentile(times, 0.95), "ms", MOST_CARD_MS),
    ]


def _fill(crm: CRM, address: str) -> None:
    given = {"name": "Bench", "kind": "smpp", "address": address, "login": "crm", "secret": "secret", "sender": "Hinka"}
    save_gateway(crm, None, {**GatewaySchema().load({**given, "per_second": PACE})})
    client, now = create_client(crm, name="Bench"), bulk.to_microseconds(crm.clock.now())
    rows = [
        ("sms", "out", client.id, f"+35569{number:06}7", "Hello", "queued", now, now, now) for number in range(MESSAGES)
    ]
    with crm.work():
        bulk.insert_rows(crm.database, "core_message", COLUMNS, rows)

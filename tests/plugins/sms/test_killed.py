"""The worker of `hinka serve` is killed (-9) while it sends: everybody gets a message once, or it is uncertain.

5,000 messages on SQLite, 1,500 on PostgreSQL, where the same code runs: the suite has little time.
"""

import os
import random
import signal
from collections import Counter
from datetime import UTC, datetime
from pathlib import Path

import pytest

from core.api import bulk
from core.jobs import Job
from core.messages.models import Message
from tests.plugins.sms.counterparts import smsc
from tests.serving import children, is_alive, serving
from tests.waiting import until

MESSAGES = {"sqlite": 5_000, "postgresql": 1_500}
KILLS = 4
BATCH = 20
LONG_AGO = datetime(2001, 1, 1, tzinfo=UTC)
COLUMNS = ("channel", "direction", "client_id", "address", "body", "state", "send_after", "created_at", "changed_at")


@pytest.fixture
def queued(crm, make, gateway, own_network):
    """Returns a function that queues messages to a server, each to a number of its own, and returns how many."""

    def fill(address):
        gateway("smpp", address, sender="Hinka", per_second=1000)
        # Real processes serve this instance by the real clock.
        crm.settings.save("sms", {"quiet_from": 0, "quiet_to": 0})
        with (crm.config.folder / "customer.toml").open("a") as file:
            file.write('plugins = ["sms"]\n')
        client, then = make.client(), bulk.to_microseconds(LONG_AGO)
        count = MESSAGES[crm.config.database.partition(":")[0]]
        rows = [
            ("sms", "out", client.id, f"+35569{number:05}07", "Hello", "queued", then, then, then)
            for number in range(count)
        ]
        with crm.work():
            bulk.insert_rows(crm.database, "core_message", COLUMNS, rows)
        return count

    return fill


def worker_of(supervisor, *, other_than=()):
    """Returns the process that does the jobs of a running `hinka serve`."""

    def found():
        pids = [pid for pid in children(supervisor) if pid not in other_than]
        return next((pid for pid in pids if name_of(pid) == "hinka-worker"), None)

    return until(found, 60)


def name_of(pid):
    try:
        return Path(f"/proc/{pid}/comm").read_text().strip()
    except OSError:
        return ""


def kill(pid):
    """Kills a worker, and lets the minute pass after which its job comes back."""
    os.kill(pid, signal.SIGKILL)
    until(lambda: not is_alive(pid))
    Job.update(lease_until=LONG_AGO).where(Job.state == "running").execute()


def is_waiting():
    return Message.select().where(Message.state.in_(("queued", "sending"))).exists()


def test_everybody_gets_a_message_once_or_it_is_uncertain(crm, queued):
    got, killed = Counter(), []
    with smsc() as network:
        count = queued(network.address)
        with serving(crm.config.folder, "--workers", "1") as (supervisor, _url):
            for moment in sorted(random.Random(5).sample(range(1, count - KILLS * BATCH), KILLS)):
                worker = worker_of(supervisor.pid, other_than=killed)
                while got.total() < moment:
                    got[network.got()["to"]] += 1
                kill(worker)
                killed.append(worker)
            until(lambda: not is_waiting(), 120)
        got.update(told["to"] for told in network.all_so_far() if "to" in told)
    states = {message.address.removeprefix("+"): message.state for message in Message.select()}
    lost = [number for number, state in states.items() if state == "sent" and not got[number]]
    assert set(states.values()) == {"sent", "uncertain"}
    assert (lost, max(got.values())) == ([], 1)
    assert Counter(states.values())["uncertain"] <= KILLS * BATCH

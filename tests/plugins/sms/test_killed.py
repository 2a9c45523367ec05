"""A worker that is killed (-9) while it sends: everybody gets a message once, or it is uncertain and stays so."""

import random
import subprocess
import sys
import time
from collections import Counter
from pathlib import Path

import pytest

from core.api import insert_rows, to_microseconds
from core.messages.models import Message
from tests.plugins.sms.counterparts import smsc

ROOT = Path(__file__).parents[3]
MESSAGES = 1_500
KILLS = 5


@pytest.fixture
def queue(crm, make, gateway, own_network):
    """Returns a function that queues messages, each to a number of its own, over the line to a server."""

    def fill(address):
        gateway("smpp", address, sender="Hinka", per_second=1000)
        client, now = make.client(), to_microseconds(crm.clock.now())
        columns = (
            "channel",
            "direction",
            "client_id",
            "address",
            "body",
            "state",
            "send_after",
            "created_at",
            "changed_at",
        )
        rows = [
            ("sms", "out", client.id, f"+35569{number:06}7", "Hello", "queued", now, now, now)
            for number in range(MESSAGES)
        ]
        with crm.work():
            insert_rows(crm.database, "core_message", columns, rows)

    return fill


def test_everybody_gets_a_message_once_or_it_is_uncertain(crm, queue):
    crm.settings.save("sms", {"quiet_from": 0, "quiet_to": 0})  # by the real clock of the senders
    rng, first = random.Random(5), []
    command = [sys.executable, "-m", "tests.plugins.sms.sender", str(crm.config.folder)]
    with smsc() as network:
        queue(network.address)
        for _time in range(KILLS):
            sender = subprocess.Popen(command, cwd=ROOT)
            first.append(network.got())
            time.sleep(rng.uniform(0, 0.4))
            sender.kill()
            sender.wait()
        subprocess.run(command, cwd=ROOT, check=True, timeout=120)
        got = Counter(told["to"] for told in (*first, *network.all_so_far()) if "to" in told)
    states = {message.address.removeprefix("+"): message.state for message in Message.select()}
    lost = [number for number, state in states.items() if state == "sent" and not got[number]]
    assert set(states.values()) == {"sent", "uncertain"}
    assert (lost, max(got.values())) == ([], 1)
    assert Counter(states.values())["uncertain"] <= KILLS * 20

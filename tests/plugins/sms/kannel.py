"""Kannel, the gateway of others that speaks HTTP to us and SMPP to the network, on loopback."""

import subprocess
import urllib.error
import urllib.request
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from tests.plugins.sms.counterparts import PATIENCE_S
from tests.servers import free_port
from tests.waiting import until

CONFIGURATION = """
group = core
admin-port = {admin}
admin-interface = "127.0.0.1"
admin-password = secret
smsbox-port = {box}
smsbox-interface = "127.0.0.1"
box-allow-ip = "127.0.0.1"
log-level = 3

group = smsc
smsc = smpp
host = 127.0.0.1
port = {network}
transceiver-mode = true
smsc-username = crm
smsc-password = secret
system-type = "VMA"

group = smsbox
bearerbox-host = 127.0.0.1
sendsms-port = {http}
sendsms-interface = "127.0.0.1"
log-level = 3

group = sendsms-user
username = crm
password = secret
user-allow-ip = "127.0.0.1"
max-messages = 10
concatenation = true

group = sms-service
keyword = default
catch-all = yes
max-messages = 0
get-url = "{incoming}"
"""


@contextmanager
def kannel(folder: Path, network: int, incoming: str) -> Iterator[str]:
    """Runs the block beside Kannel, bound to an SMPP server, and gives the address that takes messages.

    What comes in it tells at `incoming`, an address with its own codes in it.
    """
    ports = {name: free_port() for name in ("admin", "box", "http")}
    file = folder / "kannel.conf"
    file.write_text(CONFIGURATION.format(**ports, network=network, incoming=incoming))
    running = []
    try:
        for program in ("bearerbox", "smsbox"):
            with (folder / f"{program}.log").open("w") as log:
                running.append(
                    subprocess.Popen([f"/usr/sbin/{program}", str(file)], stdout=log, stderr=log, cwd=folder)
                )
            wanted = "admin" if program == "bearerbox" else "http"
            until(lambda port=ports[wanted]: _answers(f"http://127.0.0.1:{port}/"))
        yield f"http://127.0.0.1:{ports['http']}/cgi-bin/sendsms"
    finally:
        for process in reversed(running):
            process.terminate()
            process.wait(PATIENCE_S)


def _answers(url: str) -> bool:
    try:
        with urllib.request.urlopen(url, timeout=2):
            return True
    except urllib.error.HTTPError:
        return True
    except OSError:
        return False

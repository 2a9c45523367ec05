"""Empties the queue of SMS of an instance, as the worker's job does: a process of its own that a test can kill.

`python -m tests.plugins.sms.sender FOLDER`
"""

import sys
from dataclasses import replace
from pathlib import Path

from core.boot import boot
from core.config import read_config
from core.messages.sending import send_queued

if __name__ == "__main__":
    crm = boot(replace(read_config(Path(sys.argv[1]), environment={}), plugins=("sms",)))
    with crm.database.connection_context():
        send_queued(crm, {"channel": "sms"}, None)

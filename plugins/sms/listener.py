"""Listens to SMPP gateways: a bound receiver for each, whose receipts and incoming messages are taken as they come."""

import logging
import secrets
import threading
from contextlib import suppress

from core.api import CRM
from plugins.sms.deliveries import take_delivery
from plugins.sms.gateways import all_gateways
from plugins.sms.models import Gateway
from plugins.sms.providers import SMPP

LOOK_S = 5
ASK_S = 30
FIRST_WAIT_S, LONGEST_WAIT_S = 1, 60
GRACE_S = 3
log = logging.getLogger("hinka.sms")


def listen(crm: CRM, stop: threading.Event) -> None:
    """Keeps a line to each SMPP gateway in use until `stop`; gateways that are added or changed are noticed."""
    lines: dict[tuple, tuple[threading.Thread, threading.Event]] = {}
    while not stop.is_set():
        with crm.database.connection_context():
            wanted = {_facts(one): one for one in all_gateways() if one.kind == SMPP and one.is_active}
        for facts in [known for known in lines if known not in wanted]:
            _end(*lines.pop(facts))
        for facts in wanted:
            # A thread that ended by a failure nobody foresaw is begun again: a gateway that is not heard says nothing.
            if facts not in lines or not lines[facts][0].is_alive():
                lines[facts] = _begin(crm, wanted[facts])
        stop.wait(LOOK_S)
    for thread, ended in lines.values():
        _end(thread, ended)


def keep_line(crm: CRM, gateway: Gateway, stop: threading.Event) -> None:
    """Takes what a gateway delivers until `stop`, and connects again, later each time, when the line breaks."""
    from plugins.sms.providers.smpp_line import Lost, open_line  # loaded where there is such a gateway

    wait_s = FIRST_WAIT_S
    while not stop.is_set():
        try:
            with crm.database.connection_context():
                line = open_line(crm, gateway, "receiver")
            wait_s = FIRST_WAIT_S
            try:
                _serve(crm, gateway, line, stop)
            finally:
                line.close()
        except Lost as error:
            log.warning("line is down", extra={"gateway": gateway.name, "why": str(error), "again_in_s": wait_s})
        stop.wait(wait_s)
        wait_s = min(wait_s * 2, LONGEST_WAIT_S)


def _serve(crm: CRM, gateway: Gateway, line: object, stop: threading.Event) -> None:
    from plugins.sms.providers.smpp_line import Lost

    word = secrets.token_hex(8)
    quiet_s, has_asked = 0, False
    while not stop.is_set():
        heard = False
        for pdu in line.read(1):
            heard = True
            if pdu.command == "deliver_sm":
                with crm.database.connection_context():
                    status = take_delivery(crm, gateway, word, pdu)
                line.answer(pdu, status)
        quiet_s, has_asked = (0, False) if heard else (quiet_s + 1, has_asked)
        if quiet_s >= ASK_S:
            if has_asked:
                raise Lost("it does not answer any more")
            line.ask()
            quiet_s, has_asked = 0, True


def _facts(gateway: Gateway) -> tuple:
    return gateway.id, gateway.address, gateway.login, gateway.secret, gateway.authority


def _begin(crm: CRM, gateway: Gateway) -> tuple[threading.Thread, threading.Event]:
    ended = threading.Event()
    thread = threading.Thread(target=keep_line, args=(crm, gateway, ended), name=f"sms-{gateway.id}", daemon=True)
    thread.start()
    return thread, ended


def _end(thread: threading.Thread, ended: threading.Event) -> None:
    ended.set()
    with suppress(RuntimeError):
        thread.join(GRACE_S)

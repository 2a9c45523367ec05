"""What an SMPP gateway delivers: receipts, messages from clients, and parts of long ones, joined when all have come."""

import logging
from dataclasses import dataclass
from typing import Any

from peewee import PeeweeException

from core.api import CRM, CRMError, receive_message
from plugins.sms import gsm7, receipts
from plugins.sms.models import Gateway, IncomingPart
from plugins.sms.repeats import is_repeated
from plugins.sms.tracking import CHANNEL, take_receipt

OK, TRY_AGAIN = 0x00, 0x64
IS_RECEIPT, HAS_HEADER = 0x3C, 0x40
log = logging.getLogger("hinka.sms")


@dataclass(frozen=True)
class _Place:
    """Which part of which long message this is."""

    ref: int
    total: int
    place: int


def take_delivery(crm: CRM, gateway: Gateway, line: str, pdu: Any) -> int:
    """Returns what the gateway is told: that it was taken, or that it should deliver it again later.

    `line` is a word for the bound line it came over: a message of an earlier line is known again.
    """
    octets = bytes(pdu.short_message or getattr(pdu, "message_payload", None) or b"")
    try:
        told = _receipt(pdu, octets)
        if told is not None:
            take_receipt(crm, gateway, told)
        else:
            _take_message(crm, gateway, line, pdu, octets)
    except (CRMError, PeeweeException) as error:
        # Whatever it was, the line goes on, and the gateway keeps what was not taken.
        log.warning("a delivery could not be taken", extra={"gateway": gateway.name, "why": type(error).__name__})
        return TRY_AGAIN
    return OK


def read_header(octets: bytes) -> tuple[_Place | None, bytes]:
    """Returns the place of a part, if its header tells one, and what stands behind the header."""
    size = octets[0] if octets else 0
    header, body, at = octets[1 : size + 1], octets[size + 1 :], 0
    while at + 2 <= len(header):
        kind, length = header[at], header[at + 1]
        value = header[at + 2 : at + 2 + length]
        if kind == 0 and len(value) == 3:
            return _Place(value[0], value[1], value[2]), body
        if kind == 8 and len(value) == 4:
            return _Place(value[0] << 8 | value[1], value[2], value[3]), body
        at += 2 + length
    return None, body


def text_of(octets: bytes, coding: int) -> str:
    """Returns the text of octets by SMPP's `data_coding`."""
    if coding == 8:
        return octets.decode("utf-16-be", "replace")
    return octets.decode("latin-1") if coding == 3 else gsm7.decode(octets)


def _receipt(pdu: Any, octets: bytes) -> receipts.Told | None:
    ref = bytes(getattr(pdu, "receipted_message_id", None) or b"").decode("ascii", "replace")
    state = getattr(pdu, "message_state", None)
    if not (pdu.esm_class & IS_RECEIPT or ref):
        return None
    return receipts.read(octets.decode("latin-1"), ref=ref, state=state)


def _take_message(crm: CRM, gateway: Gateway, line: str, pdu: Any, octets: bytes) -> None:
    number = pdu.source_addr.decode("ascii", "replace").strip("\0 ")
    address = f"+{number}" if number.isdecimal() and len(number) > 6 else number
    place, body = read_header(octets) if pdu.esm_class & HAS_HEADER else (_place_beside(pdu), octets)
    text = text_of(body, pdu.data_coding or 0)
    with crm.work():
        if is_repeated(crm, gateway, line, pdu):
            return
        if place is not None and place.total > 1:
            whole = _joined(crm, gateway, address, place, text)
            if whole is None:
                return
            text = whole
        receive_message(crm, CHANNEL, address=address, body=text)


def _place_beside(pdu: Any) -> _Place | None:
    total = getattr(pdu, "sar_total_segments", None)
    return _Place(pdu.sar_msg_ref_num or 0, total, pdu.sar_segment_seqnum or 1) if total else None


def _joined(crm: CRM, gateway: Gateway, address: str, place: _Place, text: str) -> str | None:
    """Returns the whole text when this was the part that was missing, else keeps the part and returns None."""
    mine = (
        (IncomingPart.gateway == gateway.id) & (IncomingPart.address == address) & (IncomingPart.ref == place.ref)
        & (IncomingPart.total == place.total)
    )  # fmt: skip
    known = {one.place: one.body for one in IncomingPart.select().where(mine)}
    if place.place not in known:
        IncomingPart.create(
            gateway=gateway.id, address=address, ref=place.ref, total=place.total, place=place.place, body=text,
            came_at=crm.clock.now(),
        )  # fmt: skip
    known[place.place] = text
    if len(known) < place.total:
        return None
    IncomingPart.delete().where(mine).execute()
    return "".join(known[one] for one in sorted(known))

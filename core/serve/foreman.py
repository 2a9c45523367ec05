"""Looks after the job that a worker has in hand: one that was stopped, or takes too long, ends with its process.

A thread can't be interrupted, a process can; the supervisor starts the worker again, and other jobs go on.
"""

import logging
import threading
import time
from collections.abc import Callable

from peewee import PeeweeException

from core.jobs import Hand
from core.jobs.models import Job, is_in_hand
from core.runtime import CRM
from core.serve.caretaker import leave

LOOK_S = 1.0
# A job that was stopped has so long to end by itself, at its next word of progress.
GRACE_LOOKS = 5
# It may keep all others from writing for this part of its time.
TURN_SHARE = 12
log = logging.getLogger("hinka.jobs")


def look_after_job(crm: CRM) -> None:
    """Starts the thread."""
    threading.Thread(target=_look, args=(crm, threading.Event()), name="hinka-foreman", daemon=True).start()


def _look(crm: CRM, pause: threading.Event, leave: Callable[[], None] = leave) -> None:
    looks_since_stop = 0
    while not pause.wait(LOOK_S):
        hand = crm.jobs.in_hand
        if hand is None:
            looks_since_stop = 0
            continue
        try:
            with crm.database.connection_context():
                looks_since_stop = 0 if _may_go_on(hand) else looks_since_stop + 1
                if looks_since_stop > GRACE_LOOKS or _takes_too_long(crm, hand):
                    log.error("the job in hand is ended", extra={"job": hand.job.id, "kind": hand.job.kind})
                    leave()
                    return
        except PeeweeException:
            log.exception("the database does not tell of the job in hand; asking again")


def _may_go_on(hand: Hand) -> bool:
    return Job.select().where(is_in_hand(hand.job)).exists()


def _takes_too_long(crm: CRM, hand: Hand) -> bool:
    """Tells whether a job is over its time, and writes that down unless the job itself keeps all from writing.

    Then its lease ends with the process, and it is tried again, three times at most.
    """
    limit_s = hand.limit.total_seconds()
    if crm.desk.turn_of == hand.thread:
        return time.monotonic() - crm.desk.turn_since > limit_s / TURN_SHARE
    if hand.age_s <= limit_s:
        return False
    crm.jobs.expire(hand)
    return True

"""What changes on open pages by itself: computed for all connected users at once, handed to each one's pages.

One thread a process follows the database and feeds every stream; a stream itself holds no connection.
"""

import hashlib
import logging
import queue
import socket
import threading
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from datetime import timedelta

import psycopg
from markupsafe import escape
from peewee import PeeweeException

from core.runtime import CRM
from core.store.changes import Changes
from core.users.models import SessionEnd, User

MAX_FOLLOWERS = 110
LOOK_S = 0.5
# What hangs on the hour (a task becomes late) changes without anybody's writing.
PULSE_S = 10
HEARTBEAT_S = 15
KEPT = timedelta(days=1)
log = logging.getLogger("hinka.live")


@dataclass(eq=False)
class Follower:
    """One open page: whose it is, by which session, and what it has been told."""

    user_id: int
    epoch: int
    session: str
    line: socket.socket | None = None
    has_lost_session: bool = False
    told: dict[str, str] = field(default_factory=dict)
    # Texts by key; None ends the stream.
    news: queue.SimpleQueue[dict[str, str] | None] = field(default_factory=queue.SimpleQueue)

    def events(self) -> Iterator[dict[str, str]]:
        """Yields the parts that changed, {} as a sign of life while nothing does, until the page is to end."""
        while True:
            try:
                news = self.news.get(timeout=HEARTBEAT_S)
            except queue.Empty:
                news = {}
            if news is None:
                return
            yield news


class Live:
    """The open pages of one process and the thread that feeds them."""

    def __init__(self, crm: CRM) -> None:
        self.crm = crm
        self.is_ended = False
        self._followers: set[Follower] = set()
        self._lock = threading.Lock()
        self._wake = threading.Event()
        self._thread: threading.Thread | None = None

    def join(self, follower: Follower) -> bool:
        """Takes a page in and tells whether there was room; its first news come within a moment."""
        with self._lock:
            if self.is_ended:
                follower.news.put(None)  # was let in while this process began to stop: it comes back, to the next one
                return True
            if len(self._followers) >= MAX_FOLLOWERS:
                return False
            self._followers.add(follower)
            if self._thread is None:
                self._thread = threading.Thread(target=self._follow, name="hinka-live", daemon=True)
                self._thread.start()
        self._wake.set()
        return True

    def leave(self, follower: Follower) -> None:
        """Forgets a page that was closed."""
        with self._lock:
            self._followers.discard(follower)

    def end(self) -> None:
        """Ends every stream and the thread; pages come back, to the process that takes over."""
        with self._lock:
            self.is_ended, thread = True, self._thread
            for follower in self._followers:
                follower.news.put(None)
        self._wake.set()
        if thread is not None and thread is not threading.current_thread():
            thread.join()

    def texts(self, user_ids: Iterable[int], *keys: str) -> dict[str, dict[int, str]]:
        """Returns {key: {user_id: text}} of these topics, or of all; a topic whose plugin fails is missing."""
        users, found = sorted(set(user_ids)), {}
        for key in keys or self.crm.live_topics:
            plugin, topic = self.crm.live_topics[key]
            texts, failure = self.crm.hooks.attempt(plugin, f"live topic {key}", topic.compute, self.crm, users)
            if failure is None:
                found[key] = {user: str(escape(texts.get(user, ""))) for user in users}
        return found

    def refresh(self) -> None:
        """Tells every page what has changed for its user; ends those that are gone or no longer signed in."""
        with self._lock:
            followers = list(self._followers)
        followers = [follower for follower in followers if not self._has_hung_up(follower)]
        followers = self._signed_in(followers)
        texts = self.texts(follower.user_id for follower in followers)
        for follower in followers:
            fresh = {key: found[follower.user_id] for key, found in texts.items()}
            news = {key: text for key, text in fresh.items() if follower.told.get(key) != text}
            if news:
                follower.told.update(news)
                follower.news.put(news)

    def _signed_in(self, followers: list[Follower]) -> list[Follower]:
        if not followers:
            return []
        users = User.select(User.id, User.session_epoch).where(
            User.id.in_({follower.user_id for follower in followers}), User.is_active
        )
        epochs = dict(users.tuples())
        ended = SessionEnd.select(SessionEnd.key).where(SessionEnd.key.in_({one.session for one in followers}))
        gone = {key for (key,) in ended.tuples()}
        stay = []
        for follower in followers:
            if epochs.get(follower.user_id) == follower.epoch and follower.session not in gone:
                stay.append(follower)
            else:
                follower.has_lost_session = True
                follower.news.put(None)
        return stay

    def _has_hung_up(self, follower: Follower) -> bool:
        """Tells whether the browser has closed the connection: only a look at it shows that while nobody writes."""
        if follower.line is None:
            return False
        try:
            is_gone = follower.line.recv(1, socket.MSG_PEEK | socket.MSG_DONTWAIT) == b""
        except BlockingIOError:
            return False
        except OSError:
            is_gone = True
        if is_gone:
            follower.news.put(None)
        return is_gone

    def _follow(self) -> None:
        changes, rest = None, 0
        while not self.is_ended:
            is_awake = self._wake.wait(LOOK_S)
            self._wake.clear()
            rest -= 1
            if not self._followers:
                continue
            try:
                changes = changes or Changes(self.crm.database)
                if changes.are_new() or is_awake or rest <= 0:
                    rest = int(PULSE_S / LOOK_S)
                    with self.crm.database.connection_context():
                        self.refresh()
            except (PeeweeException, psycopg.Error):
                log.exception("the database could not be followed; trying again")
                changes = _closed(changes)
        _closed(changes)


def session_key(user_id: int, token: str) -> str:
    """Returns the name of a browser's session, from which neither user nor token can be guessed."""
    return hashlib.sha256(f"{user_id} {token}".encode()).hexdigest()


def note_session_end(crm: CRM, key: str) -> None:
    """Writes down that a session was signed out, so that its streams end in every process."""
    now = crm.clock.now()
    with crm.work():
        SessionEnd.delete().where(SessionEnd.at < now - KEPT).execute()
        SessionEnd.insert(key=key, at=now).on_conflict_ignore().execute()


def _closed(changes: Changes | None) -> None:
    if changes is not None:
        changes.close()

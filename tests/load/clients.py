"""People and programs that use a served instance without pause, and note whatever goes wrong."""

import http.client
import json
import select
import socket
import threading
from dataclasses import dataclass, field
from urllib.parse import urlsplit

TURNS_A_JOB = 4


@dataclass
class Crowd:
    """Clients of the REST API and of pages, each on a connection that it keeps, as browsers do."""

    url: str
    token: str
    size: int = 20
    errors: list[str] = field(default_factory=list)
    reads: int = 0
    writes: int = 0
    jobs: int = 0

    def __enter__(self) -> "Crowd":
        self.stop = threading.Event()
        self.threads = [threading.Thread(target=self._work, args=(number,)) for number in range(self.size)]
        for thread in self.threads:
            thread.start()
        return self

    def __exit__(self, *_error) -> None:
        self.stop.set()
        for thread in self.threads:
            thread.join()

    def _work(self, number: int) -> None:
        connection = http.client.HTTPConnection(urlsplit(self.url).netloc, timeout=30)
        for turn in range(1_000_000):
            if self.stop.is_set():
                break
            try:
                self._read_and_write(connection, f"{number}-{turn}")
                if turn % TURNS_A_JOB == 0:
                    self._ask(connection, "POST", "/api/v1/tally", {}, 200)
                    self.jobs += 1
            except OSError as error:
                self.errors.append(f"{type(error).__name__}: {error}")
                connection.close()
        connection.close()

    def _read_and_write(self, connection: http.client.HTTPConnection, name: str) -> None:
        self._ask(connection, "GET", "/api/v1/clients?page_size=20", None, 200)
        self.reads += 1
        self._ask(connection, "POST", "/api/v1/clients", {"name": f"Client {name}", "kind": "company"}, 201)
        self.writes += 1

    def _ask(self, connection, method: str, path: str, values: dict | None, status: int) -> None:
        headers = {"Authorization": f"Bearer {self.token}", "Content-Type": "application/json"}
        body = None if values is None else json.dumps(values)
        answer = self._answer(connection, method, path, body, headers)
        text = answer.read()
        if answer.status != status:
            self.errors.append(f"{method} {path}: {answer.status} {text[:200]!r}")

    def _answer(self, connection, method: str, path: str, body: str | None, headers: dict):
        """Returns the answer; a kept connection that the server closed meanwhile is opened anew, once.

        So do browsers: on a connection that was used before, a server may have ended it while the request was on its
        way, unread (RFC 9112, 9.3.1). On a fresh connection nothing is tried again.
        """
        was_used = connection.sock is not None
        try:
            connection.request(method, path, body, headers)
            return connection.getresponse()
        except (ConnectionResetError, BrokenPipeError, http.client.RemoteDisconnected):
            if not was_used:
                raise
        connection.close()
        connection.request(method, path, body, headers)
        return connection.getresponse()


class Streams:
    """Open pages: each follows the stream, and comes back when the server ends it."""

    def __init__(self, url: str, cookie: str, count: int) -> None:
        place = urlsplit(url)
        self.address = (place.hostname, place.port)
        self.request = f"GET /stream HTTP/1.1\r\nHost: {place.netloc}\r\nCookie: {cookie}\r\n\r\n".encode()
        self.count = count
        self.refused: list[bytes] = []
        self.returns = 0

    def __enter__(self) -> "Streams":
        self.stop = threading.Event()
        self.open = [self._connect() for _number in range(self.count)]
        self.thread = threading.Thread(target=self._follow)
        self.thread.start()
        return self

    def __exit__(self, *_error) -> None:
        self.stop.set()
        self.thread.join()
        for line in self.open:
            line.close()

    def _connect(self) -> socket.socket:
        line = socket.create_connection(self.address, timeout=30)
        line.sendall(self.request)
        return line

    def _follow(self) -> None:
        while not self.stop.is_set():
            for line in select.select(self.open, [], [], 0.1)[0]:
                said = line.recv(65536)
                if said.startswith(b"HTTP/1.1") and not said.startswith(b"HTTP/1.1 200"):
                    self.refused.append(said[:40])
                if not said:
                    line.close()
                    self.open[self.open.index(line)] = self._connect()
                    self.returns += 1

"""A scripted Pigeon on this machine: what it was given stands in `taken`, what it tells is put into `waiting`.

By hand, `python -m tests.pigeon`: then it shows each message, tells that it was delivered, and answers it.
"""

import json
import threading
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from urllib.parse import parse_qs, urlsplit

TOKEN = "coo"


class Pigeon(ThreadingHTTPServer):
    """The server; `fails_with` makes it answer everything with that status, `is_lively` shows and answers messages."""

    is_lively = False

    def __init__(self, port=0):
        super().__init__(("127.0.0.1", port), Handler)
        self.taken, self.waiting, self.fails_with = {}, [], 0

    @property
    def url(self):
        return f"http://127.0.0.1:{self.server_address[1]}"

    def tell(self, **update):
        self.waiting.append({"number": len(self.waiting) + 1, **update})

    def take(self, asked):
        is_new = asked["key"] not in self.taken
        known = self.taken.setdefault(asked["key"], {**asked, "id": f"m-{len(self.taken) + 1}"})
        if is_new and self.is_lively:
            print(f"{asked['to']}: {asked['text']}", flush=True)
            self.tell(kind="receipt", id=known["id"], state="delivered")
            self.tell(kind="message", id=f"i-{known['id']}", text="Thank you!", **{"from": asked["to"]})
        return known["id"]


class Handler(BaseHTTPRequestHandler):
    """Its three doors."""

    def do_POST(self):
        asked = json.loads(self.rfile.read(int(self.headers["Content-Length"])))
        if self.server.fails_with:
            return self.say(self.server.fails_with, {})
        if asked["to"].endswith("404"):
            return self.say(404, {})
        return self.say(200, {"id": self.server.take(asked)})

    def do_GET(self):
        self.say(200, {"updates": self.server.waiting})

    def do_DELETE(self):
        through = int(parse_qs(urlsplit(self.path).query)["through"][0])
        self.server.waiting = [one for one in self.server.waiting if one["number"] > through]
        self.say(200, {})

    def say(self, status, body):
        if self.headers["Authorization"] != f"Bearer {TOKEN}":
            status = 401
        text = json.dumps(body).encode()
        self.send_response(status)
        self.send_header("Content-Length", str(len(text)))
        self.end_headers()
        self.wfile.write(text)

    def log_message(self, *_words):
        """Says nothing."""


@contextmanager
def flying():
    """Runs the block with a Pigeon that answers."""
    server = Pigeon()
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.01})
    thread.start()
    try:
        yield server
    finally:
        server.shutdown()
        server.server_close()
        thread.join()


if __name__ == "__main__":
    alone = Pigeon(8099)
    alone.is_lively = True
    print(f"Address {alone.url}, token {TOKEN}; Ctrl-C ends it.", flush=True)
    alone.serve_forever()

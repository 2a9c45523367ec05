"""A listener on this machine, which hears what webhooks are told."""

import threading
from http.server import BaseHTTPRequestHandler, HTTPServer

import pytest

from core.webhooks.services import create_webhook


class Listener:
    """Keeps what it heard as (headers, body); answers what it is told to."""

    def __init__(self):
        self.heard, self.status, self.headers = [], 200, {}
        listener = self

        class Handler(BaseHTTPRequestHandler):
            def do_POST(self):
                body = self.rfile.read(int(self.headers["Content-Length"]))
                listener.heard.append((dict(self.headers), body))
                self.send_response(listener.status)
                for name, value in listener.headers.items():
                    self.send_header(name, value)
                self.end_headers()
                self.wfile.write(b"thanks")

            def log_message(self, *_what):
                pass

        self.server = HTTPServer(("127.0.0.1", 0), Handler)
        self.url = f"http://127.0.0.1:{self.server.server_port}/hooks?x=1"
        self.thread = threading.Thread(target=self.server.serve_forever, args=(0.01,), daemon=True)
        self.thread.start()

    def close(self):
        self.server.shutdown()
        self.server.server_close()
        self.thread.join()


@pytest.fixture
def listener():
    listener = Listener()
    yield listener
    listener.close()


@pytest.fixture
def private(crm):
    """Lets webhooks reach this machine."""
    crm.settings.save("webhooks", {"private_hosts": "127.0.0.1"})


@pytest.fixture
def webhook(crm, make, listener, private):
    """Returns a function that makes a webhook to the listener: (webhook, secret)."""
    return lambda *events: create_webhook(crm, make.user("administrator"), listener.url, events or ["*"])

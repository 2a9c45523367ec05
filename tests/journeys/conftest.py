"""A served instance as a newcomer gets it, and browsers of three languages and two widths."""

import re
import subprocess
import sys
from pathlib import Path

import pytest

from tests.servers import free_port
from tests.waiting import until

ROOT = Path(__file__).resolve().parents[2]
COMMAND = [sys.executable, "-m", "app"]


class Served:
    """A running `hinka serve` and the way to sign in."""

    def __init__(self, folder: Path, language: str) -> None:
        self.folder = folder
        made = subprocess.run(
            [*COMMAND, "--instance", folder, "init", "--language", language], cwd=ROOT, capture_output=True, text=True
        )
        assert made.returncode == 0, made.stderr
        self.password = re.search(r"password (\S+)", made.stdout)[1]
        self.url = f"http://127.0.0.1:{free_port()}"
        self.log = (folder / "serve.log").open("w+")
        port = self.url.rpartition(":")[2]
        self.process = subprocess.Popen(
            [*COMMAND, "--instance", folder, "serve", "--port", port, "--workers", "1"],
            cwd=ROOT,
            stdout=self.log,
            stderr=subprocess.STDOUT,
        )

    def wait(self) -> None:
        """Returns when the server answers."""
        until(self._answers)

    def stop(self) -> str:
        """Ends the server and returns what it wrote."""
        self.process.terminate()
        self.process.wait(30)
        self.log.seek(0)
        with self.log:
            return self.log.read()

    def _answers(self) -> bool:
        import urllib.error
        import urllib.request

        assert self.process.poll() is None, "the server ended"
        try:
            with urllib.request.urlopen(f"{self.url}/healthz", timeout=5) as answer:
                return answer.status == 200
        except (urllib.error.URLError, ConnectionError):
            return False


@pytest.fixture(params=["en", "sq", "ru"])
def served(request, tmp_path):
    """Returns a new instance, served in one of the three languages; no error may be in its log afterwards."""
    server = Served(tmp_path / "instance", request.param)
    server.language = request.param
    try:
        server.wait()
        yield server
    finally:
        written = server.stop()
    assert "Traceback" not in written


@pytest.fixture(params=[(1440, 900), (390, 844)], ids=["laptop", "phone"])
def screen(browser, served, request):
    """Returns a page of the served instance; an error in its console fails the test."""
    width, height = request.param
    context = browser.new_context(
        viewport={"width": width, "height": height}, locale=served.language, base_url=served.url, accept_downloads=True
    )
    page = context.new_page()
    complaints = []
    page.on("console", lambda message: message.type in ("error", "warning") and complaints.append(message.text))
    page.on("pageerror", lambda error: complaints.append(str(error)))
    yield page
    context.close()
    assert complaints == []

"""Pages of one gunicorn worker in headless Chromium: how long from the click to the table, and to the chart.

Counted is all that a person waits for: the request, the server's work, the way to the browser, reading the page, its
styles and scripts, and painting. A look begins when the page before is at rest, as nobody clicks amid its last work.
"""

import shutil
from collections.abc import Iterator, Mapping
from contextlib import contextmanager

from playwright.sync_api import Page, sync_playwright

from core.runtime import CRM
from core.testing import PASSWORD
from core.users.models import User
from core.users.services import create_user
from core.web.factory import create_web
from tests.bench.browser import cookie_of, signed_in
from tests.bench.figures import Figure, percentile
from tests.bench.load import served
from tests.conftest import CHROMIUM_FLAGS

MOST_MS, ROUNDS = 300, 40
LOGIN = "browser"
# The clock of a page begins with its navigation. Two frames after the last of the document its table is on the screen.
NOTE_WHEN_DRAWN = """
    window.drawn = Promise.all([
        new Promise((tell) => addEventListener("DOMContentLoaded", () => {
            requestAnimationFrame(() => requestAnimationFrame(() => tell(performance.now())));
        })),
        new Promise((tell) => {
            const seen = new MutationObserver(() => {
                if (document.querySelector("[data-chart-state='drawn']")) {
                    seen.disconnect();
                    tell(performance.now());
                }
            });
            seen.observe(document, { subtree: true, attributes: true, attributeFilter: ["data-chart-state"] });
        }),
    ]);
"""
WHEN_AT_REST = "window.drawn.then(async (times) => { await new Promise(requestIdleCallback); return times; })"


def drawn(crm: CRM, pages: Mapping[str, str]) -> list[Figure]:
    """Returns how long each page takes an administrator whose browser has its scripts: a first look is left out."""
    app = create_web(crm)
    user = User.get_or_none(User.login == LOGIN) or create_user(
        crm, LOGIN, "Browser", role="administrator", password=PASSWORD
    )
    cookie = cookie_of(signed_in(app, user), app)
    crm.database.close()  # the worker opens its own
    figures = []
    server = served("app:create_app()", {"HINKA_INSTANCE": str(crm.config.folder)})
    with server as (port, _pid), _browser(port, cookie) as page:
        for name, path in pages.items():
            tables, charts = zip(*[_look(page, path) for _round in range(ROUNDS + 1)][1:], strict=True)
            figures += [
                Figure(f"{name}, in the browser: table drawn, p50", percentile(tables, 0.5), "ms"),
                Figure(f"{name}, in the browser: table drawn, p95", percentile(tables, 0.95), "ms", MOST_MS),
                Figure(f"{name}, in the browser: chart drawn, p95", percentile(charts, 0.95), "ms"),
            ]
    return figures


@contextmanager
def _browser(port: int, cookie: str) -> Iterator[Page]:
    program = shutil.which("chromium") or shutil.which("google-chrome")
    with sync_playwright() as playwright:
        chromium = playwright.chromium.launch(executable_path=program, args=CHROMIUM_FLAGS)
        context = chromium.new_context(
            base_url=f"http://127.0.0.1:{port}", viewport={"width": 1440, "height": 900}, locale="en-GB"
        )
        name, _equals, value = cookie.partition("=")
        context.add_cookies([{"name": name, "value": value, "url": f"http://127.0.0.1:{port}"}])
        context.add_init_script(NOTE_WHEN_DRAWN)
        yield context.new_page()
        chromium.close()


def _look(page: Page, path: str) -> tuple[float, float]:
    page.goto(path)
    times = page.evaluate(WHEN_AT_REST)
    assert page.locator(".report-table tbody tr").count()
    return times

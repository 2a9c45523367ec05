"""The browser assets do their work under the strict content security policy, with nothing in the console."""

import json
import re
import threading
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

import pytest

DIST = Path(__file__).resolve().parents[2] / "core" / "web" / "static" / "dist"
POLICY = "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' data:; connect-src 'self'"
TYPES = {".js": "text/javascript", ".css": "text/css", ".svg": "image/svg+xml"}

SPECIFICATION = {
    "data": {"values": [{"stage": "Offer", "deals": 7, "list": "/list"}, {"stage": "Contract", "deals": 3}]},
    "transform": [{"calculate": "datum.deals * 2", "as": "doubled"}],
    "mark": {"type": "bar", "tooltip": True},
    "width": "container",
    "encoding": {
        "y": {"field": "stage", "type": "nominal", "sort": None},
        "x": {"field": "doubled", "type": "quantitative", "axis": {"labelFontSize": 14}},
        "href": {"field": "list"},
        "color": {"condition": {"test": "datum.deals > 5", "value": "green"}, "value": "red"},
    },
}
LONG_LEGEND = {
    "field": "part",
    "scale": {"domain": ["Ожидается выигрышей в квартале", "Открыты и отложены до весны"], "range": [1, 0.9]},
    "legend": {"orient": "top", "title": None},
}

PAGE = f"""<!doctype html>
<html lang="en" data-theme="auto">
<head>
  <meta charset="utf-8">
  <meta name="htmx-config" content='{{"includeIndicatorCSS": false}}'>
  <link rel="icon" href="data:,">
  <script src="/dist/theme.js"></script>
  <link rel="stylesheet" href="/dist/hinka.css">
  <script type="module" src="/dist/hinka.js?v=1"></script>
</head>
<body>
  <svg class="icon"><use href="/dist/icons.svg#users"></use></svg>
  <button id="load" hx-get="/fragment" hx-target="#place">Load</button>
  <div id="place"></div>
  <div class="dropdown">
    <button id="menu" class="btn dropdown-toggle" data-bs-toggle="dropdown">Menu</button>
    <div class="dropdown-menu"><a class="dropdown-item" href="#">Entry</a></div>
  </div>
  <div id="inline" data-chart="">
    <script type="application/json">{json.dumps(SPECIFICATION)}</script>
  </div>
</body>
</html>"""
ANSWERS = {
    "/": ("text/html", PAGE),
    "/plain": ("text/html", PAGE.replace("data-chart", "data-none")),
    "/fragment": ("text/html", '<p id="came">came</p><div id="fetched" data-chart="/chart.json"></div>'),
    "/chart.json": ("application/json", json.dumps(SPECIFICATION)),
    "/list": ("text/html", '<!doctype html><title>list</title><link rel="icon" href="data:,">'),
}


class Handler(BaseHTTPRequestHandler):
    """Answers like the application: every answer bears the policy."""

    def do_GET(self):
        path = self.path.partition("?")[0]
        if path.startswith("/dist/"):
            file = DIST / path.removeprefix("/dist/")
            kind, body = TYPES[file.suffix], file.read_bytes()
        else:
            kind, text = ANSWERS[path]
            body = text.encode()
        self.send_response(200)
        self.send_header("Content-Type", f"{kind}; charset=utf-8")
        self.send_header("Content-Length", str(len(body)))
        self.send_header("Content-Security-Policy", POLICY)
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, *_):
        """Says nothing: the test run is no access log."""


@pytest.fixture(scope="module")
def site() -> Iterator[str]:
    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    thread = threading.Thread(target=server.serve_forever)
    thread.start()
    yield f"http://127.0.0.1:{server.server_port}/"
    server.shutdown()
    thread.join()
    server.server_close()


pytestmark = pytest.mark.browser


def test_chart_from_the_page_is_drawn(page, site):
    page.goto(site)
    page.wait_for_selector("#inline[data-chart-state=drawn] svg")
    assert page.locator("#inline .mark-rect path").count() == 2
    assert page.locator("#inline").get_by_text("Contract").is_visible()
    widths = page.eval_on_selector("#inline", "e => [e.clientWidth, e.querySelector('svg').clientWidth]")
    assert widths[1] <= widths[0]


def test_fragment_comes_and_its_chart_is_fetched(page, site):
    page.goto(site)
    page.click("#load")
    page.wait_for_selector("#came")
    page.wait_for_selector("#fetched[data-chart-state=drawn] svg")


def test_mark_of_a_chart_opens_its_list(page, site):
    page.goto(site)
    page.wait_for_selector("#inline[data-chart-state=drawn] svg")
    page.locator("#inline .mark-rect path").first.click()
    page.wait_for_url("**/list")


def test_chart_follows_the_dark_theme(page, site):
    page.emulate_media(color_scheme="dark")
    page.goto(site)
    page.wait_for_selector("#inline[data-chart-state=drawn] svg")
    label = "document.querySelector('#inline .role-axis-label text').getAttribute('fill')"
    ink = "getComputedStyle(document.body).color"
    dark = page.evaluate(ink)
    assert page.evaluate(label) == dark
    page.evaluate("document.documentElement.dataset.theme = 'light'")
    page.wait_for_function(f"{label} === {ink} && {label} !== '{dark}'")


def test_chart_is_drawn_at_phone_width_in_smaller_words(page, site):
    page.set_viewport_size({"width": 360, "height": 740})
    page.goto(site)
    page.wait_for_selector("#inline[data-chart-state=drawn] svg")
    assert page.evaluate("document.documentElement.scrollWidth") <= 360
    sizes = "e => [...e.querySelectorAll('.role-axis-label text')].map(one => one.getAttribute('font-size'))"
    assert "14px" not in page.eval_on_selector("#inline", sizes)


def test_legend_of_a_narrow_chart_stands_within_it(page, site):
    dressed = {**SPECIFICATION, "encoding": {**SPECIFICATION["encoding"], "opacity": LONG_LEGEND}}
    body = PAGE.replace(json.dumps(SPECIFICATION), json.dumps(dressed))
    page.route(site, lambda route: route.fulfill(body=body, content_type="text/html; charset=utf-8"))
    page.set_viewport_size({"width": 360, "height": 740})
    page.goto(site)
    page.wait_for_selector("#inline[data-chart-state=drawn] svg")
    ends = "e => [...e.querySelectorAll('.role-legend-label text')].map(one => one.getBoundingClientRect().right)"
    found = page.eval_on_selector("#inline", ends)
    assert len(found) == 2
    assert max(found) <= page.eval_on_selector("#inline", "e => e.getBoundingClientRect().right")


def test_menu_opens_and_icon_is_painted(page, site):
    page.goto(site)
    page.click("#menu")
    page.wait_for_selector(".dropdown-menu.show")
    assert page.eval_on_selector("svg.icon use", "e => e.getBBox().width") > 10


def test_page_without_a_chart_in_view_fetches_no_chart_library(page, site):
    asked = []
    page.on("request", lambda request: asked.append(request.url))
    page.goto(f"{site}plain")
    page.wait_for_load_state("networkidle")
    assert any("hinka.js" in url for url in asked)
    assert not any("charts.js" in url for url in asked)


def test_no_rule_lets_a_change_anywhere_style_the_whole_page_again():
    """A rule that asks of `body`, `html` or any element what it :has, asks it again after each change on the page."""
    sheet = (DIST / "hinka.css").read_text()
    asking = re.findall(r"[^{}]*:has\([^{}]*(?=\{)", sheet)
    assert asking
    assert not [one for one in asking if re.search(r"(^|[\s,>+~])(html|body|\*)?(:not\([^)]*\))*(:not\()?:has\(", one)]


def test_inline_code_would_be_refused_and_heard_of(browser, site):
    context = browser.new_context()
    page = context.new_page()
    heard = []
    page.on("console", lambda message: heard.append(message.text))
    page.goto(site)
    page.evaluate("document.body.insertAdjacentHTML('beforeend', '<p style=\"color: red\">red</p>')")
    page.wait_for_selector("text=red")
    context.close()
    assert any("Content Security Policy" in text for text in heard)

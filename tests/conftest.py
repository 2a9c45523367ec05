"""Fixtures for every test: no network, one PostgreSQL a run, one browser a worker."""

import shutil
from collections import Counter
from collections.abc import Iterator
from pathlib import Path

import pytest
from hypothesis import HealthCheck, settings

from core.testing import Filling, fill_template, sqlite_copy, template_name
from tests import quick, seeded, servers
from tests.guard import forbid_network, is_loopback

SHARED = Path(__file__).resolve().parents[2] / "shared"
CHROMIUM_FLAGS = [
    "--headless",
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
]

# Few tests, but long ones: begun last, they would keep one worker busy while the others have nothing left.
LONG = (
    "tests/core/commands/",
    "tests/core/rest/test_description.py",
    "tests/docs/",
    "tests/journeys/",
    "tests/load/",
    "tests/plugins/sms/test_killed.py",
)


def pytest_configure(config):
    if servers.begin_run():
        config.add_cleanup(servers.end_run)
    forbid_network()
    quick.quicken()
    # How long an example takes is the machine's affair: on a loaded one it proves nothing.
    settings.register_profile("hinka", deadline=None, suppress_health_check=[HealthCheck.too_slow])
    settings.load_profile("hinka")


def pytest_collection_finish():
    quick.leave_alone_what_stays()


def pytest_collection_modifyitems(config, items):
    if hasattr(config, "workerinput"):
        tests = Counter(item.path for item in items)
        items.sort(key=lambda item: (not item.nodeid.startswith(LONG), -tests[item.path]))
    if not SHARED.is_dir():
        for item in items:
            if item.get_closest_marker("shared"):
                item.add_marker(pytest.mark.skip(reason=f"{SHARED} is not here"))


@pytest.fixture(scope="session")
def worker(request) -> str:
    """Returns this process's name in the run: `main`, or xdist's `gw0`, `gw1`."""
    return getattr(request.config, "workerinput", {}).get("workerid", "main")


@pytest.fixture
def filling() -> Filling | None:
    """Returns what databases hold beyond the usual seed; override it where many tests need the same."""
    return None


@pytest.fixture(params=["sqlite", pytest.param("postgres", marks=pytest.mark.postgres)])
def database_url(
    request, worker: str, tmp_path: Path, enabled_plugins: tuple[str, ...], filling: Filling | None
) -> Iterator[str]:
    """Returns a fresh database, migrated and seeded; each test that asks for it runs on SQLite and on PostgreSQL."""
    if request.param == "sqlite":
        yield sqlite_copy(tmp_path, enabled_plugins, filling)
        return
    name = template_name(enabled_plugins, filling)
    template = servers.postgres_template(
        name, lambda url: fill_template(tmp_path / "template", url, enabled_plugins, filling)
    )
    with seeded.database(worker, template) as url:
        yield url


@pytest.fixture(scope="session")
def shared() -> Path:
    """Returns the folder with the customer's real data; tests that use it bear the mark `shared`."""
    return SHARED


@pytest.fixture(scope="session")
def browser():
    """Returns headless Chromium; start it only through this fixture, once a worker."""
    from playwright.sync_api import sync_playwright  # noqa: PLC0415 - a third of a second most tests need not pay

    program = shutil.which("chromium") or shutil.which("google-chrome")
    if not program:
        pytest.fail("Chromium is missing. Run: bash tools/setup-tests.sh")
    with sync_playwright() as playwright:
        chromium = playwright.chromium.launch(executable_path=program, args=CHROMIUM_FLAGS)
        yield chromium
        chromium.close()


@pytest.fixture
def page(browser) -> Iterator:
    """Returns an empty page; the test fails if the page logs an error, throws, or asks another host."""
    context = browser.new_context(viewport={"width": 1280, "height": 800}, locale="en-GB", timezone_id="UTC")
    page = context.new_page()
    complaints = []
    page.on("console", lambda message: message.type in ("error", "warning") and complaints.append(message.text))
    page.on("pageerror", lambda error: complaints.append(str(error)))
    page.on("request", lambda request: _is_ours(request.url) or complaints.append(f"asked {request.url}"))
    yield page
    context.close()
    assert complaints == []


def _is_ours(url: str) -> bool:
    scheme, _, rest = url.partition("://")
    return scheme not in ("http", "https", "ws") or is_loopback(rest.split("/")[0].split(":")[0])

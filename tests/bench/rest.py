"""What one worker serves over 100,000 clients and deals: REST lists of 80 rows against the floor, pages; its memory."""

from core.web.factory import create_web
from tests.bench.bases import Base, Bases, bench_user, opened
from tests.bench.browser import cookie_of, signed_in
from tests.bench.figures import Figure
from tests.bench.load import memory_mb, rate, served

SIZE = 100_000
LEAST_LISTS, LEAST_PAGES, MOST_MEMORY_MB = 300, 100, 150
LISTS = {
    "clients": "/api/v1/clients?page_size=80",
    "deals": "/api/v1/deals?page_size=80",
    "deals, won, of one owner": "/api/v1/deals?page_size=80&state=won&owner=9",
}
PAGES = {"clients": "/clients/", "deals": "/deals/", "board": "/deals/board"}


def run(bases: Bases, database: str) -> list[Figure]:
    """Measures one worker, and the floor right before it."""
    base = bases.base(database, SIZE, SIZE)
    cookie = _cookie(base)
    with served("tests.bench.floor:create_app()", {}) as (port, _pid):
        floor = rate(port, "/rows", {})
    figures = [Figure("floor: Flask, 80 rows as JSON", floor, "req/s")]
    with served("app:create_app()", {"HINKA_INSTANCE": str(base.folder)}) as (port, pid):
        for title, path in LISTS.items():
            found = rate(port, path, {"Authorization": f"Bearer {base.token}"})
            figures.append(Figure(f"REST list of {title}", found, "req/s", LEAST_LISTS, is_least=True))
            figures.append(Figure(f"floor ÷ REST list of {title}", floor / found, "×"))
        for title, path in PAGES.items():
            found = rate(port, path, {"Cookie": cookie})
            figures.append(Figure(f"page of {title}", found, "req/s", LEAST_PAGES, is_least=True))
            figures.append(Figure(f"floor ÷ page of {title}", floor / found, "×"))
        figures.append(Figure("memory of the worker after that", memory_mb(pid), "MB", MOST_MEMORY_MB))
    return figures


def _cookie(base: Base) -> str:
    with opened(base.folder) as crm:
        app, user = create_web(crm), bench_user()
        crm.database.close()
        return cookie_of(signed_in(app, user), app)

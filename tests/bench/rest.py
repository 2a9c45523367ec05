"""REST lists of 80 rows over 100,000 clients and deals, against the floor; the same worker's memory; pages a second."""

from tests.bench.bases import Bases
from tests.bench.figures import Figure
from tests.bench.load import memory_mb, rate, served

SIZE = 100_000
LEAST_LISTS, LEAST_PAGES, MOST_MEMORY_MB = 300, 100, 150


def run(bases: Bases, database: str) -> list[Figure]:
    """Measures one worker."""
    base = bases.base(database, SIZE, SIZE)
    with served("tests.bench.floor:create_app()", {}) as (port, _pid):
        floor = rate(port, "/rows", {})
    figures = [Figure("floor: Flask, 80 rows as JSON", floor, "req/s")]
    bearer = {"Authorization": f"Bearer {base.token}"}
    with served("app:create_app()", {"HINKA_INSTANCE": str(base.folder)}) as (port, pid):
        for title, path in (
            ("clients", "/api/v1/clients?page_size=80"),
            ("deals", "/api/v1/deals?page_size=80"),
            ("deals, won, of one owner", "/api/v1/deals?page_size=80&state=won&owner=9"),
        ):
            found = rate(port, path, bearer)
            figures.append(Figure(f"REST list of {title}", found, "req/s", LEAST_LISTS, is_least=True))
            figures.append(Figure(f"floor ÷ REST list of {title}", floor / found, "×"))
        figures.append(Figure("memory of the worker after that", memory_mb(pid), "MB", MOST_MEMORY_MB))
    return figures

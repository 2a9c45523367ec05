"""What one worker serves over 100,000 clients and deals: REST lists of 80 rows against the floor, pages; its memory."""

from statistics import mean

from core.web.factory import create_web
from tests.bench.bases import Base, Bases, bench_user, opened
from tests.bench.browser import cookie_of, signed_in
from tests.bench.figures import Figure
from tests.bench.load import memory_mb, rate, served

SIZE = 100_000
# 300 lists and 100 pages a second are asked for on a machine whose floor serves 1,300: what may differ is the floor.
FLOOR, LISTS_A_SECOND, PAGES_A_SECOND, MOST_MEMORY_MB = 1300, 300, 100, 150
SLICES, SLICE_S = 5, 1.0
LISTS = {
    "clients": "/api/v1/clients?page_size=80",
    "deals": "/api/v1/deals?page_size=80",
    "deals, won, of one owner": "/api/v1/deals?page_size=80&state=won&owner=9",
}
PAGES = {"clients": "/clients/", "deals": "/deals/", "board": "/deals/board"}


def run(bases: Bases, database: str) -> list[Figure]:
    """Measures one worker and the floor in turns, so that both have the same machine."""
    base = bases.base(database, SIZE, SIZE)
    bearer, cookie = {"Authorization": f"Bearer {base.token}"}, {"Cookie": _cookie(base)}
    asked = [
        *((f"REST list of {name}", path, bearer, LISTS_A_SECOND) for name, path in LISTS.items()),
        *((f"page of {name}", path, cookie, PAGES_A_SECOND) for name, path in PAGES.items()),
    ]
    figures, environment = [], {"HINKA_INSTANCE": str(base.folder)}
    floor_server, our_server = served("tests.bench.floor:create_app()", {}), served("app:create_app()", environment)
    with floor_server as (floor_port, floor_pid), our_server as (port, pid):
        for name, path, headers, wanted in asked:
            floor = [rate(floor_port, floor_pid, "/rows", {}, SLICE_S)]
            ours = []
            for _slice in range(SLICES):
                ours.append(rate(port, pid, path, headers, SLICE_S))
                floor.append(rate(floor_port, floor_pid, "/rows", {}, SLICE_S))
            figures += _figures(name, wanted, ours, floor)
        figures.append(Figure("memory of the worker after that", memory_mb(pid), "MB", MOST_MEMORY_MB))
    return figures


def _figures(name: str, wanted: int, ours: list[tuple], floor: list[tuple]) -> list[Figure]:
    """Returns what was served by the clock and by the worker's own time, each beside the floor of the same minute."""
    mine, alone = (mean(column) for column in zip(*ours, strict=True))
    floor_served, floor_alone = (mean(column) for column in zip(*floor, strict=True))
    here = wanted * floor_served / FLOOR
    return [
        Figure(f"{name}: the floor", floor_served, "req/s"),
        Figure(f"{name} (≥ {wanted} where the floor is {FLOOR:,})", mine, "req/s", here, is_least=True),
        Figure(f"{name}: the floor ÷ ours, by their own time", floor_alone / alone, "×", FLOOR / wanted),
    ]


def _cookie(base: Base) -> str:
    with opened(base.folder) as crm:
        app, user = create_web(crm), bench_user()
        crm.database.close()
        return cookie_of(signed_in(app, user), app)

"""Pages over 100,000 clients and deals, one at a time: server time, statements, bytes; none grows with the base."""

import time

from flask import Flask
from flask.testing import FlaskClient

from core.runtime import CRM
from core.users.models import Role, User
from core.web.factory import create_web
from tests.bench.bases import Bases, bench_user, opened
from tests.bench.browser import counted, signed_in
from tests.bench.figures import Figure, percentile

# In a tenth of the base the columns of the board are as full as they get; those of a team are not, so what the head of
# a team sees is compared with what everybody's page holds there.
SMALL, LARGE = 10_000, 100_000
ROUNDS = 40
# Times on the clock and of work, statements, bytes.
Measured = tuple[list[float], list[float], int, int]
MOST_MS, MOST_QUERIES, MOST_GROWTH = 60, 15, 1.1
HEAD = ", head of a team"
# The card that is measured belongs to a record with as much to it in either base: else its bytes tell nothing, nor do
# its statements: messages are asked for only where a timeline has letters.
CLIENT = """
    SELECT max(r.id) FROM core_client r WHERE r.kind = 'company'
    AND (SELECT count(*) FROM core_deal d WHERE d.client_id = r.id) = 2
    AND (SELECT count(*) FROM core_deal d WHERE d.client_id = r.id AND d.state = 'open') = 1
    AND (SELECT count(*) FROM core_interaction i WHERE i.client_id = r.id) = 3
    AND (SELECT count(*) FROM core_task t WHERE t.client_id = r.id) = 1
"""
DEAL = """
    SELECT max(r.id) FROM core_deal r WHERE r.state = 'open' AND r.deal_type_id = 1
    AND (SELECT count(*) FROM core_stage_visit v WHERE v.deal_id = r.id) = 3
    AND (SELECT count(*) FROM core_interaction i WHERE i.deal_id = r.id) = 2
    AND (SELECT count(*) FROM core_interaction i WHERE i.deal_id = r.id AND i.kind = 'call') = 2
    AND (SELECT count(*) FROM core_task t WHERE t.deal_id = r.id) = 3
"""


def run(bases: Bases, database: str) -> list[Figure]:
    """Measures each page on both bases."""
    small = _measure(bases, database, SMALL)
    large = _measure(bases, database, LARGE)
    figures = []
    for name, (times, work, queries, size) in large.items():
        small_queries, small_size = small[name][2], small[name.removesuffix(HEAD)][3]
        figures += [
            Figure(f"{name}: p50", 1000 * percentile(times, 0.5), "ms"),
            Figure(f"{name}: p95", 1000 * percentile(times, 0.95), "ms", MOST_MS),
            Figure(f"{name}: work of this process, p50", 1000 * percentile(work, 0.5), "ms"),
            Figure(f"{name}: statements", queries, "", MOST_QUERIES),
            Figure(f"{name}: statements more than with {SMALL:,}", queries - small_queries, "", 0),
            Figure(f"{name}: kB", size / 1000, "kB"),
            Figure(f"{name}: bytes, times those with {SMALL:,}", size / small_size, "×", MOST_GROWTH),
        ]
    return figures


def _measure(bases: Bases, database: str, size: int) -> dict[str, Measured]:
    base = bases.base(database, size, size)
    with opened(base.folder) as crm:
        app = create_web(crm)
        boss, head = bench_user(), User.get(User.role == Role.get(Role.key == "head"))
        pages = _pages(*(crm.database.execute_sql(one).fetchone()[0] for one in (CLIENT, DEAL)))
        crm.database.close()  # each request opens its own
        found = {name: _page(app, crm, boss, path) for name, path in pages.items()}
        found["clients" + HEAD] = _page(app, crm, head, "/clients/")
        found["board" + HEAD] = _page(app, crm, head, "/deals/board")
    return found


def _pages(client_id: int, deal_id: int) -> dict[str, str]:
    return {
        "home": "/",
        "clients": "/clients/",
        "clients, page 20": "/clients/?p=20",
        "clients, search by name": "/clients/?q=tomorri",
        "clients, search by phone": "/clients/?q=%2B355692",
        "clients, search by two letters": "/clients/?q=xh",
        "clients, search in vain": "/clients/?q=qwertyuiop",
        "clients, by region": "/clients/?g=region",
        "clients, by manager": "/clients/?g=owner",
        "client": f"/clients/{client_id}",
        "deals": "/deals/",
        "deals, search": "/deals/?q=solar",
        "board": "/deals/board",
        "route map": "/deals/map",
        "deal": f"/deals/{deal_id}",
    }


def _page(app: Flask, crm: CRM, user: User, path: str) -> Measured:
    browser = signed_in(app, user)
    _get(browser, path)  # templates are read at the first request
    with counted(crm) as statements:
        size = _get(browser, path)
    times, work = [], []
    for _ in range(ROUNDS):
        begun, worked = time.perf_counter(), time.process_time()
        _get(browser, path)
        times.append(time.perf_counter() - begun)
        work.append(time.process_time() - worked)
    return times, work, len(statements), size


def _get(browser: FlaskClient, path: str) -> int:
    response = browser.get(path)
    assert response.status_code == 200, (path, response.status_code, response.data[:500])
    return len(response.data)

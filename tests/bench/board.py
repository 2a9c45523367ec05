"""The board with 20,000 open deals of one type: its first paint, a lane, more cards; server time and statements."""

import time

from flask import Flask
from peewee import Value, fn

from core.deals.models import Deal
from core.runtime import CRM
from core.sample import generate
from core.testing import PASSWORD
from core.users.services import create_user
from core.web.factory import create_web
from tests.bench.bases import LOGIN, Bases, bench_user, fresh, settle
from tests.bench.browser import counted, signed_in
from tests.bench.figures import Figure, percentile

OPEN, ROUNDS = 20_000, 30
MOST_MS, MOST_QUERIES = 300, 15


def run(bases: Bases, database: str) -> list[Figure]:
    """Measures the board, together and by manager, and its parts."""
    with fresh(bases.new_folder(), database) as crm:
        version = _fill(crm)
        kind = Deal.select(Deal.deal_type).where(Deal.type_version == version).limit(1).scalar()
        owner = Deal.select(Deal.owner).where(Deal.type_version == version).limit(1).scalar()
        app = create_web(crm)
        part = f"version={version}&place=0&after=9999999999999999-1"
        paths = {
            "board": f"/deals/board?type={kind}&version={version}&by=",
            "board, by manager": f"/deals/board?type={kind}&version={version}&by=owner",
            "a manager's lane": f"/deals/board/lane?version={version}&lane={owner}",
            "more cards": f"/deals/board/cards?{part}",
        }
        return [figure for name, path in paths.items() for figure in _measured(app, crm, name, path)]


def _fill(crm: CRM) -> int:
    """Returns the version of a type with OPEN open deals: those of the sample, copied until there are enough."""
    generate(crm, clients=2_000, deals=5_000)
    version, _most = (
        Deal.select(Deal.type_version, fn.COUNT(Deal.id))
        .where(Deal.state == "open")
        .group_by(Deal.type_version)
        .order_by(fn.COUNT(Deal.id).desc())
        .tuples()
        .first()
    )
    columns = [one for one in Deal._meta.sorted_fields if one.name not in ("id", "number")]
    here = (Deal.state == "open") & (Deal.type_version == version)
    copies = 0
    while (missing := OPEN - Deal.select().where(here).count()) > 0:
        copies += 1
        source = Deal.select(Deal.number.concat(Value(f"-{copies}")), *columns).where(here).limit(missing)
        with crm.work():
            Deal.insert_from(source, [Deal.number, *columns]).execute()
    settle(crm)
    create_user(crm, LOGIN, "Bench", role="administrator", password=PASSWORD)
    crm.database.close()
    return version


def _measured(app: Flask, crm: CRM, name: str, path: str) -> list[Figure]:
    browser = signed_in(app, bench_user())
    crm.database.close()  # each request opens its own
    browser.get(path)  # templates are read at the first request
    with counted(crm) as statements:
        response = browser.get(path)
    assert response.status_code == 200, (path, response.status_code, response.data[:500])
    times = []
    for _ in range(ROUNDS):
        begun = time.perf_counter()
        browser.get(path)
        times.append(1000 * (time.perf_counter() - begun))
    return [
        Figure(f"{name}: p50", percentile(times, 0.5), "ms", MOST_MS),
        Figure(f"{name}: p95", percentile(times, 0.95), "ms"),
        Figure(f"{name}: statements", len(statements), "", MOST_QUERIES),
        Figure(f"{name}: kB", len(response.data) / 1000, "kB"),
    ]

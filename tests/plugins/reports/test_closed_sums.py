"""Kept sums of closed deals are exact after whatever work, whoever writes, and whichever spans were counted."""

import threading
from datetime import timedelta
from types import SimpleNamespace

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from core.api import CRM, Deal, bulk
from core.boot import boot
from core.config import read_config
from core.instance.backup import backup, restore
from plugins.reports.dimensions import find_dimension
from plugins.reports.facts import Ends
from plugins.reports.funnel.closed import count_closed
from plugins.reports.funnel.closed_facts import clients_of
from plugins.reports.funnel.closed_sums import closed_deals, count_clients, kept_parts
from plugins.reports.funnel.common import make_scope
from plugins.reports.funnel.counts import FINAL
from plugins.reports.funnel.id_sets import IdSet
from plugins.reports.funnel.ladders import make_frames
from plugins.reports.funnel.spans import LEAST, SPAN_BITS, ends_of, split
from plugins.reports.funnel.summing import recount, sum_marked
from plugins.reports.funnel.types import load_ladders
from plugins.reports.registry import make_report
from plugins.reports.settings.periods import Period
from tests.plugins.reports.base import DAYS, START

ALL = Period()
SPAN_US = 1 << SPAN_BITS
MOMENTS = st.integers(-20 * SPAN_US, 20 * SPAN_US) | st.integers(-20, 20).map(lambda span: span << SPAN_BITS)
# What may happen to closed deals, whoever writes it; the database is not told why.
CHANGES = {
    "state": "state = CASE state WHEN 'won' THEN 'lost' ELSE 'won' END",
    "place": "place = place + 1 - 2 * (place - place / 2 * 2)",
    "stood_at": "stood_at = stood_at / 2",
    "owner": "owner_id = (SELECT min(id) FROM core_user WHERE id <> coalesce(owner_id, 0))",
    "nobody": "owner_id = NULL",
    "client": "client_id = (SELECT min(id) FROM core_client)",
    "later": f"closed_at = closed_at + {40 * 86_400_000_000}",
    "open": "closed_at = NULL, state = 'open'",
    "rate": "potential_base = coalesce(potential_base, 0) + 70000, amount_base = NULL",
    "deleted": "deleted_at = 1",
    "restored": "deleted_at = NULL",
    "version": "version_id = (SELECT max(v.id) FROM core_deal_type_version v WHERE v.deal_type_id ="
    " core_deal.deal_type_id)",
    "title": "title = 'Another'",
}
COPIED = (
    "title, client_id, deal_type_id, version_id, state, stage_id, place, furthest, stood_at, owner_id, currency,"
    " potential_base, amount_base, loss_note, note, properties, version, opened_at, closed_at, created_at, changed_at"
)
CHANGED = st.tuples(st.sampled_from([*CHANGES, "insert", "delete", "sum", "sum"]), st.integers(2, 60))


def change(crm: CRM, what: str, part: int) -> None:
    """Does something to every so many-th deal; a part of the changes is taken back, as a refusal would."""
    if what == "sum":
        sum_marked(crm)
        return
    if what == "insert":
        last = crm.database.execute_sql("SELECT max(id) FROM core_deal").fetchone()[0]
        statement = f"INSERT INTO core_deal (number, {COPIED}) SELECT 'X{last}-' || id, {COPIED} FROM core_deal"
    elif what == "delete":
        statement = "DELETE FROM core_deal"
    else:
        statement = f"UPDATE core_deal SET {CHANGES[what]}"
    statement += f" WHERE id = id / {part} * {part}" + (" AND number >= 'X'" if what == "delete" else "")
    try:
        with crm.work(), crm.work():
            crm.database.execute_sql(statement)
            if part % 5 == 0:
                raise LookupError
    except LookupError:
        pass


def scope_of(crm: CRM, user=None, types: tuple[int, ...] = ()):
    return make_scope(crm, user, SimpleNamespace(type_ids=types, conditions=()), load_ladders(crm)[0])


def counted(crm: CRM, scope, period: Period, by: str, parts) -> tuple:
    """Returns rows and totals as the funnel has them."""
    dimension = find_dimension(crm, None, by, period)
    found = count_closed(
        make_frames(load_ladders(crm)[0].values()), *closed_deals(scope, period, dimension, FINAL, parts)
    )
    cells = {
        (row.frame.type, row.stage, row.key): (row.reached, row.lost, row.skipped, row.reached_potential)
        + (row.lost_potential, row.expected_wins, row.expected_income)
        for row in found.rows
        if row.reached
    }
    return cells, found.totals, found.by_key


def assert_kept_is_true(crm: CRM, period: Period = ALL, by: str = "", types: tuple[int, ...] = ()) -> None:
    """Fails unless the sums tell the same of a period as a walk through it."""
    scope = scope_of(crm, types=types)
    parts = kept_parts(scope, period)
    assert counted(crm, scope, period, by, parts) == counted(crm, scope, period, by, None)
    if parts is not None:
        walked = scope.counts({"clients": clients_of(scope, period)})
        assert count_clients(scope, {"clients": (period, parts)}, None).get("clients", 0) == walked["clients"]


def assert_recount_agrees(crm: CRM) -> None:
    """Fails unless what is kept of each span without a mark is what a recount of it finds."""
    marked = {span for (span,) in crm.database.execute_sql("SELECT span FROM reports_closed_stale").fetchall()}
    sums = "span, version_id, place, owner_id, lost, lost_potential, missed, won, won_potential, won_amount, unpriced"
    kept: dict[int, tuple] = {}
    for number, (columns, table) in enumerate(
        ((sums, "reports_closed_sum"), ("span, version_id, block, clients", "reports_closed_clients"))
    ):
        for row in crm.database.execute_sql(f"SELECT {columns} FROM {table}").fetchall():
            kept.setdefault(row[0], ([], []))[number].append(tuple(row))
    first = bulk.to_microseconds(START) >> SPAN_BITS
    for span in {*kept, *range(first, first + 30)} - marked:
        for found, expected in zip(kept.get(span, ([], [])), recount(crm, load_ladders(crm)[0], span), strict=True):
            assert sorted(found, key=str) == sorted(expected, key=str)


DAY = st.integers(-30, DAYS + 90).map(lambda number: START.date() + timedelta(days=number))
PERIODS = st.builds(Period) | st.builds(Period, DAY) | st.builds(Period, st.none(), DAY)
PERIODS |= st.tuples(DAY, st.integers(1, 400)).map(lambda pair: Period(pair[0], pair[0] + timedelta(days=pair[1])))
LOOK = st.tuples(PERIODS, st.sampled_from(["", "owner", "team", "version"]), st.integers(0, 5))


@given(st.lists(st.tuples(CHANGED, LOOK), min_size=4, max_size=4))
@settings(max_examples=4, deadline=None, suppress_health_check=list(HealthCheck))
def test_sums_tell_what_a_walk_tells_after_any_work(crm, base, steps):
    sum_marked(crm)
    types = sorted({ladder.type_id for ladder in load_ladders(crm)[0].values()})
    for (what, part), (period, by, number) in steps:
        change(crm, what, part)
        assert_kept_is_true(crm, period, by, (types[number],) if number < len(types) else ())
    assert_recount_agrees(crm)
    sum_marked(crm)
    assert_recount_agrees(crm)


def test_every_kind_of_change_is_noticed(crm, base):
    for what in (*CHANGES, "insert", "delete"):
        sum_marked(crm)
        change(crm, what, 3)
        assert_kept_is_true(crm, by="owner")
    assert_recount_agrees(crm)


def test_marked_spans_alone_are_walked_through(crm, base):
    sum_marked(crm)
    deal = Deal.get(Deal.state == "won", Deal.deleted_at.is_null())
    with crm.work():
        Deal.update(owner=None).where(Deal.id == deal.id).execute()
    assert kept_parts(scope_of(crm), Period()).rest == (ends_of(bulk.to_microseconds(deal.closed_at) >> SPAN_BITS),)
    assert_kept_is_true(crm, by="owner")


def test_open_deals_leave_no_mark(crm, base):
    sum_marked(crm)
    with crm.work():
        Deal.update(owner=None, potential_base=None).where(Deal.state == "open").execute()
    assert crm.database.execute_sql("SELECT count(*) FROM reports_closed_stale").fetchone()[0] == 0


@pytest.mark.parametrize("role", ["seller", "head", "director"])
def test_everybody_sees_own_numbers(crm, base, make, report, role):
    user = next((one for one in base.users.values() if one.role.key == role), None) or make.user(role)
    before = report("funnel-closed", user=user, columns="owner", from_="2025-02-10").data
    sum_marked(crm)
    assert report("funnel-closed", user=user, columns="owner", from_="2025-02-10").data == before


def test_whoever_changes_a_deal_while_it_is_counted_leaves_the_span_marked(crm, base):
    """Two writers: on PostgreSQL the job doesn't see what isn't committed, on SQLite it waits for it."""
    changed, counted_anew = threading.Event(), threading.Event()

    def sell() -> None:
        with crm.work():
            Deal.update(state="won").where(Deal.state == "lost").execute()
            changed.set()
            if bulk.is_postgres(crm.database):
                assert counted_anew.wait(60)
        crm.database.close()

    seller = threading.Thread(target=sell)
    seller.start()
    assert changed.wait(60)
    sum_marked(crm)
    counted_anew.set()
    seller.join()
    assert_kept_is_true(crm, by="owner")
    assert_recount_agrees(crm)


def test_restored_instance_tells_the_same(crm, base, report, tmp_path):
    sum_marked(crm)
    change(crm, "state", 3)
    before = report("funnel-closed", columns="owner").data
    backup(crm, tmp_path / "all.zip")
    restore(tmp_path / "all.zip", tmp_path / "new", "sqlite:///hinka.db")
    crm.database.close()
    new = boot(read_config(tmp_path / "new", environment={}))
    with new.acting(None, "test"):
        assert make_report(new, None, "funnel-closed", [("columns", "owner")]).data == before
        sum_marked(new)
        assert make_report(new, None, "funnel-closed", [("columns", "owner")]).data == before
        assert_recount_agrees(new)
    new.database.close_all()


@given(MOMENTS, MOMENTS, st.sets(st.integers(-25, 25)), st.lists(MOMENTS, min_size=1))
def test_every_moment_of_a_period_is_in_one_part(first, until, stale, moments):
    if until - first < LEAST:
        first, until = min(first, until), min(first, until) + LEAST
    parts = split(Ends(first, until), stale)
    for moment in moments:
        span = moment >> SPAN_BITS
        is_kept = parts.first <= span < parts.until and span not in parts.without
        times = sum(part.first <= moment < part.until for part in parts.rest) + is_kept
        assert times == (first <= moment < until)
        assert not (is_kept and span in stale)


@given(st.lists(st.sets(st.integers(0, 200_000))))
def test_ids_are_counted_once(sets):
    together = IdSet()
    for ids in sets:
        for number, text in IdSet(ids).blocks():
            together.add_block(number, text)
    assert len(together) == len(set().union(*sets))

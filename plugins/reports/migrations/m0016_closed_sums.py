"""Kept sums of closed deals, by span of time: triggers say, in the same transaction, which spans no longer hold.

A span is 2^41 microseconds, a little over 25 days of UTC: `closed_at >> 41` is its number on both databases.
"""

from typing import Any

SPAN_BITS = 41
# What the sums are made of; a change of anything else of a closed deal leaves them true.
COLUMNS = "state, place, stood_at, version_id, owner_id, client_id, closed_at, potential_base, amount_base, deleted_at"
WAS, IS = "old.closed_at IS NOT NULL", "new.closed_at IS NOT NULL"
EVENTS = {"new": ("INSERT", IS), "changed": (f"UPDATE OF {COLUMNS}", f"{WAS} OR {IS}"), "gone": ("DELETE", WAS)}
ROWS = {"new": ("new",), "changed": ("old", "new"), "gone": ("old",)}

SUM = """
    id              id
    span            bigint not null
    version_id      bigint not null
    owner_id        bigint
    place           int not null
    lost            int not null
    lost_potential  bigint not null
    missed          int not null
    won             int not null
    won_potential   bigint not null
    won_amount      bigint not null
    unpriced        int not null
"""
CLIENTS = """
    id          id
    span        bigint not null
    version_id  bigint not null
    block       bigint not null
    clients     text not null
"""
# Writers wait for each other here, so a mark that is there already will do.
SQLITE_MARK = f"""
    INSERT INTO reports_closed_stale (span, marked_by) SELECT {{row}}.closed_at >> {SPAN_BITS}, 0
    WHERE {{row}}.closed_at IS NOT NULL
    AND NOT EXISTS (SELECT 1 FROM reports_closed_stale WHERE span = {{row}}.closed_at >> {SPAN_BITS});
"""
# Nobody waits: each transaction adds marks of its own. Another's may be taken away before this one is there.
POSTGRES_MARK = f"""
    CREATE FUNCTION reports_mark_closed(closed_at bigint) RETURNS void LANGUAGE plpgsql AS $$
    DECLARE
        me bigint := txid_current();
    BEGIN
        IF closed_at IS NOT NULL AND NOT EXISTS (
            SELECT 1 FROM reports_closed_stale WHERE span = closed_at >> {SPAN_BITS} AND marked_by = me
        ) THEN
            INSERT INTO reports_closed_stale (span, marked_by) VALUES (closed_at >> {SPAN_BITS}, me);
        END IF;
    END $$
"""
POSTGRES_TRIGGER = """
    CREATE FUNCTION reports_closed_{name}() RETURNS trigger LANGUAGE plpgsql AS $$
    BEGIN
        {marks}
        RETURN NULL;
    END $$
"""


def up(migration: Any) -> None:
    """Makes the tables and triggers; until a job has counted them, all spans with deals are marked."""
    migration.create_table("reports_closed_sum", SUM)
    migration.create_index("reports_closed_sum (span)")
    # Added up in the index's own order, nothing has to be sorted.
    columns = (
        "version_id, owner_id, place, span, lost, lost_potential, missed, won, won_potential, won_amount, unpriced"
    )
    migration.execute(f"CREATE INDEX ix_reports_closed_sum ON reports_closed_sum ({columns})")
    migration.create_table("reports_closed_clients", CLIENTS)
    migration.create_index("reports_closed_clients (span)")
    migration.create_table("reports_closed_stale", "span bigint not null\n marked_by bigint not null")
    migration.create_index("reports_closed_stale (span, marked_by)")
    migration.execute(
        "INSERT INTO reports_closed_stale (span, marked_by)"
        f" SELECT DISTINCT closed_at >> {SPAN_BITS}, 0 FROM core_deal WHERE closed_at IS NOT NULL"
    )
    _make_triggers(migration)


def down(migration: Any) -> None:
    """Drops what `up` made."""
    for name in EVENTS:
        migration.execute(f"DROP TRIGGER reports_closed_{name}" + (" ON core_deal" if migration.is_postgres else ""))
        if migration.is_postgres:
            migration.execute(f"DROP FUNCTION reports_closed_{name}()")
    if migration.is_postgres:
        migration.execute("DROP FUNCTION reports_mark_closed(bigint)")
    for table in ("reports_closed_stale", "reports_closed_clients", "reports_closed_sum"):
        migration.drop_table(table)


def _make_triggers(migration: Any) -> None:
    if migration.is_postgres:
        migration.execute(POSTGRES_MARK)
    for name, (event, condition) in EVENTS.items():
        if migration.is_postgres:
            marks = " ".join(f"PERFORM reports_mark_closed({row}.closed_at);" for row in ROWS[name])
            migration.execute(POSTGRES_TRIGGER.format(name=name, marks=marks))
            body = f"EXECUTE FUNCTION reports_closed_{name}()"
        else:
            body = f"BEGIN {''.join(SQLITE_MARK.format(row=row) for row in ROWS[name])} END"
        migration.execute(
            f"CREATE TRIGGER reports_closed_{name} AFTER {event} ON core_deal FOR EACH ROW WHEN ({condition}) {body}"
        )

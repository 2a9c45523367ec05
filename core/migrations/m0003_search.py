"""The index by which parts of names, titles, phones and addresses are found without reading every row.

PostgreSQL: pg_trgm. SQLite: FTS5 by trigrams, which triggers keep: the index lags behind by some thousand rows, those
that came since (`core_search_upto`) and those that changed (`core_search_late`), and searches read these as well. So a
row that is written costs next to nothing, whoever writes it, and many go into the index at once.
"""

from typing import Any

# Kind: the table, the column that names what is sought, the column that is searched.
KINDS = {
    "client": ("core_client", "id", "name_key"),
    "contact": ("core_contact", "client_id", "name"),
    "point": ("core_contact_point", "client_id", "value"),
    "deal": ("core_deal", "id", "title"),
}
FRESH, LATE = 5_000, 1_000

ON_POSTGRES = """
    DO $$ BEGIN
        CREATE EXTENSION IF NOT EXISTS pg_trgm;
    EXCEPTION WHEN OTHERS THEN
        RAISE NOTICE 'pg_trgm is not to be had: searches read every row';
    END $$
"""
POSTGRES_INDEX = """
    DO $$ BEGIN
        IF EXISTS (SELECT 1 FROM pg_extension WHERE extname = 'pg_trgm') THEN
            CREATE INDEX ix_search_{kind} ON {table} USING gin ({text} gin_trgm_ops);
        END IF;
    END $$
"""

# The index keeps no text, and forgets nothing: what was once in a row may lead to it, and searches look again.
SQLITE_INDEX = (
    "CREATE VIRTUAL TABLE core_search_{kind}"
    " USING fts5(text, content='', tokenize='trigram', detail=none, columnsize=0)"
)
# Texts of one record go in together and records in order: FTS5 writes to the disk whenever an id comes back.
TAKE_FRESH = """
    INSERT INTO core_search_{kind} (rowid, text)
    SELECT {owner}, group_concat({text}, char(10)) FROM {table}
    WHERE id > (SELECT id FROM core_search_upto WHERE kind = '{kind}') {more} GROUP BY {owner}
"""
TAKE_LATE = """
    INSERT INTO core_search_{kind} (rowid, text)
    SELECT id, group_concat(text, char(10)) FROM core_search_late WHERE kind = '{kind}' GROUP BY id
"""
# An id may come late: records that an undone import had deleted are written again under their own.
ON_INSERT = f"""
    CREATE TRIGGER core_search_{{kind}}_new AFTER INSERT ON {{table}}
    WHEN new.id % {FRESH} = 0 OR new.id <= (SELECT id FROM core_search_upto WHERE kind = '{{kind}}')
    BEGIN
        INSERT INTO core_search_late SELECT '{{kind}}', new.{{owner}}, new.{{text}}
        WHERE new.id <= (SELECT id FROM core_search_upto WHERE kind = '{{kind}}');
        {{fresh}};
        UPDATE core_search_upto SET id = max(id, (SELECT max(id) FROM {{table}}))
        WHERE kind = '{{kind}}' AND new.id % {FRESH} = 0;
    END
"""
ON_UPDATE = """
    CREATE TRIGGER core_search_{kind}_changed AFTER UPDATE OF {text}, {owner} ON {table}
    WHEN new.{text} IS NOT old.{text} OR new.{owner} IS NOT old.{owner}
    BEGIN
        INSERT INTO core_search_late VALUES ('{kind}', new.{owner}, new.{text});
    END
"""


def up(migration: Any) -> None:
    """Makes the index and takes into it what there is."""
    if migration.is_postgres:
        migration.execute(ON_POSTGRES)
        # Numbers by which a tax number begins.
        migration.execute("CREATE INDEX ix_search_tax_number ON core_client (tax_number text_pattern_ops)")
    else:
        migration.execute("CREATE TABLE core_search_upto (kind text PRIMARY KEY, id integer NOT NULL) WITHOUT ROWID")
        migration.execute("CREATE TABLE core_search_late (kind text NOT NULL, id integer NOT NULL, text text NOT NULL)")
    for kind, (table, owner, text) in KINDS.items():
        names = {"kind": kind, "table": table, "owner": owner, "text": text}
        if migration.is_postgres:
            migration.execute(POSTGRES_INDEX.format(**names))
        else:
            _make_on_sqlite(migration, names)
    if not migration.is_postgres:
        takings = "; ".join(TAKE_LATE.format(kind=kind) for kind in KINDS)
        migration.execute(
            f"CREATE TRIGGER core_search_late_many AFTER INSERT ON core_search_late WHEN new.rowid >= {LATE}"
            f" BEGIN {takings}; DELETE FROM core_search_late; END"
        )


def down(migration: Any) -> None:
    """Drops the index; the extension of PostgreSQL stays, others may use it."""
    for kind in KINDS:
        if migration.is_postgres:
            migration.execute(f"DROP INDEX IF EXISTS ix_search_{kind}")
        else:
            migration.execute(f"DROP TRIGGER core_search_{kind}_new")
            migration.execute(f"DROP TRIGGER core_search_{kind}_changed")
            migration.execute(f"DROP TABLE core_search_{kind}")
    if migration.is_postgres:
        migration.execute("DROP INDEX ix_search_tax_number")
    else:
        migration.execute("DROP TABLE core_search_late")
        migration.execute("DROP TABLE core_search_upto")


def _make_on_sqlite(migration: Any, names: dict[str, str]) -> None:
    kind, table = names["kind"], names["table"]
    migration.execute(SQLITE_INDEX.format(**names))
    migration.execute(f"INSERT INTO core_search_upto VALUES ('{kind}', 0)")  # noqa: S608 - names of ours
    migration.execute(TAKE_FRESH.format(more="", **names))
    migration.execute(
        f"UPDATE core_search_upto SET id = (SELECT coalesce(max(id), 0) FROM {table}) WHERE kind = '{kind}'"  # noqa: S608
    )
    fresh = TAKE_FRESH.format(more=f"AND new.id % {FRESH} = 0", **names)
    migration.execute(ON_INSERT.format(fresh=fresh, **names))
    migration.execute(ON_UPDATE.format(**names))

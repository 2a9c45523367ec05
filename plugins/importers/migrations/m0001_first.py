"""Batches, the rows they refused, what they changed and made, and the maps remembered for next time."""

TABLES = {
    "importers_batch": """
        id          id
        kind        text not null
        state       text not null
        file_name   text not null
        stored_name text not null
        plan        json not null
        fixes       json not null
        rows        int not null default 0
        created     int not null default 0
        updated     int not null default 0
        skipped     int not null default 0
        rejected    int not null default 0
        height      int not null default 0
        done_row    int not null default 0
        message     text not null default ''
        kept        json not null
        user_id     bigint
        job_id      bigint
        created_at  utc not null
        finished_at utc
        undone_at   utc
    """,
    "importers_rejected": """
        id          id
        batch_id    ref importers_batch not null
        row         int not null
        title       text not null
        message     text not null
    """,
    "importers_change": """
        id          id
        batch_id    ref importers_batch not null
        entity      text not null
        entity_id   bigint not null
        before      json not null
        after       json not null
        version     int not null
        unique (batch_id, entity, entity_id)
    """,
    "importers_made": """
        id          id
        batch_id    ref importers_batch not null
        entity      text not null
        entity_id   bigint not null
    """,
    "importers_mapping": """
        id          id
        kind        text not null
        titles_key  text not null
        columns     json not null
        options     json not null
        user_id     bigint
        used_at     utc not null
        unique (kind, titles_key)
    """,
}

INDEXES = (
    "importers_batch (created_at)",
    "importers_rejected (batch_id, row)",
    "importers_made (batch_id, entity)",
)


def up(migration):
    """Makes the tables and indexes."""
    for name, columns in TABLES.items():
        migration.create_table(name, columns)
    for index in INDEXES:
        migration.create_index(index)


def down(migration):
    """Drops everything that `up` made."""
    for name in reversed(TABLES):
        migration.drop_table(name)

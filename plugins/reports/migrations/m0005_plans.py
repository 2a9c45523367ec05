"""Saved plans, standards of service, costs of marketing, and the walk along what passed with clients in a period."""

TABLES = {
    "reports_plan": """
        id          id
        name        text not null
        owner_id    ref core_user not null
        is_shared   bool not null
        settings    json not null
        contracts   int not null
        amount      money
        begin_on    date not null
        due_on      date not null
        made_at     utc not null
        unique (owner_id, name)
    """,
    "reports_plan_line": """
        id          id
        plan_id     ref reports_plan not null
        place       int not null
        step        text not null
        stage_id    bigint
        user_id     bigint
        week_on     date not null
        quantity    int not null
    """,
    "reports_standard": """
        id          id
        category_id bigint not null
        days        int not null
        unique (category_id)
    """,
    "reports_cost": """
        id          id
        source_id   bigint not null
        month_on    date not null
        amount      money not null
        unique (source_id, month_on)
    """,
}


def up(migration):
    """Makes the tables and the index."""
    for name, columns in TABLES.items():
        migration.create_table(name, columns)
    migration.create_index("reports_plan_line (plan_id)")
    migration.execute("CREATE INDEX ix_reports_talks ON core_interaction (at, kind, user_id, is_planned)")


def down(migration):
    """Drops what `up` made."""
    migration.execute("DROP INDEX ix_reports_talks")
    for name in reversed(TABLES):
        migration.drop_table(name)

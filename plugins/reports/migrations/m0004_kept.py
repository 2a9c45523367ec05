"""What a job of the reports worked out, kept until its next run: learned statistics, the forecast's report card."""


def up(migration):
    """Makes the table: one row of each kind."""
    migration.create_table(
        "reports_kept",
        """
        id       id
        kind     text not null
        made_at  utc not null
        body     json not null
        unique (kind)
        """,
    )


def down(migration):
    """Drops it."""
    migration.drop_table("reports_kept")

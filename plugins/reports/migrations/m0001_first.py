"""Variants of reports, and two covering indexes over closed deals."""

CLOSED = "closed_at IS NOT NULL AND deleted_at IS NULL"


def up(migration):
    """Makes the table of variants and the indexes that funnels over all time walk along."""
    migration.create_table(
        "reports_variant",
        """
        id          id
        report      text not null
        name        text not null
        owner_id    ref core_user not null
        is_shared   bool not null
        settings    json not null
        created_at  utc not null
        changed_at  utc not null
        unique (report, owner_id, name)
        """,
    )
    # Grouped in the index's own order, a million deals need no sorting; clients come once each, in order.
    migration.execute(
        "CREATE INDEX ix_reports_closed_funnel ON core_deal"
        " (version_id, owner_id, place, state, stood_at, closed_at, potential_base, amount_base)"
        f" WHERE {CLOSED}"
    )
    migration.execute(
        "CREATE INDEX ix_reports_closed_clients ON core_deal (client_id, version_id, owner_id, closed_at)"
        f" WHERE {CLOSED}"
    )


def down(migration):
    """Drops what `up` made."""
    migration.execute("DROP INDEX ix_reports_closed_clients")
    migration.execute("DROP INDEX ix_reports_closed_funnel")
    migration.drop_table("reports_variant")

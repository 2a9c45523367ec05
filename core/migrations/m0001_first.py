"""The core's first tables. Column types are the words of `core.store.migrate.TYPES`; nothing of ours is imported."""

from typing import Any

TABLES = {
    # Kernel ---------------------------------------------------------------------------------------------------
    "core_setting": """
        id          id
        plugin      text not null
        name        text not null
        value       json
        unique (plugin, name)
    """,
    "core_job": """
        id          id
        plugin      text not null
        kind        text not null
        args        json not null
        state       text not null
        run_at      utc not null
        lease_until utc
        attempts    int not null default 0
        crashes     int not null default 0
        progress    int not null default 0
        progress_note text not null default ''
        last_error  text not null default ''
        dedupe_key  text unique
        due_at      utc
        user_id     bigint
        created_at  utc not null
        finished_at utc
        unique (kind, due_at)
    """,
    "core_audit": """
        id          id
        at          utc not null
        user_id     bigint
        source      text not null
        entity      text not null
        entity_id   bigint not null
        action      text not null
        changes     json
    """,
    "core_external_ref": """
        id          id
        system      text not null
        entity      text not null
        entity_id   bigint not null
        external_id text not null
        unique (system, entity, external_id)
    """,
    "core_runtime": """
        name        text primary key
        value       text not null
    """,
    # People ---------------------------------------------------------------------------------------------------
    "core_role": """
        id          id
        key         text unique not null
        name        text not null
        scope       text not null
        permissions json not null
        is_standard bool not null
    """,
    "core_team": """
        id          id
        name        text unique not null
        parent_id   ref core_team
        head_id     bigint
    """,
    "core_user": """
        id          id
        login       text unique not null
        name        text not null
        email       text not null default ''
        password_hash text not null default ''
        role_id     ref core_role not null
        team_id     ref core_team
        language    text not null default ''
        theme       text not null default ''
        is_active   bool not null
        session_epoch int not null default 0
        created_at  utc not null
        last_seen_at utc
    """,
    "core_token": """
        id          id
        user_id     ref core_user not null
        name        text not null
        token_hash  text unique not null
        created_at  utc not null
        last_used_at utc
        revoked_at  utc
    """,
    "core_sign_in_failure": """
        id          id
        subject     text not null
        at          utc not null
    """,
    # Clients --------------------------------------------------------------------------------------------------
    "core_source": """
        id          id
        name        text unique not null
        is_active   bool not null
    """,
    "core_category": """
        id          id
        name        text unique not null
        colour      text not null default ''
    """,
    "core_property": """
        id          id
        entity      text not null
        key         text not null
        name        text not null
        kind        text not null
        choices     json not null
        retired_choices json not null default '[]'
        is_required bool not null
        is_active   bool not null
        place       int not null default 0
        unique (entity, key)
    """,
    "core_client": """
        id          id
        kind        text not null
        name        text not null
        name_key    text not null
        tax_number  text not null default ''
        salutation  text not null default ''
        language    text not null default ''
        time_zone   text not null default ''
        website     text not null default ''
        country     text not null default ''
        region      text not null default ''
        city        text not null default ''
        postal_code text not null default ''
        address     text not null default ''
        owner_id    ref core_user
        source_id   ref core_source
        status      text not null
        phone       text not null default ''
        email       text not null default ''
        note        text not null default ''
        next_need_on date
        next_contact_on date
        properties  json not null
        import_id   bigint
        merged_into_id bigint
        version     int not null default 1
        created_at  utc not null
        changed_at  utc not null
        deleted_at  utc
    """,
    "core_contact": """
        id          id
        client_id   ref core_client not null
        name        text not null
        position    text not null default ''
        salutation  text not null default ''
        language    text not null default ''
        time_zone   text not null default ''
        birthday_on date
        is_primary  bool not null
        note        text not null default ''
        import_id   bigint
        version     int not null default 1
        created_at  utc not null
        changed_at  utc not null
        deleted_at  utc
    """,
    "core_contact_point": """
        id          id
        client_id   ref core_client not null
        contact_id  ref core_contact
        kind        text not null
        value       text not null
        raw         text not null
        label       text not null default ''
        is_valid    bool not null
        is_primary  bool not null
    """,
    "core_consent": """
        id          id
        client_id   ref core_client not null
        contact_id  ref core_contact
        channel     text not null
        is_given    bool not null
        at          utc not null
        how         text not null default ''
        user_id     bigint
    """,
    "core_client_category": """
        id          id
        client_id   ref core_client not null
        category_id ref core_category not null
        unique (client_id, category_id)
    """,
    "core_merge": """
        id          id
        kept_id     ref core_client not null
        gone_id     ref core_client not null
        at          utc not null
        user_id     bigint
        before      json not null
        undone_at   utc
    """,
    "core_segment": """
        id          id
        name        text not null
        entity      text not null
        kind        text not null
        conditions  json not null
        owner_id    ref core_user not null
        is_shared   bool not null
        created_at  utc not null
    """,
    "core_segment_member": """
        id          id
        segment_id  ref core_segment not null
        entity_id   bigint not null
        unique (segment_id, entity_id)
    """,
    # Stages and deal types --------------------------------------------------------------------------------------
    "core_stage": """
        id          id
        name        text unique not null
        probability int not null
        is_standard bool not null
        is_active   bool not null
    """,
    "core_deal_type": """
        id          id
        name        text unique not null
        mode        text not null
        is_used     bool not null
        registers_demand bool not null
        currency    text not null default ''
        default_owner_id ref core_user
        published_version_id bigint
        created_at  utc not null
    """,
    "core_deal_type_version": """
        id          id
        deal_type_id ref core_deal_type not null
        number      int not null
        published_at utc
        unique (deal_type_id, number)
    """,
    "core_type_stage": """
        id          id
        version_id  ref core_deal_type_version not null
        stage_id    ref core_stage not null
        place       int not null
        probability int not null
        limit_days  int
        unique (version_id, place)
        unique (version_id, stage_id)
    """,
    "core_loss_reason": """
        id          id
        name        text unique not null
        key         text not null default ''
        needs_note  bool not null
        is_active   bool not null
    """,
    "core_exchange_rate": """
        id          id
        currency    text not null
        rate_on     date not null
        rate        text not null
        unique (currency, rate_on)
    """,
    # Deals ------------------------------------------------------------------------------------------------------
    "core_deal": """
        id          id
        number      text unique not null
        title       text not null
        client_id   ref core_client not null
        contact_id  ref core_contact
        deal_type_id ref core_deal_type not null
        version_id  ref core_deal_type_version not null
        state       text not null
        stage_id    ref core_stage
        place       int
        furthest    int
        stood_at    bigint not null default 0
        entered_at  utc
        on_hold_until date
        owner_id    ref core_user
        source_id   ref core_source
        currency    text not null
        potential   money
        amount      money
        potential_base money
        amount_base money
        loss_reason_id ref core_loss_reason
        loss_note   text not null default ''
        expected_on date
        note        text not null default ''
        properties  json not null
        import_id   bigint
        version     int not null default 1
        opened_at   utc not null
        closed_at   utc
        created_at  utc not null
        changed_at  utc not null
        deleted_at  utc
    """,
    "core_stage_visit": """
        id          id
        deal_id     ref core_deal not null
        stage_id    ref core_stage not null
        place       int not null
        entered_at  utc not null
        left_at     utc
        outcome     text not null default ''
        responsible_id bigint
        potential   money
        potential_base money
        user_id     bigint
    """,
    "core_deal_period": """
        id          id
        deal_id     ref core_deal not null
        from_at     utc not null
        to_at       utc
        stage_id    bigint
        place       int
        owner_id    bigint
        potential_base money
        is_on_hold  bool not null
    """,
    "core_closing": """
        id          id
        deal_id     ref core_deal not null
        state       text not null
        closed_at   utc not null
        stage_id    bigint
        place       int
        owner_id    bigint
        currency    text not null
        potential   money
        amount      money
        potential_base money
        amount_base money
        loss_reason_id bigint
        loss_note   text not null default ''
        user_id     bigint
        reopened_at utc
        reopen_note text not null default ''
    """,
    # Work with clients ------------------------------------------------------------------------------------------
    "core_interaction": """
        id          id
        kind        text not null
        direction   text not null default ''
        client_id   ref core_client not null
        contact_id  ref core_contact
        deal_id     ref core_deal
        user_id     ref core_user
        subject     text not null default ''
        body        text not null default ''
        at          utc not null
        duration_s  int
        is_planned  bool not null
        created_at  utc not null
        changed_at  utc not null
    """,
    "core_comment": """
        id          id
        entity      text not null
        entity_id   bigint not null
        user_id     ref core_user
        body        text not null
        at          utc not null
    """,
    "core_file": """
        id          id
        entity      text not null
        entity_id   bigint not null
        user_id     ref core_user
        name        text not null
        media_type  text not null
        size        int not null
        sha256      text not null
        at          utc not null
    """,
    "core_task": """
        id          id
        title       text not null
        instructions text not null default ''
        client_id   ref core_client
        deal_id     ref core_deal
        user_id     ref core_user
        author_id   ref core_user
        due_at      utc
        state       text not null
        done_at     utc
        version     int not null default 1
        created_at  utc not null
        changed_at  utc not null
    """,
    # The interface ----------------------------------------------------------------------------------------------
    "core_favourite": """
        id          id
        user_id     ref core_user not null
        list_name   text not null
        name        text not null
        query       json not null
        is_shared   bool not null
        is_default  bool not null
    """,
    "core_list_columns": """
        id          id
        user_id     ref core_user not null
        list_name   text not null
        paths       json not null
        unique (user_id, list_name)
    """,
}

INDEXES = (
    "core_job (state, run_at)",
    "core_audit (entity, entity_id, id)",
    "core_external_ref (entity, entity_id)",
    "core_sign_in_failure (subject, at)",
    "core_client (name_key, id)",
    "core_client (owner_id, name_key)",
    "core_client (tax_number)",
    "core_client (changed_at)",
    "core_client (import_id)",
    "core_contact (client_id)",
    "core_contact (import_id)",
    "core_contact_point (kind, value)",
    "core_contact_point (client_id)",
    "core_consent (client_id, channel)",
    "core_client_category (category_id)",
    "core_deal (client_id)",
    # The board: one walk for the totals of its columns, and for the cards of a column, the latest arrivals first.
    "core_deal (state, version_id, place, entered_at, id, on_hold_until, owner_id, potential_base, deleted_at)",
    "core_deal (owner_id, state)",
    "core_deal (opened_at)",
    "core_deal (title)",
    "core_deal (state, expected_on)",
    "core_deal (import_id)",
    # The closed funnel is one walk along this index: filter by type and period, grouped by where and how deals ended.
    "core_deal (deal_type_id, closed_at, state, version_id, place, stood_at, owner_id, potential_base, amount_base,"
    " client_id, furthest, deleted_at)",
    "core_stage_visit (deal_id, entered_at)",
    "core_deal_period (deal_id, from_at)",
    "core_closing (deal_id, closed_at)",
    "core_interaction (client_id, at)",
    "core_interaction (deal_id, at)",
    "core_comment (entity, entity_id, at)",
    "core_file (entity, entity_id)",
    "core_task (user_id, state, due_at)",
    "core_task (deal_id)",
    "core_task (client_id)",
    "core_favourite (list_name)",
    "core_segment_member (entity_id)",
)

# Few rows name a contact; without these a deleted contact would be looked for in every row (foreign keys).
CONTACT_INDEXES = ("core_contact_point", "core_consent", "core_deal", "core_interaction")


def up(migration: Any) -> None:
    """Makes the tables and indexes."""
    for name, columns in TABLES.items():
        migration.create_table(name, columns)
    for index in INDEXES:
        migration.create_index(index)
    for table in CONTACT_INDEXES:
        migration.create_index(f"{table} (contact_id)", where="contact_id IS NOT NULL")


def down(migration: Any) -> None:
    """Drops everything that `up` made."""
    for name in reversed(TABLES):
        migration.drop_table(name)

"""The sales process: what a stage asks for, tasks of stages, demand of clients, evidence, usual stays."""

from typing import Any

COLUMNS = {
    "core_deal_type": """
        loss_responsible text not null default 'owner'
        loss_user_id ref core_user
        loss_role_id ref core_role
    """,
    "core_type_stage": """
        limit_hours int
        responsible text not null default 'owner'
        user_id     ref core_user
        role_id     ref core_role
        task_title  text not null default ''
        instructions text not null default ''
        checklist   json not null default '[]'
        result      json not null default '[]'
        evidence    json not null default '[]'
        is_mandatory bool not null default false
    """,
    "core_task": """
        kind        text not null default ''
        step_id     ref core_type_stage
        visit_id    bigint
        role_id     ref core_role
        done_by_id  bigint
        is_controlled bool not null default false
        checklist   json not null default '[]'
        result      json not null default '{}'
    """,
}

TABLES = {
    "core_demand_line": """
        id          id
        deal_id     ref core_deal not null
        place       int not null
        what        text not null
        quantity    text not null
        price       money
        wanted_on   date
        is_satisfied bool
        reason      text not null default ''
    """,
    "core_evidence": """
        id          id
        task_id     ref core_task not null
        deal_id     ref core_deal not null
        plugin      text not null
        kind        text not null
        key         text unique not null
        title       text not null
        entity      text not null default ''
        entity_id   bigint
        url         text not null default ''
        result      json not null
        state       text not null
        at          utc not null
        decided_at  utc
        user_id     bigint
    """,
    # What is learned from the company's own history, anew each night: how long deals stand at a stage of a type.
    "core_usual_stay": """
        id          id
        deal_type_id ref core_deal_type not null
        stage_id    ref core_stage not null
        won         int not null
        median_s    bigint
        most_s      bigint
        passed      int not null
        learned_at  utc not null
        unique (deal_type_id, stage_id)
    """,
}

INDEXES = (
    "core_demand_line (deal_id, place)",
    "core_evidence (deal_id, state)",
    "core_evidence (task_id)",
    "core_task (author_id, state)",
)
ONE_STAGE_TASK = "kind = 'stage' AND state IN ('open', 'held')"


def up(migration: Any) -> None:
    """Adds columns and tables."""
    for table, lines in COLUMNS.items():
        for line in lines.strip().splitlines():
            migration.add_column(table, line.strip())
    for name, columns in TABLES.items():
        migration.create_table(name, columns)
    for index in INDEXES:
        migration.create_index(index)
    # A deal has never two tasks of its process at once, whoever races.
    migration.create_index("core_task (deal_id, kind)", unique=True, where=ONE_STAGE_TASK)
    migration.create_index("core_task (role_id, state)", where="role_id IS NOT NULL")


def down(migration: Any) -> None:
    """Takes back what `up` added."""
    migration.execute("DROP INDEX ix_core_task_deal_id_kind")
    migration.execute("DROP INDEX ix_core_task_role_id_state")
    migration.execute("DROP INDEX ix_core_task_author_id_state")
    for name in reversed(TABLES):
        migration.drop_table(name)
    for table, lines in COLUMNS.items():
        for line in reversed(lines.strip().splitlines()):
            migration.drop_column(table, line.split()[0])

"""Migrations: up, down, and what fails."""

from datetime import UTC, datetime
from pathlib import Path

import pytest

from core.boot import all_steps, core_steps, is_schema_fine
from core.clock import FixedClock
from core.errors import PluginRefused
from core.store.migrate import Migration, migrate_down, migrate_up, pending, steps_in

CLOCK = FixedClock(datetime(2026, 1, 1, tzinfo=UTC))


def write_step(folder: Path, number: int, name: str, up: str, down: str = "pass") -> None:
    folder.mkdir(exist_ok=True)
    (folder / f"m{number:04}_{name}.py").write_text(
        f"def up(migration):\n    {up}\n\n\ndef down(migration):\n    {down}\n"
    )


def test_core_goes_up_down_and_up(crm):
    migrate_down(crm.database, core_steps())
    assert [table for table in crm.database.get_tables() if table not in ("core_migration", "sqlite_sequence")] == []
    migrate_up(crm.database, core_steps(), CLOCK)
    assert "core_client" in crm.database.get_tables()


def test_every_model_fits_its_table(crm):
    from core.store.fields import Record

    for model in Record.__subclasses__():
        columns = {column.name for column in crm.database.get_columns(model._meta.table_name)}
        if columns:  # models of plugins that are off have no table here
            assert {field.column_name for field in model._meta.sorted_fields} == columns, model


def test_a_step_is_taken_once(crm, tmp_path):
    write_step(tmp_path / "m", 1, "one", "migration.create_table('x_one', 'id id')", "migration.drop_table('x_one')")
    steps = steps_in("x", tmp_path / "m")
    assert [len(migrate_up(crm.database, steps, CLOCK)) for _round in range(2)] == [1, 0]


def test_a_step_that_fails_leaves_the_earlier_ones(crm, tmp_path):
    write_step(tmp_path / "m", 1, "good", "migration.create_table('x_good', 'id id')")
    write_step(tmp_path / "m", 2, "bad", "migration.create_table('x_bad', 'id id'); migration.execute('nonsense')")
    steps = steps_in("x", tmp_path / "m")
    with pytest.raises(PluginRefused, match="m0002_bad failed and was rolled back"):
        migrate_up(crm.database, steps, CLOCK)
    assert [step.number for step in pending(crm.database, steps)] == [2]
    assert {"x_good", "x_bad"} & set(crm.database.get_tables()) == {"x_good"}


@pytest.mark.parametrize("line", ["ends_on datte not null", "ends_on"])
def test_a_column_of_no_known_kind_is_named(crm, tmp_path, line):
    write_step(tmp_path / "m", 1, "odd", f"migration.create_table('x_odd', '{line}')")
    with pytest.raises(PluginRefused, match=f"“{line}” is of no known kind; there are id, text"):
        migrate_up(crm.database, steps_in("x", tmp_path / "m"), CLOCK)


def test_schema_is_fine_only_when_nothing_is_pending(crm):
    assert is_schema_fine(crm)
    migrate_down(crm.database, all_steps(crm))
    assert not is_schema_fine(crm)


def test_columns_come_and_go(crm):
    migration = Migration(crm.database)
    migration.create_table("x_thing", "id id")
    migration.add_column("x_thing", "note text not null default ''")
    assert [column.name for column in crm.database.get_columns("x_thing")] == ["id", "note"]
    migration.drop_column("x_thing", "note")
    assert [column.name for column in crm.database.get_columns("x_thing")] == ["id"]

"""A backup restores whole, on the same or the other kind of database; what is no backup is refused."""

import json
import zipfile

import pytest

from core.boot import boot
from core.config import read_config
from core.deals.inspection import find_wrong_deals
from core.deals.services import move
from core.errors import CRMError
from core.hooks.switch import save_names
from core.instance.backup import backup, restore
from core.stages.services import ladders
from core.store.audit import Audit
from core.store.database import is_postgres
from core.store.migrate import migrate_up, steps_in
from core.users.models import Role, Team, User
from tests import servers


@pytest.fixture
def filled(crm, make, tmp_path):
    """Returns a backup of an instance with a team, its head, and a file."""
    crm.config.files.mkdir(exist_ok=True)
    (crm.config.files / "offer.txt").write_text("Ofertë për ju")
    head = make.user("head", name="Ndriçim Çela")
    make.team("Veriu", head=head, parent=make.team("Всё"))
    backup(crm, tmp_path / "all.zip")
    return tmp_path / "all.zip"


@pytest.fixture
def other_database(crm, worker):
    """Returns the URL of an empty database of the kind that the instance does not have."""
    if is_postgres(crm.database):
        yield "sqlite:///other.db"
        return
    url = servers.postgres_database_url(worker)
    yield url
    servers.drop_postgres_database(url)


def contents():
    return {
        model.__name__: sorted(json.dumps(row, sort_keys=True, default=str) for row in model.select().dicts())
        for model in (Role, Team, User, Audit)
    }


def reopened(folder):
    return boot(read_config(folder, {}), pragmas={"synchronous": "off"})


def close(instance) -> None:
    instance.database.close()
    instance.database.close_all()


def test_a_backup_restores_on_the_other_kind_of_database(filled, other_database, tmp_path):
    before = contents()
    restore(filled, tmp_path / "new", other_database)
    restored = reopened(tmp_path / "new")
    assert contents() == before
    assert (tmp_path / "new" / "files" / "offer.txt").read_text() == "Ofertë për ju"
    close(restored)


def test_a_restored_instance_goes_on_counting(filled, other_database, tmp_path):
    restore(filled, tmp_path / "new", other_database)
    restored = reopened(tmp_path / "new")
    highest = max(team.id for team in Team.select())
    assert Team.create(name="Re").id > highest
    close(restored)


def without_columns(file, table, columns) -> None:
    """Rewrites a backup as an older release wrote it, which did not have these columns of a table yet."""
    with zipfile.ZipFile(file) as archive:
        parts = {name: archive.read(name) for name in archive.namelist()}
    name = next(name for name in parts if name.startswith(f"tables/{table}."))
    names, *rows = [json.loads(line) for line in parts[name].splitlines()]
    kept = [place for place, column in enumerate(names) if column not in columns]
    lines = [json.dumps([row[place] for place in kept]) for row in (names, *rows)]
    parts[name] = "".join(f"{line}\n" for line in lines).encode()
    with zipfile.ZipFile(file, "w") as archive:
        for part, data in parts.items():
            archive.writestr(part, data)


def test_visits_of_an_older_backup_learn_where_they_led(crm, make, tmp_path, other_database):
    deal = make.deal()
    for step in (2, 0, 1):
        crm.clock.advance(hours=1)
        move(crm, deal, ladders([deal.version_id])[deal.version_id][step].stage)
    backup(crm, tmp_path / "old.zip")
    without_columns(tmp_path / "old.zip", "core_stage_visit", ("onto_place", "is_again", "version_id", "deal_state"))
    restore(tmp_path / "old.zip", tmp_path / "new", other_database)
    restored = reopened(tmp_path / "new")
    assert find_wrong_deals(restored) == []
    close(restored)


def test_the_data_of_a_plugin_that_is_off_come_back_too(crm, tmp_path, other_database):
    migrate_up(crm.database, steps_in("importers", crm.manifests["importers"].folder / "migrations"), crm.clock)
    columns = "kind, titles_key, columns, options, used_at"
    crm.database.execute_sql(f"INSERT INTO importers_mapping ({columns}) VALUES ('x', 'y', '{{}}', '{{}}', 0)")
    save_names(crm, [])
    backup(crm, tmp_path / "off.zip")
    restore(tmp_path / "off.zip", tmp_path / "new", other_database)
    restored = reopened(tmp_path / "new")
    assert "importers" not in restored.hooks.order
    assert restored.database.execute_sql("SELECT kind FROM importers_mapping").fetchall() == [("x",)]
    close(restored)


def test_data_of_a_plugin_that_is_not_there_name_it(filled, tmp_path, other_database):
    with zipfile.ZipFile(filled, "a") as archive:
        archive.writestr("tables/ghost_story.jsonl", '["id"]\n')
    with pytest.raises(CRMError, match="ghost_story.*install that plugin"):
        restore(filled, tmp_path / "new", other_database)


def test_restoring_over_an_instance_is_refused(filled, crm):
    with pytest.raises(CRMError, match="already an instance"):
        restore(filled, crm.config.folder)


def test_what_is_no_backup_is_refused_and_leaves_nothing(tmp_path):
    (tmp_path / "x.zip").write_text("no zip")
    with pytest.raises(CRMError, match="is no backup of Hinka"):
        restore(tmp_path / "x.zip", tmp_path / "new")
    assert not (tmp_path / "new").exists()


def test_a_damaged_backup_leaves_no_instance_and_room_for_a_whole_one(filled, tmp_path, other_database):
    with zipfile.ZipFile(filled) as source, zipfile.ZipFile(tmp_path / "cut.zip", "w") as target:
        for name in source.namelist():
            about = json.loads(source.read(name)) if name == "backup.json" else None
            data = json.dumps({**about, "rows": about["rows"] + 1}) if about else source.read(name)
            target.writestr(name, data)
    with pytest.raises(CRMError, match="damaged"):
        restore(tmp_path / "cut.zip", tmp_path / "new", other_database)
    assert not (tmp_path / "new" / "customer.toml").exists()
    assert restore(filled, tmp_path / "new", other_database) > 0


def test_a_path_that_leads_out_is_refused(filled, tmp_path, other_database):
    with zipfile.ZipFile(filled, "a") as archive:
        archive.writestr("files/../../../escape.txt", "x")
    with pytest.raises(CRMError, match="leads out"):
        restore(filled, tmp_path / "new" / "deep", other_database)
    assert not (tmp_path / "escape.txt").exists()


def test_the_file_is_complete_or_not_there(crm, tmp_path, monkeypatch):
    monkeypatch.setattr("core.instance.backup.all_steps", lambda crm: 1 / 0)
    with pytest.raises(ZeroDivisionError):
        backup(crm, tmp_path / "half.zip")
    assert not (tmp_path / "half.zip").exists()

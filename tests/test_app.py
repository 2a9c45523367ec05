"""The composition root."""

import app
from core.boot import boot
from core.config import Config, read_config, write_config
from core.users.models import Role
from core.users.roles import ensure_roles


def test_rights_of_a_plugin_reach_the_standard_roles_at_the_next_start(tmp_path, monkeypatch):
    write_config(Config(folder=tmp_path))
    ensure_roles(boot(Config(**{**read_config(tmp_path, {}).__dict__, "plugins": ()})))
    before = Role.get(Role.key == "director").permissions
    monkeypatch.setenv("HINKA_INSTANCE", str(tmp_path))
    crm = app.create_app().extensions["hinka"]
    added = set(Role.get(Role.key == "director").permissions) - set(before)
    assert {key.split(".")[0] for key in added} >= {"importers"}
    crm.database.close()
    crm.database.close_all()

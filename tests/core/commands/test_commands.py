"""The `hinka` command: what it prints and with which status it ends."""

import json

from click.testing import CliRunner

from core import commands
from core.config import read_config
from core.users.models import User


def test_init_makes_an_instance_and_tells_the_password(hinka, tmp_path):
    status, out, _err = hinka("init")
    assert status == 0
    assert "Sign in as admin with the password" in out
    assert read_config(tmp_path / "instance", {}).language == "en"


def test_init_takes_money_and_zone_from_the_language(made, tmp_path):
    config = read_config(tmp_path / "instance", {})
    assert (config.currency, config.country) == ("ALL", "AL")


def test_init_twice_is_refused_with_a_sentence(made):
    status, out, err = made("init")
    assert (status, out) == (1, "")
    assert "already an instance" in err


def test_without_an_instance_the_way_to_one_is_told(hinka):
    status, _out, err = hinka("plugin", "list")
    assert status == 1
    assert "init" in err


def test_the_sign_in_file_is_for_its_owner_only(made, tmp_path):
    assert (tmp_path / "instance" / "sign-in.txt").stat().st_mode & 0o077 == 0


def test_user_add_makes_a_user(made):
    status, out, _err = made("user", "add", "ana", "--name", "Ana", "--role", "head", "--password", "long enough words")
    assert (status, out) == (0, "Made the user ana.\n")
    assert User.get(User.login == "ana").role.key == "head"


def test_user_add_refuses_an_unknown_role(made):
    status, _out, err = made("user", "add", "ana", "--role", "king", "--password", "-")
    assert status == 1
    assert "seller" in err


def test_token_create_prints_the_token_alone(made):
    status, out, _err = made("token", "create", "admin")
    assert status == 0
    assert out.startswith("hk_")
    assert len(out.split()) == 1


def test_token_create_for_nobody_is_refused(made):
    status, _out, err = made("token", "create", "ghost")
    assert status == 1
    assert "hinka user add ghost" in err


def test_wrong_usage_ends_with_two(hinka):
    status, _out, err = hinka("init", "--language", "xx")
    assert status == 2
    assert "xx" in err


def test_an_unknown_command_ends_with_two(made):
    assert made("frobnicate")[0] == 2


def test_health_shows_failures_and_data(made):
    status, out, _err = made("plugin", "health", "importers", "--json")
    (importers,) = json.loads(out)["plugins"]
    assert (status, importers["plugin"], importers["failures"]) == (0, "importers", [])
    assert all(size["rows"] == 0 and size["bytes"] > 0 for size in importers["data"])


def test_plugin_list_is_one_json_document(made):
    status, out, _err = made("plugin", "list", "--json")
    assert status == 0
    assert {"importers", "reports"} <= {plugin["name"] for plugin in json.loads(out)["plugins"]}


def test_plugin_is_switched_off_and_on(made):
    assert made("plugin", "disable", "reports")[:2] == (0, "Off: reports.\n")
    assert made("plugin", "enable", "reports")[:2] == (0, "On: reports.\n")


def test_doctor_finds_nothing_in_a_new_instance(made):
    assert made("doctor", "--json")[:2] == (0, '{"findings": []}\n')


def test_backup_and_restore_by_command(made, tmp_path):
    assert made("backup", str(tmp_path / "b.zip"))[0] == 0
    status, out, err = CliRunnerLike(tmp_path).restore()
    assert (status, err) == (0, "")
    assert out.startswith("Restored ")


class CliRunnerLike:
    """Restores into a second instance beside the first."""

    def __init__(self, folder) -> None:
        self.folder = folder

    def restore(self):
        result = CliRunner().invoke(
            commands.hinka, ["--instance", str(self.folder / "second"), "restore", str(self.folder / "b.zip")]
        )
        return result.exit_code, result.stdout, result.stderr


def test_worker_once_tells_how_many_jobs_it_did(made):
    status, out, _err = made("worker", "--once")
    assert (status, out.strip().isdigit()) == (0, True)


def test_help_names_the_contracts_commands(made):
    _status, out, _err = made("--help")
    for name in (
        "init",
        "serve",
        "worker",
        "plugin",
        "user",
        "token",
        "import",
        "report",
        "backup",
        "restore",
        "doctor",
    ):
        assert f"  {name} " in out, name

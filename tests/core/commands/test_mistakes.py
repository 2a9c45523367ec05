"""Mistakes of a tired integrator: each ends in one sentence that says what to do, and leaves nothing."""

import os
import stat

import pytest

from core.config import read_config
from core.users.models import User


@pytest.fixture
def init_from(hinka, tmp_path):
    """Returns a way to make an instance from a file with this text: (status, standard error)."""

    def make(text: str | bytes, *options: str):
        file = tmp_path / "customer-file.toml"
        file.write_bytes(text if isinstance(text, bytes) else text.encode())
        status, _out, err = hinka("init", "--from", str(file), *options)
        return status, err

    return make


WRONG = {
    'langauge = "sq"': ("customer-file.toml", "langauge", "Did you mean “language”?"),
    'plugin = ["importers"]': ("“plugin”", "Did you mean “plugins”?"),
    'plugins = ["importer"]': ("no plugin importer", "Did you mean “importers”?"),
    'plugins = "importers"': ("plugins", "list", '["importers"]'),
    "name = 5": ("name", "quotes"),
    'settings = "x"': ("settings", "[settings.company]"),
    "[settings]\ncompany = 1": ("settings", "[settings.company]"),
    'name = "X\nlanguage = "sq"': ("line 1", 'name = "X', "quotes"),
    "# first\nname = Kafe Mira": ("line 2", "name = Kafe Mira", "quotes"),
    'name = "X"\nplugins = ["importers"': ("last line", "customer-file.toml"),
    'language = "al"': ("customer-file.toml", "'al'", "en, sq, ru"),
    'currency = "EURO"': ("customer-file.toml", "'EURO'", "EUR"),
    'time_zone = "Tirana"': ("customer-file.toml", "'Tirana'", "Europe/Tirane"),
    'base_url = "mira.example.com"': ("base_url", "https://mira.example.com"),
    'database = "mysql://x/y"': ("mysql://x/y", "postgresql://user@host/name"),
    '[settings.company]\ncompany_nam = "x"': ("[settings.company]", "company_nam", "Did you mean “company_name”?"),
    '[settings.companys]\ncompany_name = "x"': ("[settings.companys]", "Did you mean “company”?"),
    b'name = "\xcc\xe8"': ("customer-file.toml", "UTF-8"),
}


@pytest.mark.parametrize("text", WRONG)
def test_what_is_wrong_in_the_file_is_named_and_nothing_is_left(init_from, tmp_path, text):
    status, err = init_from(text)
    assert (status, err.count("\n")) == (1, 1)
    for words in WRONG[text]:
        assert words in err
    assert not (tmp_path / "instance").exists()


@pytest.mark.parametrize("file", ["nowhere.toml", "."])
def test_a_file_that_is_not_there_is_named(hinka, tmp_path, file):
    status, _out, err = hinka("init", "--from", str(tmp_path / file))
    assert (status, "Errno" in err) == (1, False)
    assert str(tmp_path / file) in err


def test_a_file_of_an_editor_that_marks_its_encoding_is_read(init_from, tmp_path):
    assert init_from('name = "Kafe Mira"\n'.encode("utf-8-sig"))[0] == 0
    assert read_config(tmp_path / "instance", {}).name == "Kafe Mira"


def test_the_file_names_the_database_and_the_command_may_name_another(init_from, hinka, tmp_path):
    assert init_from('database = "sqlite:///mira.db"')[0] == 0
    assert (tmp_path / "instance" / "mira.db").exists()
    assert init_from('database = "sqlite:///mira.db"', "--database", "mysql://x")[0] == 1


def test_what_stood_in_the_folder_stays_when_nothing_could_be_made(init_from, tmp_path):
    (tmp_path / "instance" / "plugins").mkdir(parents=True)
    assert init_from('[settings.company]\ncompany_nam = "x"')[0] == 1
    assert [path.name for path in (tmp_path / "instance").iterdir()] == ["plugins"]


def test_the_instance_is_for_its_owner_only(made, tmp_path):
    assert stat.S_IMODE((tmp_path / "instance").stat().st_mode) == 0o700


def test_a_folder_that_is_a_file_is_refused(hinka, tmp_path):
    (tmp_path / "instance").write_text("")
    status, _out, err = hinka("init")
    assert (status, "instance" in err, "Errno" in err) == (1, True, False)


def test_a_backup_into_a_folder_that_is_not_there_is_refused(made, tmp_path):
    status, _out, err = made("backup", str(tmp_path / "nowhere" / "x.hinka"))
    assert status == 1
    assert f"There is no folder {tmp_path / 'nowhere'}" in err


def test_a_plugin_that_is_misspelt_is_guessed(made):
    for command in ("enable", "disable", "resume", "uninstall"):
        status, _out, err = made("plugin", command, "importer")
        assert (status, "Did you mean “importers”?" in err) == (1, True), command


def test_serving_without_an_unknown_plugin_is_refused(made):
    status, _out, err = made("serve", "--port", "0", "--without", "importrs")
    assert (status, "Did you mean “importers”?" in err) == (1, True)


def test_a_port_that_can_not_be_is_wrong_usage(made):
    assert made("serve", "--port", "99999")[0] == 2


def test_a_plugin_that_is_on_is_not_asked_for_by_name_before_it_is_refused(made):
    status, _out, err = made("plugin", "uninstall", "reports")
    assert (status, "switch it off first" in err, "Type the name" in err) == (1, True, False)


@pytest.fixture
def taken(tmp_path, made):
    """Returns the URL of the database that an instance of another folder uses."""
    (tmp_path / "instance").rename(tmp_path / "other")
    return f"sqlite:///{tmp_path / 'other' / 'hinka.db'}"


def test_a_database_that_is_in_use_is_not_taken_for_a_new_instance(made, taken, tmp_path):
    status, _out, err = made("init", "--database", taken)
    assert (status, "is not empty" in err, taken in err) == (1, True, True)
    assert not (tmp_path / "instance").exists()


def test_a_backup_is_not_restored_over_another_customers_data(hinka, made, taken, tmp_path):
    assert made("--instance", str(tmp_path / "other"), "backup", str(tmp_path / "b.hinka"))[0] == 0
    status, _out, err = made("restore", str(tmp_path / "b.hinka"), "--database", taken)
    assert (status, "is not empty" in err) == (1, True)
    assert not (tmp_path / "instance").exists()
    assert User.select().count() == 1


def test_root_hands_a_new_instance_to_the_owner_of_its_place(hinka, tmp_path, monkeypatch):
    given = []
    monkeypatch.setattr(os, "geteuid", lambda: 0)
    monkeypatch.setattr(os, "lchown", lambda path, user, group: given.append((path.name, user, group)))
    place = tmp_path.stat()
    monkeypatch.setattr("core.instance.place._owner", lambda folder: (place.st_uid + 1, place.st_gid + 1))
    assert hinka("init")[0] == 0
    assert ("hinka.db", place.st_uid + 1, place.st_gid + 1) in given


def test_root_is_told_whose_instance_it_is(made, monkeypatch):
    monkeypatch.setattr(os, "geteuid", lambda: 0)
    monkeypatch.setattr("core.commands.opener._owner", lambda folder: 54_321)
    assert "sudo -u #54321" in made("plugin", "list")[2]


def test_the_journal_keeps_no_password(made, monkeypatch, tmp_path):
    monkeypatch.setattr("core.serve.supervisor.serve", lambda *_values, **_options: 0)
    about = os.fstat(1)
    assert "Sign in: admin / " in made("serve", "--port", "0")[1]
    monkeypatch.setenv("JOURNAL_STREAM", f"{about.st_dev}:{about.st_ino}")
    assert f"Sign in: see {tmp_path / 'instance' / 'sign-in.txt'}" in made("serve", "--port", "0")[1]

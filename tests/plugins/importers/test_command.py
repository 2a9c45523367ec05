"""`hinka import`: the shape of its JSON, its exit status, and that a refusal leaves nothing."""

import json
from types import SimpleNamespace

import pytest
from click.testing import CliRunner

from core.api import CRMError
from core.clients.models import Client
from plugins.importers import commands
from plugins.importers.commands import import_command
from plugins.importers.models import Batch


@pytest.fixture
def hinka(crm):
    """Returns a function that runs the command and returns its result."""
    return lambda *args: CliRunner().invoke(import_command, [str(arg) for arg in args], obj=SimpleNamespace(crm=crm))


def test_json_has_the_shape_of_the_contract(hinka, write):
    result = hinka("clients", write("name,email\nHoxha,a@b.al\nKola,broken\n"), "--json")
    assert result.exit_code == 0
    assert json.loads(result.stdout) == {
        "batch": Batch.get().id, "rows": 2, "created": 1, "updated": 0, "skipped": 0, "rejected": 1,
        "errors": [{"row": 3, "column": "email", "message": "Row 3, column “email”: “broken” is no e-mail address. "
                    "Correct it or empty the cell."}],
    }  # fmt: skip


def test_dry_run_leaves_no_trace(hinka, write, crm):
    result = hinka("clients", write("name\nHoxha\n"), "--dry-run", "--json")
    assert (json.loads(result.stdout)["batch"], json.loads(result.stdout)["created"]) == (None, 1)
    assert (Client.select().count(), Batch.select().count()) == (0, 0)
    assert list((crm.config.files / "imports").iterdir()) == []


def test_refused_file_leaves_no_trace(hinka, write):
    result = hinka("clients", write("phone\n0692345678\n"))
    assert isinstance(result.exception, CRMError)
    assert Batch.select().count() == 0


@pytest.mark.parametrize("args", [("cats", "x.csv"), ("clients",), ("clients", "x.csv", "--on-duplicate", "burn")])
def test_wrong_usage_is_exit_two(hinka, args):
    assert hinka(*args).exit_code == 2


def test_import_is_undone_by_its_number(hinka, write):
    hinka("clients", write("name\nHoxha\n"))
    result = hinka("undo", Batch.get().id, "--json")
    assert json.loads(result.stdout) == {"batch": Batch.get().id, "state": "undone", "kept": []}
    assert Client.select().count() == 0


def test_import_that_was_broken_off_says_how_to_go_on_and_does(hinka, write, monkeypatch):
    rows = "".join(f"Firm {number} of {number * 7919}\n" for number in range(1500))

    def interrupted(batch):
        raise KeyboardInterrupt

    with monkeypatch.context() as patch:
        patch.setattr(commands, "_tell", interrupted)
        broken = hinka("clients", write(f"name\n{rows}"))
    number = Batch.get().id
    assert str(broken.exception) == (
        f"Broken off after 1000 rows. Go on: hinka import resume {number}. Take it back: hinka import undo {number}."
    )
    result = hinka("resume", number, "--json")
    assert (json.loads(result.stdout)["created"], Client.select().count()) == (1500, 1500)
    assert "was not broken off" in str(hinka("resume", number).exception)


def test_worker_needs_nobody_to_resume(hinka, write, crm):
    hinka("clients", write("name\nHoxha\n"))
    Batch.update(state="running", job_id=1).execute()
    assert "The worker goes on with this import by itself" in str(hinka("resume", Batch.get().id).exception)


@pytest.mark.parametrize(
    ("text", "sentence"),
    [
        ("[columns\n", "is no TOML"),
        ("[colours]\n", "unknown table [colours]"),
        ('[columns]\nNothing = "name"\n', "names a column “Nothing” that the file doesn't have"),
        ('[columns]\nname = "nonsense"\n', "There is no field or property “nonsense”"),
        ("[options]\nspeed = 1\n", "unknown option speed"),
        ('[options]\ndate_order = "zzz"\n', "it is one of: dmy, mdy, ymd"),
        ('[options.states]\nHappy = "glad"\n', "“glad” is no state"),
        ('[options.defaults]\nnose = "x"\n', "no field nose"),
        ("[options]\nheader_row = 99\n", "There is no row 99"),
    ],
)
def test_wrong_map_is_refused_naming_what_is_wrong(hinka, write, text, sentence):
    result = hinka("clients", write("name\nHoxha\n"), "--map", write(text, "map.toml"))
    assert sentence in str(result.exception)
    assert Batch.select().count() == 0

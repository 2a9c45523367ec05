"""What tests of the command line begin with: a way to run it, and an instance that it made."""

import pytest

from core import commands


@pytest.fixture
def hinka(tmp_path, capsys):
    """Returns a way to run a command on the instance of this test: (status, standard output, standard error)."""

    def run(*arguments: str):
        with pytest.raises(SystemExit) as ended:
            commands.run(["--instance", str(tmp_path / "instance"), *arguments])
            raise SystemExit(0)
        out, err = capsys.readouterr()
        return ended.value.code or 0, out, err

    return run


@pytest.fixture
def made(hinka):
    status, _out, err = hinka("init", "--language", "sq")
    assert status == 0, err
    return hinka

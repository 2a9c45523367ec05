"""`hinka deal-type`: a type goes out and comes in, or one sentence tells why not, with status 1."""

import pytest


def test_types_of_a_new_instance_are_of_its_language_and_go_there_and_back(made, tmp_path):
    file = tmp_path / "sale.toml"
    status, text, _err = made("deal-type", "export", "Shitje tipike")
    assert status == 0
    assert 'task_title = "Dërgo ofertën tregtare"' in text
    assert made("deal-type", "export", "shitje TIPIKE", "-o", str(file))[0] == 0
    assert file.read_text("utf-8") == text
    status, out, _err = made("deal-type", "import", str(file), "--name", "E dyta")
    assert (status, out) == (0, "Made the deal type E dyta.\n")
    assert made("deal-type", "export", "E dyta")[1] == text.replace("Shitje tipike", "E dyta")


@pytest.mark.parametrize(
    ("data", "sentence"),
    [
        (b"\xff", "no text in UTF-8"),
        (b"name = [", "no valid TOML"),
        (b'name = "X"\ndefault_owner = "ann"\n[[stages]]\nname = "A"', "no user with the login “ann”"),
        (b'name = "Shitje tipike"\n[[stages]]\nname = "A"', "already a deal type “Shitje tipike”"),
    ],
)
def test_file_that_cannot_be_taken_is_refused(made, tmp_path, data, sentence):
    file = tmp_path / "sale.toml"
    file.write_bytes(data)
    status, out, err = made("deal-type", "import", str(file))
    assert (status, out) == (1, "")
    assert sentence in err
    assert err.count("\n") == 1


def test_unknown_name_and_unwritable_file_are_refused(made, tmp_path):
    status, _out, err = made("deal-type", "export", "Barter")
    assert status == 1
    assert "There is no deal type “Barter”; there are: " in err
    assert made("deal-type", "export", "Shitje tipike", "-o", str(tmp_path / "no" / "x.toml"))[0] == 1


def test_missing_file_is_wrong_usage(made, tmp_path):
    assert made("deal-type", "import", str(tmp_path / "none.toml"))[0] == 2

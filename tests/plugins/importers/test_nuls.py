"""NULs in a text table are left out, and the cells that had them are named."""

from plugins.importers.look import look_at


def notes_of(path) -> list[str]:
    return [str(note) for note in look_at(str(path), "", None, "", "").notes]


def test_cells_with_nuls_are_named(tmp_path):
    path = tmp_path / "clients.csv"
    path.write_bytes(b"Name,City\nAlfa,Tir\0ana\nBe\0ta,Durres\n")
    (note,) = notes_of(path)
    assert "B2, A3" in note


def test_many_such_cells_are_named_in_part(tmp_path):
    path = tmp_path / "clients.csv"
    path.write_bytes(b"Name,City\n" + b"Al\0fa,Tirana\n" * 50)
    (note,) = notes_of(path)
    assert "A2, A3, A4, A5, A6, …" in note


def test_text_without_nuls_has_nothing_to_tell(tmp_path):
    path = tmp_path / "clients.csv"
    path.write_bytes("Name,City\nAlfa,Tiranë\n".encode("utf-16"))
    assert notes_of(path) == []

"""Files: bounded, typed by content, kept once, gone when nobody has them."""

import io

import pytest

from core.errors import InvalidInput, NotFound
from core.interactions import files

PDF = b"%PDF-1.7\nhello"


def store(crm, content=PDF, name="offer.pdf", entity_id=1):
    return files.store_file(crm, "client", entity_id, None, name, io.BytesIO(content))


def test_a_file_is_kept_with_its_type_and_size(crm):
    stored = store(crm)
    assert (stored.name, stored.media_type, stored.size) == ("offer.pdf", "application/pdf", len(PDF))
    assert files.path_of(crm, stored).read_bytes() == PDF


def test_equal_bytes_are_kept_once(crm):
    first, second = store(crm), store(crm, name="copy.pdf", entity_id=2)
    assert files.path_of(crm, first) == files.path_of(crm, second)
    files.delete_file(crm, first)
    assert files.path_of(crm, second).exists()


def test_bytes_go_with_their_last_record(crm):
    stored = store(crm)
    path = files.path_of(crm, stored)
    files.delete_file(crm, stored)
    assert not path.exists()


@pytest.mark.parametrize(
    ("content", "sentence"), [(b"", "is empty"), (b"MZ\x90", "is a program"), (b"#!/bin/sh\n", "is a program")]
)
def test_what_is_no_document_is_refused_and_leaves_nothing(crm, content, sentence):
    with pytest.raises(InvalidInput, match=sentence):
        store(crm, content)
    assert list(crm.config.files.iterdir()) == []


def test_a_file_over_the_limit_is_refused_and_leaves_nothing(crm, monkeypatch):
    monkeypatch.setattr(files, "LARGEST", 1 << 20)
    with pytest.raises(InvalidInput, match="larger than 1 MB"):
        store(crm, b"x" * ((1 << 20) + 1))
    assert list(crm.config.files.iterdir()) == []


@pytest.mark.parametrize(
    ("content", "name", "kind"),
    [
        (b"<html><script>", "page.html", "text/plain"),
        ("Përshëndetje".encode(), "letter.txt", "text/plain"),
        (b"PK\x03\x04rest", "list.xlsx", files._OFFICE[".xlsx"]),
        (b"PK\x03\x04rest", "many.zip", "application/zip"),
        (b"\x00\x01\x02", "raw.bin", "application/octet-stream"),
        (b"<svg onload=x>", "picture.svg", "text/plain"),
    ],
)
def test_the_type_follows_from_the_content(content, name, kind):
    assert files.media_type(content, name) == kind


@pytest.mark.parametrize(
    ("name", "clean"),
    [
        ("../../etc/passwd", "passwd"),
        ("C:\\Temp\\ofertë.pdf", "ofertë.pdf"),
        ("a\x00b\n.txt", "ab.txt"),
        ("...", "file"),
    ],
)
def test_names_lose_folders_and_odd_signs(name, clean):
    assert files.clean_name(name) == clean


def test_a_lost_file_is_said(crm):
    stored = store(crm)
    files.path_of(crm, stored).unlink()
    with pytest.raises(NotFound, match="restore it from a backup"):
        files.path_of(crm, stored)


def test_files_of_a_record_come_newest_first(crm):
    store(crm, name="one.pdf")
    store(crm, name="two.pdf")
    store(crm, name="other.pdf", entity_id=9)
    assert [stored.name for stored in files.files_of("client", 1)] == ["two.pdf", "one.pdf"]

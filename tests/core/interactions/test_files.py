"""Files: bytes are kept once, typed by what they are, bounded, and gone with the last record that has them."""

import io

import pytest

from core.errors import InvalidInput, NotAllowed, NotFound
from core.interactions import files
from core.interactions.models import StoredFile

PDF = b"%PDF-1.7 offer"


@pytest.fixture
def seller(make):
    return make.user()


@pytest.fixture
def client(make, seller):
    return make.client(owner=seller)


def keep(crm, seller, client, content=PDF, name="offer.pdf"):
    return files.store_file(crm, seller, "client", client.id, name, io.BytesIO(content))


def kept_paths(crm):
    return [path for path in crm.config.files.rglob("*") if path.is_file()]


def test_file_is_kept_and_read_back(crm, seller, client):
    stored = keep(crm, seller, client)
    assert (stored.name, stored.media_type, stored.size) == ("offer.pdf", "application/pdf", len(PDF))
    assert files.path_of(crm, stored).read_bytes() == PDF
    assert [one.id for one in files.files_of("client", client.id)] == [stored.id]


def test_same_bytes_lie_once_and_go_with_the_last(crm, seller, client):
    one, two = keep(crm, seller, client), keep(crm, seller, client, name="copy.pdf")
    assert len(kept_paths(crm)) == 1
    files.delete_file(crm, seller, one)
    assert files.path_of(crm, two).is_file()
    files.delete_file(crm, seller, two)
    assert kept_paths(crm) == []


@pytest.mark.parametrize("content", [b"", b"x" * 1025])
def test_empty_or_too_large_file_leaves_nothing(crm, seller, client, monkeypatch, content):
    monkeypatch.setattr(files, "LARGEST", 1024)
    with pytest.raises(InvalidInput):
        keep(crm, seller, client, content)
    assert kept_paths(crm) == []
    assert StoredFile.select().count() == 0


@pytest.mark.parametrize(
    ("content", "media_type"),
    [
        (b"\x89PNG\r\n\x1a\n..", "image/png"),
        (b"<html><script>alert(1)</script>", "text/plain"),
        (b"<svg onload='alert(1)'>", "text/plain"),
        ("Përshëndetje".encode(), "text/plain"),
        (b"a" + "я".encode() * 4000, "text/plain"),
        (b"PK\x03\x04....xl/workbook.xml", "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"),
        (b"PK\x03\x04....", "application/zip"),
        (b"RIFF....WEBP", "image/webp"),
        (b"MZ\x90\x00\xff\xfe", "application/octet-stream"),
        (b"a\x00b", "application/octet-stream"),
    ],
)
def test_type_follows_from_the_bytes(content, media_type):
    assert files.media_type(content[:4096]) == media_type


@pytest.mark.parametrize(
    ("name", "plain"),
    [
        ("../../etc/passwd", "passwd"),
        ("C:\\Users\\me\\offer.pdf", "offer.pdf"),
        ('a"b\r\n.txt', "a_b__.txt"),
        ("", "file"),
        ("...", "file"),
        ("фото\u202egpj.exe", "фото_gpj.exe"),
        ("x" * 300 + ".pdf", "x" * 150 + ".pdf"),
    ],
)
def test_name_holds_nothing_that_misleads(name, plain):
    assert files.plain_name(name) == plain


def test_file_is_seen_with_its_record_and_deleted_by_who_added_it(crm, seller, client, make):
    stored = keep(crm, seller, client)
    with pytest.raises(NotFound):
        files.get_file(crm, make.user(), stored.id)
    reader = make.user("reader")
    with pytest.raises(NotAllowed):
        files.delete_file(crm, reader, files.get_file(crm, reader, stored.id))


def test_lost_bytes_are_told(crm, seller, client):
    stored = keep(crm, seller, client)
    files.path_of(crm, stored).unlink()
    with pytest.raises(NotFound, match="backup"):
        files.path_of(crm, stored)

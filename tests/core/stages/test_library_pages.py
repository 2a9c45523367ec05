"""Deal types come from the library and from files, and go out as files."""

import io

import pytest

from core.stages import services
from core.stages.portable import export_type


@pytest.fixture
def admin(web, make):
    """Returns a browser in which an administrator is signed in."""
    return web.sign_in(make.user("administrator"))


def send(admin, data, **more):
    values = {"file": (io.BytesIO(data), "sale.toml"), **more}
    return admin.post("/settings/deal-types/import", values, content_type="multipart/form-data")


def test_library_shows_its_types_and_adds_one(admin):
    html = admin.text("/settings/deal-types/library")
    assert "Find out whether the client fits us" in html
    assert html.count("you have one of this name") == 1
    answer = admin.post("/settings/deal-types/library/tender")
    assert answer.location.endswith(f"/{services.find_type('Tender').id}")


def test_unknown_type_of_the_library_is_not_found(admin):
    assert admin.post("/settings/deal-types/library/barter").status_code == 404


def test_exported_type_comes_back_under_another_name(admin, make):
    made = make.deal_type("Ремонт", mode="process", stages=("Осмотр", "Работа"))
    answer = admin.get(f"/settings/deal-types/{made.id}/export")
    assert answer.text == export_type(made)
    assert "attachment" in answer.headers["Content-Disposition"]
    send(admin, answer.data, name="Back")
    assert export_type(services.find_type("Back")) == answer.text.replace("Ремонт", "Back")


@pytest.mark.parametrize(
    ("data", "sentence"),
    [
        (b"\xff\xfe", "no text in UTF-8"),
        (b"name = [", "no valid TOML"),
        (b'name = "X"\n[[stages]]\nname = "A"\nresponsible = "user:ann"', "no user with the login “ann”"),
    ],
)
def test_file_that_cannot_be_taken_is_told_beside_the_form_with_the_name_kept(admin, data, sentence):
    html = send(admin, data, name="Mine").text
    assert sentence in html
    assert 'value="Mine"' in html
    assert services.find_type("Mine") is None


def test_no_file_is_told(admin):
    assert "Choose a file." in admin.post("/settings/deal-types/import", {}).text


@pytest.mark.parametrize("path", ["library", "1/export"])
def test_library_and_export_are_for_administrators(web, make, path):
    assert web.sign_in(make.user("seller")).get(f"/settings/deal-types/{path}").status_code == 403

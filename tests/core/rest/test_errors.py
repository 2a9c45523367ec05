"""Every failure has the one shape, and one sentence."""

import pytest


def shape(response) -> tuple[int, str]:
    found = response.get_json()
    assert set(found) == {"code", "status", "message", "errors"}
    assert found["status"] == response.status_code
    assert found["message"]
    return found["status"], found["code"]


def test_unknown_path(api):
    assert shape(api.get("/nothing")) == (404, "not-found")


def test_unknown_record(api):
    assert shape(api.get("/clients/4711")) == (404, "not-found")
    assert shape(api.get("/clients/" + "9" * 40)) == (404, "not-found")


def test_method_that_a_path_has_not(api):
    assert shape(api.ask("PUT", "/clients")) == (405, "method-not-allowed")


def test_body_of_another_kind(api):
    assert shape(api.ask("POST", "/clients", data="<client/>", headers={"Content-Type": "text/xml"})) == (
        415,
        "unsupported-media-type",
    )


@pytest.mark.parametrize("body", ["{", b"\xff\xfe", "[" * 100_000])
def test_body_that_is_no_json(api, body):
    assert shape(api.ask("POST", "/clients", data=body, headers={"Content-Type": "application/json"})) == (
        400,
        "bad-json",
    )


def test_unknown_key_is_an_error(api):
    response = api.post("/clients", {"name": "A", "nmae": "B"})
    assert shape(response) == (422, "invalid")
    assert list(response.get_json()["errors"]) == ["nmae"]


def test_missing_name_is_named(api):
    response = api.post("/clients", {})
    assert shape(response) == (422, "invalid")
    assert list(response.get_json()["errors"]) == ["name"]


def test_nested_value_is_named_by_its_path(api):
    response = api.post("/clients", {"name": "A", "phones": [{"value": ""}]})
    assert list(response.get_json()["errors"]) == ["phones.0.value"]


@pytest.mark.parametrize(
    "values",
    [
        {"name": "a\0b"},
        {"name": "a\ud800"},
        {"name": "A", "owner": 10**30},
        {"name": "A", "owner": 4711},
        {"name": "A", "properties": {"nothing": 1}},
        {"name": ["A"]},
        {"name": "A", "country": "Albania"},
        {"name": "A", "emails": ["no address"]},
        {"name": "   "},
        [],
        "x",
        None,
    ],
)
def test_wrong_values_get_a_sentence(api, values):
    status, code = shape(api.ask("POST", "/clients", json=values))
    assert (status, code) == (422, "invalid")


def test_failure_of_ours_has_a_number_and_no_traceback(crm, api, monkeypatch, make):
    client = make.client()
    monkeypatch.setattr("core.clients.api.get_client", lambda *_: 1 / 0)
    response = api.get(f"/clients/{client.id}")
    assert shape(response) == (500, "failure")
    assert "ZeroDivisionError" not in response.get_data(as_text=True)

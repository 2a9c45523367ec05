"""Receipts as real networks write them."""

import json
from urllib.parse import parse_qsl, urlsplit

import pytest
from hypothesis import given
from hypothesis import strategies as st

from plugins.sms import receipts
from plugins.sms.providers import kannel, twilio
from plugins.sms.receipts import DELIVERED, FAILED, SENT, Told, forms, kept_form, read


@pytest.fixture(scope="module")
def samples(shared):
    lines = (shared / "data" / "sms" / "dlr_real_samples.jsonl").read_text("utf-8").splitlines()
    return [json.loads(line) for line in lines]


@pytest.mark.shared
def test_every_real_receipt_is_read(samples):
    texts = [one["short_message"] for one in samples if "short_message" in one]
    found = [read(text) for text in texts]
    assert [one.ref for one in found] == ["0620903492", "0654354026", "117062714244798261"]
    assert {one.state for one in found} == {DELIVERED}


@pytest.mark.shared
def test_a_real_callback_of_an_http_gateway_is_read(samples):
    calls = next(one["callbacks"] for one in samples if any("dlr?" in call for call in one.get("callbacks", ())))
    told = [kannel.told(dict(parse_qsl(urlsplit(call).query, keep_blank_values=True))) for call in calls]
    assert told == [(78, SENT, "", ""), (78, DELIVERED, "", "")]


@pytest.mark.parametrize(
    ("text", "beside", "told"),
    [
        ("id:12 stat:UNDELIV err:027", {}, Told("12", FAILED, "UNDELIV", "027")),
        ("id:12 sub:001 stat:EXPIRED err:000 text:id:99 stat:DELIVRD", {}, Told("12", FAILED, "EXPIRED", "000")),
        ("", {"ref": "ab12\0", "state": 2}, Told("ab12", DELIVERED)),
        ("id:1 stat:ACCEPTD", {}, Told("1", SENT, "ACCEPTD")),
        ("ID:1 STAT:Delivered", {}, Told("1", DELIVERED, "DELIVERED")),
        ("hello there", {}, None),
        ("id:5 stat:WHATEVER", {}, None),
    ],
)
def test_a_receipt_says(text, beside, told):
    assert read(text, **beside) == told


@given(st.integers(0, 10**18), st.integers(0, 20))
def test_a_number_answered_in_hexadecimal_is_known_again_in_decimal(number, zeros):
    assert kept_form("0" * zeros + f"{number:X}") in forms(str(number))
    assert kept_form("0" * zeros + str(number)) in forms(f"{number:x}")


@given(st.text(max_size=300))
def test_no_text_breaks_the_reader(text):
    found = read(text)
    assert found is None or found.state in (DELIVERED, FAILED, SENT)


def test_a_failure_is_told_in_words():
    assert "UNDELIV" in str(read("id:1 stat:UNDELIV err:027").reason)
    assert receipts.read("id:1 stat:DELIVRD").reason == ""


def test_a_number_of_thousands_of_digits_breaks_nothing():
    found = read("stat:DELIVRD", ref="9" * 60_000)
    assert forms(found.ref)[0] == "9" * 65
    assert forms("9" * 60_000) == ["9" * 60_000]
    assert kannel.told({"type": "1", "id": "9" * 60_000}) is None
    assert twilio.told({"MessageStatus": "delivered", "id": "9" * 60_000}) is None

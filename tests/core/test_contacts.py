"""Phones and e-mails made comparable; what can't be understood is kept."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from core.contacts import format_phone, name_key, read_email, read_phone


@pytest.mark.parametrize(
    ("text", "region", "expected"),
    [
        ("069 212 3456", "AL", "+355692123456"),
        ("+355 69 212 3456", "RU", "+355692123456"),
        ("00355692123456", "AL", "+355692123456"),
        ("8 (916) 123-45-67", "RU", "+79161234567"),
    ],
)
def test_phones_become_e164(text, region, expected):
    assert (read_phone(text, region).value, read_phone(text, region).is_valid) == (expected, True)


@pytest.mark.parametrize("text", ["12-34-56", "ask for Ana", "", "+", "8.91612E+10"])
def test_a_phone_that_cannot_be_understood_keeps_its_text(text):
    point = read_phone(text, "AL")
    assert (point.value, point.raw, point.is_valid) == (text, text, False)


def test_a_phone_is_grouped_for_reading():
    assert format_phone("+355692123456") == "+355 69 212 3456"
    assert format_phone("ask for Ana") == "ask for Ana"


def test_an_email_is_compared_in_lower_case():
    point = read_email(" JOHN@Example.COM ")
    assert (point.value, point.raw, point.is_valid) == ("john@example.com", "JOHN@Example.COM", True)


@pytest.mark.parametrize("text", ["john", "john@", "a b@example.com", "a@b", "a@example.com, b@example.com"])
def test_what_is_no_email_is_kept_and_marked(text):
    assert not read_email(text).is_valid


@pytest.mark.parametrize(
    ("name", "key"),
    [
        ("Këpucë Shqipe SH.P.K.", "kepuce shqipe"),
        ("ООО «Ромашка»", "ромашка"),
        ("ACME, Ltd", "acme"),
        ("SHPK", "shpk"),
    ],
)
def test_name_keys_forget_accents_and_legal_forms(name, key):
    assert name_key(name) == key


@given(st.text())
def test_no_text_breaks_the_readers(text):
    read_phone(text, "AL")
    read_email(text)
    assert name_key(name_key(text)) is not None

"""Money is exact, and what people type is understood or refused."""

import re
from decimal import Decimal

import pytest
from babel import numbers
from hypothesis import given
from hypothesis import strategies as st

from core.i18n import format_percent, speaking
from core.money import as_text, convert, currency_in, format_money, from_units, parse_amount, rounded, to_units

AMOUNTS = st.decimals(min_value=-(10**11), max_value=10**11, places=4, allow_nan=False)


@given(AMOUNTS)
def test_units_are_exact(amount):
    assert from_units(to_units(amount)) == amount


@given(AMOUNTS, AMOUNTS)
def test_sums_of_units_are_sums_of_money(left, right):
    assert from_units(to_units(left) + to_units(right)) == left + right


@pytest.mark.parametrize(
    ("text", "decimal", "expected"),
    [
        ("1 234,50 €", "", "1234.50"),
        ("1\u00a0234,50", "", "1234.50"),
        ("€1,234.50", "", "1234.50"),
        ("1.234,50", "", "1234.50"),
        ("1,234,567", "", "1234567"),
        ("1.234.567,89", "", "1234567.89"),
        ("12,5", "", "12.5"),
        ("-7", "", "-7"),
        ("1,234", ",", "1.234"),
        ("1,234", ".", "1234"),
        ("1'234.50 CHF", "", "1234.50"),
        ("100 lekë", "", "100"),
        ("5 000 руб.", "", "5000"),
        ("1 234,50 €", ".", "1234.50"),
        ("12,345.67 USD", ",", "12345.67"),
        ("1.234,50", ".", "1234.50"),
        ("12,34", ".", "12.34"),
        ("0,125", ".", "0.125"),
        ("12,34,567", "", "1234567"),
    ],
)
def test_amounts_are_read_as_people_write_them(text, decimal, expected):
    assert parse_amount(text, decimal) == Decimal(expected)


@pytest.mark.parametrize("sign", [",", "."])
def test_a_lone_sign_before_three_digits_is_that_of_thousands_only_if_it_is_said_to_be(sign):
    said = parse_amount(f"-1{sign}234", thousands=sign)
    assert (said, parse_amount(f"-1{sign}234"), parse_amount(f"-1{sign}234", sign, ",.")) == (
        -1234,
        Decimal("-1.234"),
        Decimal("-1.234"),
    )


@pytest.mark.parametrize(
    ("text", "code"), [("1 234,50 €", "EUR"), ("$5", "USD"), ("100 Lekë", "ALL"), ("5 руб.", "RUB"), ("7 chf", "CHF")]
)
def test_an_amount_tells_its_currency(text, code):
    assert (currency_in(text), currency_in("12,50"), currency_in("3 pcs")) == (code, "", "")


@pytest.mark.parametrize(
    "text",
    ["", "abc", "12-34", "1.2e5", "NaN", "--5", "1 234,50 € or so", "31.12.2026", "1.2.3", "1,23,4.5", "3 pcs", "€"],
)
def test_what_is_no_amount_is_refused(text):
    with pytest.raises(ValueError, match=re.escape(text) or None):
        parse_amount(text)


@given(st.integers(0, 10**12))
def test_russian_writing_is_read_back(cents):
    amount = Decimal(cents) / 100
    assert parse_amount(format_money(amount, "RUB", "ru")) == amount


def test_money_is_rounded_half_up_to_its_currencys_digits():
    assert (rounded(Decimal("0.125"), "EUR"), rounded(Decimal("0.5"), "JPY")) == (Decimal("0.13"), Decimal("1"))


def test_text_of_the_contract_has_the_currencys_digits():
    assert (as_text(Decimal("649"), "EUR"), as_text(None, "EUR")) == ("649.00", None)


def test_conversion_rounds_once():
    assert convert(Decimal("10.00"), Decimal("0.123456"), "EUR") == Decimal("1.23")


@given(st.floats(0, 20) | st.integers(0, 2_000).map(lambda n: n / 2_000), st.integers(0, 2))
def test_a_share_is_written_as_babel_does(share, digits):
    pattern = "#,##0" + ("." + "0" * digits if digits else "") + "%"
    for name in ("en", "ru", "sq"):
        with speaking(name):
            assert format_percent(share, digits) == numbers.format_percent(share, format=pattern, locale=name)


def test_next_to_nothing_lost_is_nothing():
    assert (format_percent(-0.001), format_percent(-0.256)) == ("0%", "-26%")

"""The quick answer for phones is that of phonenumbers, or none."""

import pytest
from hypothesis import example, given
from hypothesis import strategies as st
from phonenumbers import COUNTRY_CODE_TO_REGION_CODE, PhoneMetadata, example_number_for_type, supported_types_for_region

from core.api import read_phone
from plugins.importers.cells.phones import read_phones
from plugins.importers.cells.quick_phones import quick_phone

REGIONS = ("AL", "XK", "MK", "RU", "IT", "DE", "GR", "US", "GB", "FR", "TR", "AR", "MX", "HU", "LT", "SM")
CODES = sorted(code for code in COUNTRY_CODE_TO_REGION_CODE)
NUMBERS = st.one_of(
    st.from_regex(r"\A0[0-9]{5,12}\Z"),
    st.from_regex(r"\A[0-9]{5,13}\Z"),
    st.builds(lambda code, rest: f"+{code}{rest}", st.sampled_from(CODES), st.from_regex(r"\A[0-9]{4,12}\Z")),
    st.builds(
        lambda code, rest: f"+{code} ({rest[:2]}) {rest[2:]}", st.sampled_from(CODES), st.from_regex(r"\A[0-9]{6,11}\Z")
    ),
)


def agrees(text, region):
    quick, full = quick_phone(text, region), read_phone(text, region)
    return quick is None or (quick or text, bool(quick)) == (full.value, full.is_valid)


@given(NUMBERS, st.sampled_from(REGIONS))
@example("0692345678", "AL")
@example("+3550692345678", "AL")
@example("0355692345678", "AL")
def test_quick_answer_is_the_full_one(text, region):
    assert agrees(text, region)


@pytest.mark.parametrize("region", REGIONS)
def test_examples_of_every_kind_are_answered_alike(region):
    metadata = PhoneMetadata.metadata_for_region(region)
    for kind in supported_types_for_region(region):
        national = str(example_number_for_type(region, kind).national_number)
        for text in (f"+{metadata.country_code}{national}", f"{metadata.national_prefix or ''}{national}", national):
            assert agrees(text, region), text


@pytest.mark.parametrize("text", ["+355 69 234 5678", "069 234 5678", "069/2345678", "(069) 234-56-78"])
def test_plain_numbers_are_answered_quickly(text):
    assert quick_phone(text, "AL") == "+355692345678"


@pytest.mark.parametrize("text", ["", "12-34-56", "069 234 5678 ext 5", "abc", "+", "00355692345678", "٠٦٩٢٣٤٥٦٧٨"])
def test_others_are_left_to_the_longer_look(text):
    assert quick_phone(text, "AL") is None


def test_number_without_plus_is_taken_for_an_international_one():
    assert read_phones(355692345678.0, "AL") == (("+355692345678", "355692345678", True),)

"""Conditions as addresses have them: what is written is read back, and most are short."""

import json
from urllib.parse import parse_qs, urlencode

import pytest
from hypothesis import given
from hypothesis import strategies as st

from core import fields

TEXTS = st.text(max_size=12) | st.sampled_from(["0", "-7", "007", "-0", "1,2", "a=b", "true", "", "١", "2026-01-01"])
VALUES = TEXTS | st.integers() | st.booleans() | st.none() | st.floats(allow_nan=False, allow_infinity=False)
CONDITIONS = st.fixed_dictionaries(
    {
        "field": st.sampled_from(["owner", "client.region", "properties.size_2", "closed_at:month", "Größe", "{"])
        | TEXTS,
        "op": st.sampled_from(["equal", "not_equal", "in", "between", "less", "empty", "x:y"]),
    },
    optional={"value": VALUES | st.lists(VALUES, max_size=3) | st.dictionaries(TEXTS, TEXTS, max_size=1)},
)


@given(CONDITIONS)
def test_what_is_written_is_read_back_and_of_the_same_kind(condition):
    address = urlencode({"f": fields.as_text(condition)}, safe=fields.SAFE)
    read = fields.from_text(parse_qs(address)["f"][0])
    # JSON tells no from naught, and a number from its digits.
    assert json.dumps(read, sort_keys=True) == json.dumps(condition, sort_keys=True)


@pytest.mark.parametrize(
    ("condition", "text"),
    [
        ({"field": "owner", "op": "equal", "value": 5}, "owner=5"),
        ({"field": "state", "op": "in", "value": ["won", "lost"]}, "state:in=won,lost"),
        ({"field": "closed_at", "op": "less", "value": "2026-01-01"}, "closed_at:less=2026-01-01"),
        ({"field": "client.region", "op": "empty"}, "client.region:empty"),
        ({"field": "title", "op": "equal", "value": "5"}, '{"field":"title","op":"equal","value":"5"}'),
        ({"field": "is_on_hold", "op": "equal", "value": False}, '{"field":"is_on_hold","op":"equal","value":false}'),
    ],
)
def test_what_is_plain_is_short(condition, text):
    assert fields.as_text(condition) == text


@pytest.mark.parametrize("text", ["", "owner", "=5", "Owner=5", "owner:=5", "{nonsense", "[" * 100_000])
def test_what_is_neither_short_nor_json_is_refused(text):
    with pytest.raises(ValueError, match="is no condition|Expecting"):
        fields.from_text(text)

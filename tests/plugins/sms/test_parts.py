"""The plain alphabet, and how texts are cut."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from plugins.sms import gsm7
from plugins.sms.parts import PLAIN, ROOM, UCS2, cut, octets

PLAIN_TEXT = st.text(st.sampled_from([*gsm7.BASIC.replace("\x1b", ""), *gsm7.EXTENDED]), max_size=700)


@given(PLAIN_TEXT)
def test_a_plain_text_survives_its_bytes(text):
    assert gsm7.is_plain(text)
    assert gsm7.decode(gsm7.encode(text)) == text


@given(st.text(max_size=700))
def test_parts_make_the_text_and_each_fits(text):
    found = cut(text)
    assert "".join(found.parts) == text
    alone, each = ROOM[found.encoding]
    room = (alone if len(found.parts) == 1 else each) * (1 if found.encoding == PLAIN else 2)
    assert all(len(octets(part, found.encoding)) <= room for part in found.parts)


@given(st.text(st.sampled_from("a🙂€ë"), max_size=400))
def test_nothing_is_cut_in_two(text):
    for part in cut(text).parts:
        part.encode("utf-16-be").decode("utf-16-be")


@pytest.mark.parametrize(
    ("text", "encoding", "parts", "left"),
    [
        ("", PLAIN, 1, 160),
        ("a" * 160, PLAIN, 1, 0),
        ("a" * 161, PLAIN, 2, 145),
        ("a" * 306, PLAIN, 2, 0),
        ("€" * 80, PLAIN, 1, 0),
        ("€" * 81, PLAIN, 2, 143),
        ("ë" * 70, UCS2, 1, 0),
        ("ë" * 71, UCS2, 2, 63),
        ("Ç" * 160, PLAIN, 1, 0),
        ("ç", UCS2, 1, 69),
        ("a" * 66 + "🙂" + "a" * 10, UCS2, 2, 55),
    ],
)
def test_a_text_costs(text, encoding, parts, left):
    found = cut(text)
    assert (found.encoding, len(found.parts), found.left) == (encoding, parts, left)


@pytest.mark.parametrize(
    ("text", "plain"),
    [
        ("Përshëndetje, çmimi është 5 €", "Pershendetje, cmimi eshte 5 €"),
        ("“Quoted” – and… so", '"Quoted" - and... so'),
        ("Привет", "Привет"),
        ("🙂", "🙂"),
        ("Ää Öö Üü ñ à", "Ää Öö Üü ñ à"),
    ],
)
def test_letters_that_the_alphabet_lacks_are_written_plainly(text, plain):
    assert gsm7.made_plain(text) == plain

"""No sentence of marshmallow reaches a reader in its own English."""

import inspect

import pytest
from marshmallow import Schema, ValidationError, fields, validate

from core.web.sentences import plain

INNER = {"greater than", "greater than or equal to", "less than", "less than or equal to"}  # words inside a sentence
GIVEN = {
    "input": "x", "obj_type": "date", "min": 2, "max": 5, "equal": 3, "other": "x", "choices": "a, b", "values": "a, b",
    "awareness": "aware", "min_op": "greater than or equal to", "max_op": "less than", "choices_text": "",
}  # fmt: skip


def messages():
    found = set(Schema._default_error_messages.values())
    for _name, kind in inspect.getmembers(fields, inspect.isclass):
        if issubclass(kind, fields.Field):
            found |= set(kind.default_error_messages.values())
    for _name, kind in inspect.getmembers(validate, inspect.isclass):
        names = [name for name in dir(kind) if name == "default_message" or name.startswith("message_")]
        found |= {getattr(kind, name) for name in names}
    texts = sorted(one for one in found if isinstance(one, str) and one not in INNER)
    if "{obj_type}" in "".join(texts):
        texts += ["Not a valid naive datetime.", "Not a valid time.", "Not a valid aware datetime."]
    return [one for one in texts if "{obj_type}" not in one or "formatted" in one]


def filled(message):
    once = message.format(**GIVEN) if "{{" in message else message
    return once.format(**GIVEN)


@pytest.mark.parametrize("message", messages())
@pytest.mark.parametrize("is_for_program", [False, True])
def test_every_sentence_of_marshmallow_has_words_of_ours(message, is_for_program):
    assert plain(filled(message), is_for_program=is_for_program) != filled(message)


RANGES = [
    {"min": 1},
    {"max": 5},
    {"min": 1, "max": 5},
    {"min": 1, "min_inclusive": False},
    {"max": 5, "max_inclusive": False},
    {"min": 1, "max": 5, "min_inclusive": False},
    {"min": 1, "max": 5, "max_inclusive": False},
]


@pytest.mark.parametrize("bounds", RANGES)
def test_ranges_of_all_kinds_name_their_bounds(bounds):
    with pytest.raises(ValidationError) as caught:
        validate.Range(**bounds)(-1 if "min" in bounds else 9)
    words = plain(caught.value.messages[0])
    assert words != caught.value.messages[0]
    assert all(str(bounds[name]) in words for name in ("min", "max") if name in bounds)


def test_a_program_is_told_what_there_is_to_choose_from():
    assert plain("Must be one of: a, b.", is_for_program=True) == "Use one of: a, b."
    assert plain("Must be one of: a, b.") == "Please choose one of the list."

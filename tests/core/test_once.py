"""What is asked once for an answer is forgotten at its end."""

from core.once import once, remembering


def test_within_one_answer_a_thing_is_made_once_and_forgotten_after():
    made = []
    with remembering():
        with remembering():
            once("a", lambda: made.append(1))
        once("a", lambda: made.append(2))
    with remembering():
        once("a", lambda: made.append(3))
    assert made == [1, 3]


def test_outside_of_an_answer_nothing_is_kept():
    made = []
    once("a", lambda: made.append(1))
    once("a", lambda: made.append(2))
    assert made == [1, 2]

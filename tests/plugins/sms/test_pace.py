"""The pace of a gateway."""

import pytest

from plugins.sms.pace import LATE_S, Pace


class Watch:
    """A clock whose sleeper moves it on."""

    def __init__(self):
        self.at = 100.0

    def now(self):
        return self.at

    def sleep(self, seconds):
        self.at += seconds


@pytest.fixture
def watch():
    return Watch()


@pytest.fixture
def pace(watch):
    return Pace(200, watch.now, watch.sleep)


def test_so_many_go_a_second(pace, watch):
    begun = watch.at
    for _time in range(401):
        pace.wait()
    assert watch.at - begun == pytest.approx(2 - LATE_S, abs=0.01)


def test_what_came_late_is_made_up_for_but_never_more_than_a_little(pace, watch):
    pace.wait()
    watch.at += 60
    begun = watch.at
    for _time in range(201):
        pace.wait()
    assert watch.at - begun == pytest.approx(1 - LATE_S, abs=0.01)


def test_nothing_goes_for_a_while_after_it_was_too_much(pace, watch):
    pace.wait()
    begun = watch.at
    pace.slow_down(2)
    pace.wait()
    assert watch.at - begun == pytest.approx(2, abs=0.3)

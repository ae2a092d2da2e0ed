"""How often a client may ask."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from auxiliary.deploy.app import rate_limit
from auxiliary.deploy.app.rate_limit import RateLimit


class Clock:
    """A time that a test sets."""

    now = 0.0

    def __call__(self) -> float:
        return self.now


def test_some_requests_at_once_and_then_a_steady_rate():
    clock = Clock()
    limit = RateLimit(3, 2, clock)
    assert [limit.wait("a") for _ in range(4)] == [0, 0, 0, 0.5] and limit.wait("b") == 0
    clock.now = 0.5
    assert [limit.wait("a"), limit.wait("a")] == [0, 0.5]
    clock.now = 100
    assert [limit.wait("a") for _ in range(4)] == [0, 0, 0, 0.5]


@given(st.lists(st.sampled_from([0, 0.25, 0.5, 1, 4]), max_size=60))
def test_in_no_span_of_time_more_is_let_through(pauses):
    clock, let_through = Clock(), []
    limit = RateLimit(3, 2, clock)
    for pause in pauses:
        clock.now += pause
        wait = limit.wait("a")
        if not wait:
            let_through.append(clock.now)
        else:
            assert limit.wait("a") == wait
    for place, first in enumerate(let_through):
        for count, last in enumerate(let_through[place:], start=1):
            assert count <= 3 + 2 * (last - first)


def test_one_who_waits_as_long_as_told_is_let_through():
    clock = Clock()
    limit = RateLimit(2, 3, clock)
    while not (wait := limit.wait("a")):
        pass
    clock.now += wait + 1e-9
    assert limit.wait("a") == 0


def test_clients_that_no_longer_ask_are_forgotten(monkeypatch):
    monkeypatch.setattr(rate_limit, "FORGOTTEN_ABOVE", 10)
    clock = Clock()
    limit = RateLimit(3, 2, clock)
    for number in range(100):
        clock.now += 1
        assert limit.wait(f"{number}") == 0
    assert len(limit._until) <= 11
    assert limit.wait("99") == 0 and limit.wait("99") == 0 and limit.wait("99") == pytest.approx(0.5)

"""A limit on how often each client may ask."""

import time
from collections.abc import Callable

FORGOTTEN_ABOVE = 10_000    # clients that are remembered before those that have not asked for a while are forgotten


class RateLimit:
    """Lets each client ask some times at once, and from then on at a steady rate.

    It is the generic cell rate algorithm: of a client it remembers the time up to which its requests would last if they
    came at the steady rate, and refuses one that would lead too far ahead.

    Args:
        at_once: requests that a client may make at once.
        per_second: requests a second from then on.
        now: tells the time in seconds.
    """

    def __init__(self, at_once: int, per_second: float, now: Callable[[], float] = time.monotonic) -> None:
        self._pause, self._ahead, self._now = 1 / per_second, at_once / per_second, now
        self._until: dict[str, float] = {}

    def wait(self, client: str) -> float:
        """Count a request of a client.

        Returns:
            0 where it may be answered; else the seconds until a next one may be, and it is not counted.
        """
        now = self._now()
        until = max(self._until.get(client, now), now) + self._pause
        if until - now > self._ahead:
            return until - now - self._ahead
        if len(self._until) > FORGOTTEN_ABOVE:
            self._until = {name: time for name, time in self._until.items() if time > now}
        self._until[client] = until
        return 0.0

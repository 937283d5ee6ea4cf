"""Rate limit by query time: a token bucket for each client, whose tokens are seconds of work."""

from __future__ import annotations

import time
from collections import OrderedDict

from lalakg._server.problem_details import Problem

_CLIENTS = 10_000  # remembered at once; whoever asked longest ago is forgotten first
_MINUTE = 60.0


class RateLimit:
    """The seconds of work that each client may cause in a minute; the bucket fills again as time goes by."""

    def __init__(self, seconds: float) -> None:
        self.seconds = seconds
        self.clients: OrderedDict[str, tuple[float, float]] = OrderedDict()  # what is left, and when that was so

    def check(self, client: str) -> None:
        """Raise Problem when a client has used up its share."""
        left = self._left(client)
        if left <= 0:
            wait = str(int(-left * _MINUTE / self.seconds) + 1)
            detail = (
                f"You have used the {self.seconds:g} seconds of query time that you have in a minute; wait {wait} s."
            )
            raise Problem(429, detail, headers={"Retry-After": wait})

    def spend(self, client: str, seconds: float) -> None:
        """Count work that was done for a client."""
        self.clients[client] = (self._left(client) - seconds, time.monotonic())
        self.clients.move_to_end(client)
        if len(self.clients) > _CLIENTS:
            self.clients.popitem(last=False)

    def _left(self, client: str) -> float:
        left, then = self.clients.get(client, (self.seconds, 0.0))
        return min(self.seconds, left + (time.monotonic() - then) * self.seconds / _MINUTE)

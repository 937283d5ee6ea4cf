"""What every answer tells browsers to forbid and to allow, and what share of the work a client may have."""

from __future__ import annotations

import time
from collections import OrderedDict

from lalakg._server.problem import Problem

_CLIENTS = 10_000  # remembered at once; whoever asked longest ago is forgotten first
_MINUTE = 60.0

HEADERS = (
    (b"x-content-type-options", b"nosniff"),
    (b"referrer-policy", b"no-referrer"),
    (
        b"content-security-policy",
        b"default-src 'self'; script-src 'self' 'wasm-unsafe-eval'; style-src 'self'; img-src 'self' data:;"
        b" object-src 'none'; base-uri 'self'; form-action 'self'; frame-ancestors 'none'",
    ),
    (b"access-control-allow-origin", b"*"),
    (b"access-control-expose-headers", b"ETag, Link, Retry-After, Location"),
)


def preflight(methods: str) -> dict[str, str]:
    """What lets pages of other hosts ask: by these methods, with any headers, without asking again for a day."""
    return {
        "Access-Control-Allow-Methods": methods,
        "Access-Control-Allow-Headers": "*, Authorization",  # which the asterisk leaves out
        "Access-Control-Max-Age": "86400",
    }


class Budget:
    """The seconds of work that each client may cause in a minute. They come back as time goes by."""

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

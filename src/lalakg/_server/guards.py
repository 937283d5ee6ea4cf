"""What a request may not do: reach other hosts, or take more than its share."""

from __future__ import annotations

import re
import time
from collections import OrderedDict
from collections.abc import Collection, Iterator

from lalakg._server.problem import Problem
from lalakg._tokens import Token, tokens

_ESCAPE = re.compile(r"\\(?:u([0-9A-Fa-f]{4})|U([0-9A-Fa-f]{8}))")
_CLIENTS = 10_000  # remembered at once; whoever asked longest ago is forgotten first
_MINUTE = 60.0

HEADERS = (
    (b"x-content-type-options", b"nosniff"),
    (b"referrer-policy", b"no-referrer"),
    (
        b"content-security-policy",
        b"default-src 'self'; script-src 'self' 'wasm-unsafe-eval'; style-src 'self'; img-src 'self' data:;"
        b" object-src 'none'; base-uri 'none'; form-action 'self'; frame-ancestors 'none'",
    ),
    (b"access-control-allow-origin", b"*"),
    (b"access-control-expose-headers", b"ETag, Link, Retry-After, Location"),
)


def refuse_services(query: str, allowed: Collection[str]) -> None:
    """Raise Problem when a query could ask an endpoint that is not among `allowed`.

    It is read as it stands and with its escapes undone, since engines differ in when they undo them; and whatever may
    be the keyword counts as one.
    """
    for text in {query, _ESCAPE.sub(_undone, query)}:
        if "service" in text.lower():
            for target in _services(text):
                if target not in allowed:
                    known = f"it may ask {', '.join(allowed)}" if allowed else "no query here may"
                    raise Problem(403, f"The query asks another endpoint by SERVICE; {known}.")


def _undone(match: re.Match[str]) -> str:
    code = int(match[1] or match[2], 16)
    return chr(code) if code < 0x110000 else ""


def _services(text: str) -> Iterator[str]:
    """What follows each SERVICE: an endpoint's IRI, or whatever else stands there."""
    real = [token for token in tokens(text) if token.kind != "comment"]
    for position, token in enumerate(real):
        if _may_be_service(token):
            after = [t.text for t in real[position + 1 : position + 3]] + ["", ""]
            target = after[1] if after[0].upper() == "SILENT" else after[0]
            yield target[1:-1] if token.text.upper() == "SERVICE" and target.startswith("<") else ""


def _may_be_service(token: Token) -> bool:
    name = token.text.partition(":")[0]
    return token.kind in ("word", "other") and name[:1] not in "?$@" and "SERVICE" in name.upper()


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

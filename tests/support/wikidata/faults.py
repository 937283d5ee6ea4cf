"""What goes wrong at Wikidata. A fault answers a request in its own way and gives True, or leaves it alone."""

from __future__ import annotations

import time
from collections.abc import Callable
from typing import TYPE_CHECKING, TypeAlias

from support.wikidata.querying import answer as sparql_answer
from support.wikidata.querying import trace

if TYPE_CHECKING:
    from support.wikidata.service import Request

Fault: TypeAlias = "Callable[[Request], bool]"

_TIMEOUT = "java.util.concurrent.TimeoutException"


# ── when and where ────────────────────────────────────────────────────────────────────────────────


def at(path: str, fault: Fault) -> Fault:
    """The fault, for paths that begin so."""
    return lambda request: request.path.startswith(path) and fault(request)


def first(times: int, fault: Fault) -> Fault:
    """The fault, for so many requests that it would answer."""
    left = [times]

    def once_more(request: Request) -> bool:
        if left[0] <= 0:
            return False
        left[0] -= 1  # before it answers: whoever has the answer may ask again at once
        if not fault(request):
            left[0] += 1
            return False
        return True

    return once_more


# ── what ──────────────────────────────────────────────────────────────────────────────────────────


def too_many(retry_after: str | int = 1) -> Fault:
    """429, with the seconds or the date after which one may ask again."""
    return lambda request: request.answer(429, "Too Many Requests\n", Retry_After=str(retry_after))


def banned(request: Request) -> bool:
    """403, until the end of the day."""
    return request.answer(403, "You have been banned until the end of the day. Please respect throttling.\n")


def failing(status: int, text: str = "upstream connect error\n") -> Fault:
    """An error without anything to learn from."""
    return lambda request: request.answer(status, text)


def query_timeout(request: Request) -> bool:
    """What Blazegraph says after 60 s."""
    return request.answer(500, trace(request.form.get("query", request.body), f"{_TIMEOUT}: {_TIMEOUT}"))


def truncated(request: Request) -> bool:
    """A query that times out after its answer has begun: half of it, and a stack trace, all with status 200."""
    whole = request.answer

    def half(status: int, body: bytes | str = b"", media_type: str = "text/plain", **headers: str) -> bool:
        data = body.encode() if isinstance(body, str) else body
        query = request.form.get("query", request.body)
        return whole(status, data[: len(data) // 2] + trace(query, _TIMEOUT).encode(), media_type, **headers)

    request.answer = half  # type: ignore[method-assign]
    try:
        return sparql_answer(request)
    finally:
        del request.answer


def html(request: Request) -> bool:
    """A page for people, with status 200."""
    return request.answer(200, "<!DOCTYPE html>\n<html><title>Wikimedia Error</title></html>", "text/html")


def cut(request: Request) -> bool:
    """A connection that breaks in the middle of an answer."""
    request.send_response(200)
    request.send_header("Content-Type", "application/sparql-results+json")
    request.send_header("Content-Length", "1000")
    request.end_headers()
    request.wfile.write(b'{"head":')
    request.close_connection = True
    return True


def slow(seconds: float) -> Fault:
    """The right answer, late."""

    def late(_: Request) -> bool:
        time.sleep(seconds)
        return False

    return late


class RateLimit:
    """So many requests, then 429 until `seconds` are over; whoever asks before that is banned for good."""

    def __init__(self, requests: int, seconds: int) -> None:
        self.allowed, self.left, self.seconds = requests, requests, seconds
        self.until = 0.0
        self.is_banned = False

    def __call__(self, request: Request) -> bool:
        """See `Fault`."""
        now = time.monotonic()
        self.is_banned = self.is_banned or now < self.until
        if self.is_banned:
            return banned(request)
        if self.left:
            self.left -= 1
            return False
        self.left, self.until = self.allowed, now + self.seconds
        return too_many(self.seconds)(request)

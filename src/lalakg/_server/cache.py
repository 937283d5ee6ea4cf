"""Response cache: ASGI middleware with ETags, conditional requests, gzip, and a bound on memory (LRU)."""

from __future__ import annotations

import asyncio
import gzip
from collections import OrderedDict
from collections.abc import Callable
from dataclasses import dataclass

from starlette.concurrency import run_in_threadpool
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from lalakg._server.negotiation import prefers_gzip
from lalakg._server.problem_details import Problem
from lalakg._server.settings import Settings

_WORTH_COMPRESSING = 1024
_LARGE = 2**18  # bytes that others need not wait for, while they are compressed
_CACHEABLE = ("GET", "HEAD", "POST")
_SPARSE = (b"image/", b"application/wasm", b"application/gzip")
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
"""What every answer tells browsers to forbid and to allow: security headers, and CORS."""
_LATE = Problem(408, "The request did not arrive in time.", headers={"Connection": "close"})
_SINGLE = (b"host", b"content-type")
_Key = tuple[str, str, str, bytes, bytes, bytes, bytes, bool, bytes]


@dataclass(frozen=True)
class _CachedResponse:
    start: Message
    body: bytes
    etag: bytes

    @property
    def size(self) -> int:
        return len(self.body) + 1000


class ResponseCache:
    """ASGI middleware between the connection and the application.

    It reads a request's body, within its limits; gives GET, HEAD and POST answers that bear an ETag from memory while
    `version` stays the same; compares If-None-Match; compresses; and puts the headers on that all answers bear.
    """

    def __init__(self, app: ASGIApp, settings: Settings, version: Callable[[], str]) -> None:
        self.app, self.version = app, version
        self.size, self.limit, self.patience = settings.cache, settings.max_body, settings.patience
        self.entries: OrderedDict[_Key, _CachedResponse] = OrderedDict()
        self.used = 0
        self.cached_version = ""

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http":
            await self.app(scope, receive, send)
            return
        body = b""
        try:
            headers = _headers(scope)
            if scope["method"] == "POST":
                async with asyncio.timeout(self.patience):
                    body = await self._body(headers, receive)
        except (Problem, TimeoutError) as error:
            problem = error if isinstance(error, Problem) else _LATE
            await problem.response()(scope, receive, _with(HEADERS, send))
            return
        scope["headers"] = list(headers.items())  # the application reads what the key is made of
        response = await self._response(scope, headers, body, receive)
        if_none_match = headers.get(b"if-none-match", b"") if scope["method"] in ("GET", "HEAD") else b""
        await _send(response, if_none_match, send)

    async def _response(
        self, scope: Scope, headers: dict[bytes, bytes], body: bytes, receive: Receive
    ) -> _CachedResponse:
        """The response from memory, or else the application's, which is put there if it may be."""
        gzipped = prefers_gzip(headers.get(b"accept-encoding", b"").decode("latin-1"))
        key = _key(scope, headers, gzipped, body)
        cached = self._get(key) if scope["method"] in _CACHEABLE else None
        if cached is not None:
            scope["lalakg.cached"] = True
            return cached
        version = self.version()
        fresh = await self._call_app(scope, body, receive, gzipped)
        if fresh.etag and fresh.start["status"] == 200 and version == self.cached_version == self.version():
            self._put(key, fresh)
        return fresh

    async def _body(self, headers: dict[bytes, bytes], receive: Receive) -> bytes:
        parts: list[bytes] = []
        length = int(declared) if (declared := headers.get(b"content-length", b"0")).isdigit() else 0
        more = True
        while more:
            if length > self.limit:
                raise Problem(413, f"A request may have {self.limit:,} bytes.", headers={"Connection": "close"})
            message = await receive()
            if message["type"] == "http.disconnect":
                break
            parts.append(message.get("body", b""))
            length = max(length, sum(map(len, parts)))
            more = message.get("more_body", False)
        return b"".join(parts)

    async def _call_app(self, scope: Scope, body: bytes, receive: Receive, gzipped: bool) -> _CachedResponse:
        messages: list[Message] = []
        replayed = False

        async def replay() -> Message:
            nonlocal replayed
            if replayed:
                return await receive()
            replayed = True
            return {"type": "http.request", "body": body, "more_body": False}

        async def collect(message: Message) -> None:
            messages.append(message)

        await self.app(scope, replay, collect)
        start, *rest = messages
        whole = b"".join(message.get("body", b"") for message in rest)
        if len(whole) < _LARGE:
            return _finished(start, whole, gzipped)
        return await run_in_threadpool(_finished, start, whole, gzipped)

    def _get(self, key: _Key) -> _CachedResponse | None:
        if self.cached_version != self.version():
            self.entries.clear()
            self.used, self.cached_version = 0, self.version()
        cached = self.entries.get(key)
        if cached:
            self.entries.move_to_end(key)
        return cached

    def _put(self, key: _Key, cached: _CachedResponse) -> None:
        if cached.size > self.size // 8 or key in self.entries:
            return
        self.entries[key] = cached
        self.used += cached.size
        while self.used > self.size:
            _, oldest = self.entries.popitem(last=False)
            self.used -= oldest.size


def _key(scope: Scope, headers: dict[bytes, bytes], gzipped: bool, body: bytes) -> _Key:
    """All that a response depends on, besides the data."""
    return (
        "POST" if scope["method"] == "POST" else "GET",
        scope["scheme"],
        scope["path"],
        scope["query_string"],
        *(headers.get(name, b"") for name in (b"host", b"accept", b"content-type")),
        gzipped,
        body,
    )


def _headers(scope: Scope) -> dict[bytes, bytes]:
    """A request's headers, each in one line. Raises Problem for two where only one makes sense."""
    headers: dict[bytes, bytes] = {}
    for name, value in scope["headers"]:
        if name in headers and name in _SINGLE:
            raise Problem(400, f"A request has one {name.decode().title()}; this one has several.")
        headers[name] = b"%b, %b" % (headers[name], value) if name in headers else value
    return headers


def _finished(start: Message, body: bytes, gzipped: bool) -> _CachedResponse:
    headers = [(name, value) for name, value in start["headers"] if name != b"content-length"]
    named = dict(headers)
    etag = named.get(b"etag", b"")
    if gzipped and len(body) >= _WORTH_COMPRESSING and not named.get(b"content-type", b"").startswith(_SPARSE):
        body = gzip.compress(body, 5, mtime=0)
        headers.append((b"content-encoding", b"gzip"))
    headers += [(b"vary", b"Accept, Accept-Encoding"), *HEADERS]
    if start["status"] != 204:
        headers.append((b"content-length", b"%d" % len(body)))
    return _CachedResponse({"type": "http.response.start", "status": start["status"], "headers": headers}, body, etag)


async def _send(cached: _CachedResponse, if_none_match: bytes, send: Send) -> None:
    if cached.etag and if_none_match and cached.start["status"] == 200 and _matches(cached.etag, if_none_match):
        headers = [(n, v) for n, v in cached.start["headers"] if n not in (b"content-length", b"content-encoding")]
        await send({"type": "http.response.start", "status": 304, "headers": headers})
        await send({"type": "http.response.body", "body": b""})
        return
    await send(cached.start)
    await send({"type": "http.response.body", "body": cached.body})


def _matches(etag: bytes, if_none_match: bytes) -> bool:
    """Whether If-None-Match names an ETag, by weak comparison (RFC 9110, section 13.1.2)."""
    named = [tag.strip().removeprefix(b"W/") for tag in if_none_match.split(b",")]
    return if_none_match.strip() == b"*" or etag.removeprefix(b"W/") in named


def _with(headers: tuple[tuple[bytes, bytes], ...], send: Send) -> Send:
    async def sending(message: Message) -> None:
        if message["type"] == "http.response.start":
            message = {**message, "headers": [*message["headers"], *headers]}
        await send(message)

    return sending

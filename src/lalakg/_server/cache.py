"""Answers kept as they were sent: validated by ETag, compressed once, given again without any work."""

from __future__ import annotations

import asyncio
import gzip
from collections import OrderedDict
from collections.abc import Callable
from dataclasses import dataclass

from starlette.concurrency import run_in_threadpool
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from lalakg._server.guards import HEADERS
from lalakg._server.negotiation import compressed
from lalakg._server.problem import Problem
from lalakg._server.settings import Settings

_WORTH_COMPRESSING = 1024
_LARGE = 2**18  # bytes that others need not wait for, while they are compressed
_KEPT = ("GET", "HEAD", "POST")
_SPARSE = (b"image/", b"application/wasm", b"application/gzip")
_LATE = Problem(408, "The request did not arrive in time.", headers={"Connection": "close"})
_SINGLE = (b"host", b"content-type")
_Key = tuple[str, str, str, bytes, bytes, bytes, bytes, bool, bytes]


@dataclass(frozen=True)
class _Kept:
    start: Message
    body: bytes
    etag: bytes

    @property
    def size(self) -> int:
        return len(self.body) + 1000


class Cache:
    """ASGI middleware between the wire and the application.

    It reads a request's body, within its limits; gives GET, HEAD and POST answers that bear an ETag from memory while
    `version` stays the same; compares If-None-Match; compresses; and puts the headers on that all answers bear.
    """

    def __init__(self, app: ASGIApp, settings: Settings, version: Callable[[], str]) -> None:
        self.app, self.version = app, version
        self.size, self.limit, self.patience = settings.cache, settings.request, settings.patience
        self.kept: OrderedDict[_Key, _Kept] = OrderedDict()
        self.used = 0
        self.of = ""

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http":
            await self.app(scope, receive, send)
            return
        body = b""
        try:
            wanted = _headers(scope)
            if scope["method"] == "POST":
                async with asyncio.timeout(self.patience):
                    body = await self._body(wanted, receive)
        except (Problem, TimeoutError) as error:
            problem = error if isinstance(error, Problem) else _LATE
            await problem.response()(scope, receive, _with(HEADERS, send))
            return
        scope["headers"] = list(wanted.items())  # the application reads what the key is made of
        gzipped = compressed(wanted.get(b"accept-encoding", b"").decode("latin-1"))
        key = (
            "POST" if scope["method"] == "POST" else "GET",
            scope["scheme"],
            scope["path"],
            scope["query_string"],
            *(wanted.get(name, b"") for name in (b"host", b"accept", b"content-type")),
            gzipped,
            body,
        )
        kept = self._get(key) if scope["method"] in _KEPT else None
        if kept is None:
            version = self.version()
            kept = await self._ask(scope, body, receive, gzipped)
            if kept.etag and kept.start["status"] == 200 and version == self.of == self.version():
                self._keep(key, kept)
        else:
            scope["lalakg.cached"] = True
        known = wanted.get(b"if-none-match", b"") if scope["method"] in ("GET", "HEAD") else b""
        await _send(kept, known, send)

    async def _body(self, wanted: dict[bytes, bytes], receive: Receive) -> bytes:
        parts: list[bytes] = []
        length = int(declared) if (declared := wanted.get(b"content-length", b"0")).isdigit() else 0
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

    async def _ask(self, scope: Scope, body: bytes, receive: Receive, gzipped: bool) -> _Kept:
        messages: list[Message] = []
        given = False

        async def replay() -> Message:
            nonlocal given
            if given:
                return await receive()
            given = True
            return {"type": "http.request", "body": body, "more_body": False}

        async def collect(message: Message) -> None:
            messages.append(message)

        await self.app(scope, replay, collect)
        start, *rest = messages
        whole = b"".join(message.get("body", b"") for message in rest)
        if len(whole) < _LARGE:
            return _finished(start, whole, gzipped)
        return await run_in_threadpool(_finished, start, whole, gzipped)

    def _get(self, key: _Key) -> _Kept | None:
        if self.of != self.version():
            self.kept.clear()
            self.used, self.of = 0, self.version()
        kept = self.kept.get(key)
        if kept:
            self.kept.move_to_end(key)
        return kept

    def _keep(self, key: _Key, kept: _Kept) -> None:
        if kept.size > self.size // 8 or key in self.kept:
            return
        self.kept[key] = kept
        self.used += kept.size
        while self.used > self.size:
            _, oldest = self.kept.popitem(last=False)
            self.used -= oldest.size


def _headers(scope: Scope) -> dict[bytes, bytes]:
    """A request's headers, each in one line. Raises Problem for two where only one makes sense."""
    headers: dict[bytes, bytes] = {}
    for name, value in scope["headers"]:
        if name in headers and name in _SINGLE:
            raise Problem(400, f"A request has one {name.decode().title()}; this one has several.")
        headers[name] = b"%b, %b" % (headers[name], value) if name in headers else value
    return headers


def _finished(start: Message, body: bytes, gzipped: bool) -> _Kept:
    headers = [(name, value) for name, value in start["headers"] if name != b"content-length"]
    named = dict(headers)
    etag = named.get(b"etag", b"")
    if gzipped and len(body) >= _WORTH_COMPRESSING and not named.get(b"content-type", b"").startswith(_SPARSE):
        body = gzip.compress(body, 5, mtime=0)
        headers.append((b"content-encoding", b"gzip"))
    headers += [(b"vary", b"Accept, Accept-Encoding"), *HEADERS]
    if start["status"] != 204:
        headers.append((b"content-length", b"%d" % len(body)))
    return _Kept({"type": "http.response.start", "status": start["status"], "headers": headers}, body, etag)


async def _send(kept: _Kept, known: bytes, send: Send) -> None:
    if kept.etag and known and kept.start["status"] == 200 and _matches(kept.etag, known):
        headers = [(n, v) for n, v in kept.start["headers"] if n not in (b"content-length", b"content-encoding")]
        await send({"type": "http.response.start", "status": 304, "headers": headers})
        await send({"type": "http.response.body", "body": b""})
        return
    await send(kept.start)
    await send({"type": "http.response.body", "body": kept.body})


def _matches(etag: bytes, known: bytes) -> bool:
    """If-None-Match compares weakly."""
    return known.strip() == b"*" or etag.removeprefix(b"W/") in [
        k.strip().removeprefix(b"W/") for k in known.split(b",")
    ]


def _with(headers: tuple[tuple[bytes, bytes], ...], send: Send) -> Send:
    async def sending(message: Message) -> None:
        if message["type"] == "http.response.start":
            message = {**message, "headers": [*message["headers"], *headers]}
        await send(message)

    return sending

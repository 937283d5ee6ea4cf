"""Metrics and access log: counts for Prometheus, and a JSON object in the log for each request."""

from __future__ import annotations

import json
import logging
import time

from prometheus_client import CONTENT_TYPE_LATEST, CollectorRegistry, Counter, Histogram, generate_latest
from prometheus_client.multiprocess import MultiProcessCollector
from starlette.requests import Request
from starlette.responses import Response
from starlette.types import ASGIApp, Message, Receive, Scope, Send

log = logging.getLogger("lalakg.server.access")

_REQUESTS = Counter("lalakg_requests", "Requests answered.", ["status", "cached"])
_SECONDS = Histogram("lalakg_request_seconds", "Seconds from request to answer.", ["cached"])
STOPPED = Counter("lalakg_queries_stopped", "Queries that ran into the time limit.")


class RequestMetrics:
    """ASGI middleware outside of everything else: counts, times and logs each request."""

    def __init__(self, app: ASGIApp) -> None:
        self.app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http":
            await self.app(scope, receive, send)
            return
        start, status, size = time.perf_counter(), 0, 0

        async def watched(message: Message) -> None:
            nonlocal status, size
            status = message.get("status", status)
            size += len(message.get("body", b""))
            await send(message)

        try:
            await self.app(scope, receive, watched)
        finally:
            _record(scope, status or 499, size, time.perf_counter() - start)


def _record(scope: Scope, status: int, size: int, seconds: float) -> None:
    cached = "yes" if scope.get("lalakg.cached") else "no"
    _REQUESTS.labels(str(status), cached).inc()
    _SECONDS.labels(cached).observe(seconds)
    if log.isEnabledFor(logging.INFO):
        client = scope.get("client")
        line = {
            "time": time.strftime("%Y-%m-%dT%H:%M:%SZ", time.gmtime()),
            "client": client[0] if client else None,
            "method": scope["method"],
            "path": scope["path"],
            "status": status,
            "bytes": size,
            "ms": round(seconds * 1000, 3),
            "cached": cached == "yes",
        }
        log.info(json.dumps(line))


async def metrics(_: Request) -> Response:
    """The counts of all processes together, in Prometheus' text format."""
    registry = CollectorRegistry()
    MultiProcessCollector(registry)  # type: ignore[no-untyped-call]  # the library has no types for it
    headers = {"Content-Type": CONTENT_TYPE_LATEST, "Cache-Control": "no-store"}
    return Response(generate_latest(registry), headers=headers)

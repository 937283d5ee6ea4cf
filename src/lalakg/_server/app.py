"""ASGI application: the routes of the server, its middleware, and its lifespan."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import AsyncIterator, Callable, Coroutine
from contextlib import asynccontextmanager
from typing import Any

from starlette.applications import Starlette
from starlette.concurrency import run_in_threadpool
from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import PlainTextResponse, Response
from starlette.routing import Route
from starlette.types import ASGIApp

from lalakg._errors import LalakgError
from lalakg._server.api import index, openapi, operation
from lalakg._server.cache import ResponseCache
from lalakg._server.metrics import RequestMetrics, metrics
from lalakg._server.problem_details import Problem
from lalakg._server.resources import read
from lalakg._server.sparql import sparql, store
from lalakg._server.state import ServerState

_READ = ["GET"]
_log = logging.getLogger("lalakg.server")
_QUERY = ["GET", "POST"]


def application(state: ServerState) -> tuple[ASGIApp, Callable[[], Coroutine[Any, Any, None]]]:
    """The ASGI application of one server process, and what makes it take over newer data."""

    @asynccontextmanager
    async def lifespan(app: Starlette) -> AsyncIterator[None]:
        await run_in_threadpool(app.state.current.warm)
        yield
        app.state.current.pool.kill()
        await app.state.current.pool.wait_closed()

    async def renew() -> None:
        async with renewing:
            old: ServerState = app.state.current
            try:
                app.state.current = await run_in_threadpool(old.renewed)
            except LalakgError as error:
                _log.error("the data is not taken over: %s", error)
            if app.state.current is not old:
                old.pool.close()

    app = Starlette(
        routes=[
            *(Route(path, sparql, methods=_QUERY) for path in ("/sparql", "/sparql/", "/query")),
            Route("/store", store, methods=_READ),
            *(Route(path, index, methods=_READ) for path in ("/api", "/api/")),
            Route("/api/{name}", operation, methods=_READ),
            Route("/openapi.json", openapi, methods=_READ),
            Route("/metrics", metrics, methods=_READ),
            Route("/healthz", healthz, methods=_READ),
            Route("/readyz", readyz, methods=_READ),
            Route("/{path:path}", read, methods=_READ),
        ],
        exception_handlers={Problem: _problem, HTTPException: _http},
        lifespan=lifespan,
    )
    app.state.current = state
    renewing = asyncio.Lock()  # so that an older state never takes the place of a newer one
    return RequestMetrics(ResponseCache(app, state.settings, lambda: app.state.current.version)), renew


async def healthz(_: Request) -> Response:
    """The process runs."""
    return PlainTextResponse("ok\n", headers={"Cache-Control": "no-store"})


async def readyz(request: Request) -> Response:
    """A query can be answered."""
    state: ServerState = request.app.state.current
    await state.dispatcher.check_ready(request)
    return PlainTextResponse("ready\n", headers={"Cache-Control": "no-store"})


async def _problem(_: Request, error: Exception) -> Response:
    assert isinstance(error, Problem)
    return error.response()


async def _http(request: Request, error: Exception) -> Response:
    assert isinstance(error, HTTPException)
    if error.status_code == 405 and request.method == "OPTIONS":
        return _options((error.headers or {})["Allow"])
    detail = {404: f"There is nothing at {request.url.path}.", 405: f"{request.method} is not for {request.url.path}."}
    return Problem(error.status_code, detail.get(error.status_code, error.detail), headers=error.headers).response()


def _options(methods: str) -> Response:
    """CORS preflight: pages of other hosts may ask by these methods, with any headers; the answer is good for a day."""
    headers = {
        "Allow": f"{methods}, OPTIONS",
        "Access-Control-Allow-Methods": methods,
        "Access-Control-Allow-Headers": "*, Authorization",  # which the asterisk leaves out
        "Access-Control-Max-Age": "86400",
    }
    return Response(status_code=204, headers=headers)

"""The application: every address that the server answers."""

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
from lalakg._server.cache import Cache
from lalakg._server.guards import preflight
from lalakg._server.metrics import Observed, metrics
from lalakg._server.problem import Problem
from lalakg._server.resources import read
from lalakg._server.sparql import sparql, store
from lalakg._server.state import Serving

_READ = ["GET"]
_log = logging.getLogger("lalakg.server")
_ASK = ["GET", "POST"]


def application(serving: Serving) -> tuple[ASGIApp, Callable[[], Coroutine[Any, Any, None]]]:
    """The ASGI application of one server process, and what makes it go over to newer data."""

    @asynccontextmanager
    async def life(app: Starlette) -> AsyncIterator[None]:
        await run_in_threadpool(app.state.serving.warm)
        yield
        app.state.serving.pool.kill()

    async def renew() -> None:
        async with renewing:
            old: Serving = app.state.serving
            try:
                app.state.serving = await run_in_threadpool(old.renewed)
            except LalakgError as error:
                _log.error("the data is not taken over: %s", error)
            if app.state.serving is not old:
                old.pool.close()

    app = Starlette(
        routes=[
            *(Route(path, sparql, methods=_ASK) for path in ("/sparql", "/sparql/", "/query")),
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
        lifespan=life,
    )
    app.state.serving = serving
    renewing = asyncio.Lock()  # so that an older edition never takes the place of a newer one
    return Observed(Cache(app, serving.settings, lambda: app.state.serving.version)), renew


async def healthz(_: Request) -> Response:
    """The process runs."""
    return PlainTextResponse("ok\n", headers={"Cache-Control": "no-store"})


async def readyz(request: Request) -> Response:
    """A query can be answered."""
    serving: Serving = request.app.state.serving
    await serving.desk.ready(request)
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
    """What an address allows, for whoever asks first: a browser does, before a page elsewhere may send a query."""
    return Response(status_code=204, headers={"Allow": f"{methods}, OPTIONS", **preflight(methods)})

"""Asking the workers, for every room of the server: one way through guards, limits and formats."""

from __future__ import annotations

import hashlib
import re
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import partial

from starlette.concurrency import run_in_threadpool
from starlette.requests import Request
from starlette.responses import Response

from lalakg._server.guards import Budget
from lalakg._server.negotiation import best
from lalakg._server.pool import Pool
from lalakg._server.problem import Problem
from lalakg._server.protocol import GRAPHS, TABLES, Operation, written
from lalakg._server.settings import Settings
from lalakg._server.worker import Answer, Job
from lalakg._sparql.text import query_form

_LONG = 10_000  # characters of a query that others need not wait for
_CHANGING = re.compile(r"\b(NOW|RAND|UUID|STRUUID|BNODE)\s*\(", re.IGNORECASE)


@dataclass(frozen=True)
class Desk:
    """Takes queries to the workers, and makes HTTP responses of what they give."""

    pool: Pool
    budget: Budget
    settings: Settings
    version: str

    async def query(self, request: Request, asked: Operation, media_type: str = "") -> Response:
        """The answer to a query, in `media_type`, or else in the form that the client likes best."""
        rows = await _form(asked.query) in ("SELECT", "ASK")
        media_type = media_type or negotiated(request, TABLES if rows else GRAPHS)
        form = written(media_type, rows=rows)
        job = Job(asked.query, form if rows else TABLES[0], GRAPHS[0] if rows else form, asked.default, asked.named)
        answer = await self.work(request, job)
        if answer.media_type != form:  # the form was mistaken; the worker knows better
            media_type = answer.media_type
        changing = answer.changing or _CHANGING.search(asked.query)
        return self.response(answer.body, media_type, "" if changing else repr(job))

    async def bind(self, request: Request, make: Callable[[], str]) -> str:
        """The query that `make` gives. To look names up is work, too: others need not wait, and it is counted."""
        client = request.client.host if request.client else ""
        self.budget.check(client)
        started = time.monotonic()
        try:
            return await run_in_threadpool(make)
        finally:
            self.budget.spend(client, time.monotonic() - started)

    async def work(self, request: Request, job: Job) -> Answer:
        """What the workers make of a job. Raises Problem for everything that is no answer."""
        client = request.client.host if request.client else ""
        self.budget.check(client)
        return await self._run(request, job, partial(self.budget.spend, client))

    async def ready(self, request: Request) -> None:
        """Raise Problem when no query can be answered. To know it costs nobody anything."""
        await self._run(request, Job("ASK {}", TABLES[0], GRAPHS[0]), lambda _: None)

    async def _run(self, request: Request, job: Job, spent: Callable[[float], None]) -> Answer:
        return checked(await self.pool.run(job, lambda: _gone(request), spent), self.settings)

    def response(self, body: bytes, media_type: str, identity: str) -> Response:
        """A response that may be kept, if it has an `identity`: what it is the answer to, besides the data."""
        if media_type.startswith("text/"):
            media_type += "; charset=utf-8"
        headers = {"Cache-Control": "no-store"}
        if identity and self.version:
            tag = hashlib.sha256(f"{self.version} {media_type} {identity}".encode()).hexdigest()[:24]
            headers = {"Cache-Control": "no-cache", "ETag": f'W/"{tag}"'}
        return Response(body, 200, {**headers, "Content-Type": media_type})


def negotiated(request: Request, offers: Sequence[str]) -> str:
    """The offer that the client likes best. Raises Problem when it likes none."""
    found = best(request.headers.get("accept", ""), offers)
    if found is None:
        raise Problem(406, f"There is {', '.join(offers)}, and none of these is accepted.", available=list(offers))
    return found


async def _form(query: str) -> str:
    return query_form(query) if len(query) < _LONG else await run_in_threadpool(query_form, query)


async def _gone(request: Request) -> None:
    """Done when the client has hung up."""
    while (await request.receive())["type"] != "http.disconnect":
        pass


def checked(answer: Answer, settings: Settings) -> Answer:
    """The answer itself. Raises Problem when it is none."""
    said = answer.body.decode("utf-8", "replace")
    match answer.problem:
        case "syntax":
            assert answer.line is not None
            assert answer.column is not None
            raise Problem(400, f"Not SPARQL: {said}", line=answer.line, column=answer.column)
        case "service":
            known = f"it may ask {', '.join(settings.services)}" if settings.services else "no query here may"
            raise Problem(403, f"The query asks {said} by SERVICE; {known}.")
        case "rows":
            raise Problem(422, f"The answer has more than {settings.rows:,} rows, the limit here; ask with LIMIT.")
        case "bytes":
            raise Problem(422, f"The answer has more than {settings.bytes:,} bytes, the limit here; ask with LIMIT.")
        case "missing":
            raise Problem(404, f"There is no graph {said}.")
        case "failed":
            raise Problem(400, f"The query failed: {said.rstrip('.')}.")
    return answer

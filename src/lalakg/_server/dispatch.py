"""Query dispatcher: every query of the server goes through it to the workers, within rate limit and formats."""

from __future__ import annotations

import hashlib
import re
import time
from collections.abc import Callable
from dataclasses import dataclass
from functools import partial

from starlette.concurrency import run_in_threadpool
from starlette.requests import Request
from starlette.responses import Response

from lalakg._errors import QuerySyntaxError
from lalakg._server.metrics import STOPPED
from lalakg._server.negotiation import negotiated
from lalakg._server.problem_details import problem_of
from lalakg._server.protocol import GRAPH_OFFERS, TABLE_OFFERS, Operation, specific
from lalakg._server.rate_limit import RateLimit
from lalakg._sparql.text import query_form
from lalakg._workers.errors import NoAnswer, QueryTimeout
from lalakg._workers.messages import TABLES, TRIPLES, Answer, Job
from lalakg._workers.pool import WorkerPool

_LONG = 10_000  # characters of a query that others need not wait for
_VOLATILE = re.compile(r"\b(NOW|RAND|UUID|STRUUID|BNODE)\s*\(", re.IGNORECASE)


@dataclass(frozen=True)
class QueryDispatcher:
    """Takes queries to the workers, and makes HTTP responses of their answers."""

    pool: WorkerPool
    rate_limit: RateLimit
    version: str

    async def query(self, request: Request, operation: Operation, media_type: str = "") -> Response:
        """The answer to a query, in `media_type`, or else in the one that the client likes best."""
        text = operation.query
        rows = await _query_form(text) in ("SELECT", "ASK")
        media_type = media_type or negotiated(request, TABLE_OFFERS if rows else GRAPH_OFFERS)
        actual = specific(media_type, rows=rows)
        tables, graphs = (actual, TRIPLES[0]) if rows else (TABLES[0], actual)
        job = Job(text, tables, graphs, operation.default, operation.named)
        answer = await self.run(request, job)
        if answer.media_type != actual:  # the query's form was mistaken; the worker knows better
            media_type = answer.media_type
        changing = answer.changing or _VOLATILE.search(text)
        return self.response(answer.body, media_type, "" if changing else repr(job))

    async def bind(self, request: Request, make: Callable[[], str]) -> str:
        """The query that `make` gives. To look names up is work, too: others need not wait, and it is counted."""
        client = _client(request)
        self.rate_limit.check(client)
        started = time.monotonic()
        try:
            return await run_in_threadpool(make)
        finally:
            self.rate_limit.spend(client, time.monotonic() - started)

    async def run(self, request: Request, job: Job) -> Answer:
        """What the workers answer to a job. Raises Problem for everything that is no answer."""
        client = _client(request)
        self.rate_limit.check(client)
        return await self._run(request, job, partial(self.rate_limit.spend, client))

    async def check_ready(self, request: Request) -> None:
        """Raise Problem when no query can be answered. To know it costs nobody anything."""
        await self._run(request, Job("ASK {}", TABLES[0], TRIPLES[0]), lambda _: None)

    async def _run(self, request: Request, job: Job, on_done: Callable[[float], None]) -> Answer:
        try:
            return await self.pool.run(job, lambda: _client_gone(request), on_done)
        except (QuerySyntaxError, NoAnswer) as error:
            if isinstance(error, QueryTimeout):
                STOPPED.inc()
            raise problem_of(error) from None

    def response(self, body: bytes, media_type: str, identity: str) -> Response:
        """A response that may be kept, if it has an `identity`: what it is the answer to, besides the data."""
        if media_type.startswith("text/"):
            media_type += "; charset=utf-8"
        headers = {"Cache-Control": "no-store"}
        if identity and self.version:
            tag = hashlib.sha256(f"{self.version} {media_type} {identity}".encode()).hexdigest()[:24]
            headers = {"Cache-Control": "no-cache", "ETag": f'W/"{tag}"'}
        return Response(body, 200, {**headers, "Content-Type": media_type})


def _client(request: Request) -> str:
    return request.client.host if request.client else ""


async def _query_form(query: str) -> str:
    return query_form(query) if len(query) < _LONG else await run_in_threadpool(query_form, query)


async def _client_gone(request: Request) -> None:
    """Return when the client has hung up."""
    while (await request.receive())["type"] != "http.disconnect":
        pass

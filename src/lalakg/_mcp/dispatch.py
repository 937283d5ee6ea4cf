"""Asking the server's workers on behalf of a client: an answer in words, and as data where it has rows."""

from __future__ import annotations

import asyncio
import json
from typing import Any, TypeAlias

import pyoxigraph as ox

from lalakg._errors import QuerySyntaxError
from lalakg._rdf.formats import write_graph
from lalakg._rdf.terms import Prefixes
from lalakg._server.dispatch import checked
from lalakg._server.pool import Pool
from lalakg._server.protocol import GRAPHS, TABLES
from lalakg._server.worker import Answer, Job
from lalakg._sparql.results import Boolean, Rows
from lalakg._sparql.text import declare_prefixes

Reply: TypeAlias = tuple[str, Any]


class Desk:
    """Takes queries to the workers, each of which is ended when it takes too long."""

    def __init__(self, pool: Pool, prefixes: Prefixes) -> None:
        self.pool, self.prefixes = pool, prefixes
        self.working: set[asyncio.Task[Answer]] = set()

    async def ask(self, text: str) -> Reply:
        """The answer to a query, a table or Turtle. Raises QuerySyntaxError, and Problem when there is no answer."""
        whole = await asyncio.to_thread(declare_prefixes, self.prefixes, text)
        answer = await self._work(Job(whole, TABLES[0], GRAPHS[1]))
        if answer.problem == "syntax" and answer.line and answer.column:
            line = answer.line - whole.count("\n") + text.count("\n")
            raise QuerySyntaxError(answer.body.decode(), line, answer.column, text.split("\n")[line - 1])
        body = checked(answer, self.pool.settings).body
        if answer.media_type == GRAPHS[1]:
            triples = [quad.triple for quad in ox.parse(body, format=ox.RdfFormat.N_TRIPLES)]
            return write_graph(triples, "ttl", self.prefixes, {}), None
        data = json.loads(body)
        table = (Boolean if "boolean" in data else Rows)(body, self.prefixes)
        return table.render("md"), data

    async def close(self) -> None:
        """End all work at once."""
        self.pool.kill()
        for task in self.working:
            task.cancel()
        if self.working:
            await asyncio.wait(self.working)

    async def _work(self, job: Job) -> Answer:
        """What the workers make of a job. They leave it when the call is cancelled."""
        left = asyncio.Event()

        async def gone() -> None:
            await left.wait()

        task = asyncio.create_task(self.pool.run(job, gone, lambda _: None))
        self.working.add(task)
        task.add_done_callback(self._worked)
        try:
            await asyncio.wait({task})
        finally:
            left.set()
        return task.result()

    def _worked(self, task: asyncio.Task[Answer]) -> None:
        self.working.discard(task)
        if not task.cancelled():
            task.exception()  # seen, if nobody waits for it any more

"""Query runner for tools: it asks the workers, and gives an answer in words, and as data where it has rows."""

from __future__ import annotations

import asyncio
import json
from typing import Any, TypeAlias

import pyoxigraph as ox

from lalakg._errors import QuerySyntaxError
from lalakg._rdf.formats import write_graph
from lalakg._rdf.terms import Prefixes
from lalakg._sparql.results import Boolean, Rows
from lalakg._sparql.text import declare_prefixes
from lalakg._workers.messages import TABLES, TRIPLES, Answer, Job
from lalakg._workers.pool import WorkerPool

Reply: TypeAlias = tuple[str, dict[str, Any] | None]
"""Markdown or Turtle for reading, and JSON where there is some."""

_N_TRIPLES = TRIPLES[1]


class QueryRunner:
    """Runs the queries of one client in the workers, each of which is ended when it takes too long."""

    def __init__(self, pool: WorkerPool, prefixes: Prefixes) -> None:
        self.pool, self.prefixes = pool, prefixes
        self.tasks: set[asyncio.Task[Answer]] = set()

    async def run(self, text: str) -> Reply:
        """The answer to a query, a table or Turtle. Raises QuerySyntaxError, and NoAnswer where there is none."""
        whole = await asyncio.to_thread(declare_prefixes, self.prefixes, text)
        try:
            answer = await self._run(Job(whole, TABLES[0], _N_TRIPLES))
        except QuerySyntaxError as error:
            line = error.line - whole.count("\n") + text.count("\n")
            raise QuerySyntaxError(error.message, line, error.column, text.split("\n")[line - 1]) from None
        if answer.media_type == _N_TRIPLES:
            triples = [quad.triple for quad in ox.parse(answer.body, format=ox.RdfFormat.N_TRIPLES)]
            return write_graph(triples, "ttl", self.prefixes, {}), None
        data = json.loads(answer.body)
        table = (Boolean if "boolean" in data else Rows)(answer.body, self.prefixes)
        return table.render("md"), data

    async def close(self) -> None:
        """End all work at once."""
        self.pool.kill()
        for task in self.tasks:
            task.cancel()
        if self.tasks:
            await asyncio.wait(self.tasks)
        await self.pool.wait_closed()

    async def _run(self, job: Job) -> Answer:
        """What the workers answer to a job. They leave it when the call is cancelled."""
        cancelled = asyncio.Event()

        async def client_gone() -> None:
            await cancelled.wait()

        task = asyncio.create_task(self.pool.run(job, client_gone))
        self.tasks.add(task)
        task.add_done_callback(self._task_done)
        try:
            await asyncio.wait({task})
        finally:
            cancelled.set()
        return task.result()

    def _task_done(self, task: asyncio.Task[Answer]) -> None:
        self.tasks.discard(task)
        if not task.cancelled():
            task.exception()  # seen, if nobody waits for it any more

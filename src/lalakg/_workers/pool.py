"""A pool of worker processes: each query runs in one of them, alone, up to a time limit that holds."""

from __future__ import annotations

import asyncio
import pickle
import time
from collections import deque
from collections.abc import Awaitable, Callable

from lalakg._workers.errors import PoolOverloaded
from lalakg._workers.messages import Answer, Job, Limits, Setup
from lalakg._workers.process import JobMonitor, WorkerProcess

_GROWTH_DELAY = 0.02  # seconds that a query waits for a worker before another one is started


class WorkerPool:
    """The workers of one set of data. They are started when they are needed, and kept while they behave.

    `source` is an N-Quads file, the folder of an Oxigraph database, or the address of an endpoint.
    """

    def __init__(self, source: str, limits: Limits) -> None:
        self.source, self.limits = source, limits
        self.workers: set[WorkerProcess] = set()
        self.idle: list[WorkerProcess] = []
        self.queue: deque[asyncio.Future[WorkerProcess | None]] = deque()
        self.starting: set[WorkerProcess] = set()
        self.ending: set[WorkerProcess] = set()
        self.closing = False

    async def run(
        self, job: Job, client_gone: Callable[[], Awaitable[None]], on_done: Callable[[float], None] = lambda _: None
    ) -> Answer:
        """The answer to a job. Raises QuerySyntaxError for what is not SPARQL, and NoAnswer for all other failures.

        `client_gone()` is awaited only for slow work; it returns when nobody waits for the answer any more, and the
        work ends. `on_done` gets the seconds that a worker was busy; the time spent waiting for one does not count.
        """
        worker = await self._acquire()
        start = time.monotonic()
        try:
            answer: Answer = pickle.loads(await self._answer(worker, job, client_gone))
            return answer.raise_for_problem(self.limits)
        finally:
            on_done(time.monotonic() - start)
            self._release(worker)

    async def _acquire(self) -> WorkerProcess:
        """A worker with nothing to do: at once, or when one is done, or a new one if that takes too long."""
        while self.idle:
            worker = self.idle.pop()
            if not worker.dead:
                return worker
            self._discard(worker)
        if not self.workers and not self.starting:
            return await self._start()
        if len(self.queue) >= self.limits.waiting:
            raise PoolOverloaded("Too many queries are waiting already; try again later.")
        return await self._wait_for_turn() or await self._start()

    async def _wait_for_turn(self) -> WorkerProcess | None:
        """The next worker that is done; None when a new one may be started instead."""
        turn: asyncio.Future[WorkerProcess | None] = asyncio.get_running_loop().create_future()
        self.queue.append(turn)
        done, _ = await asyncio.wait({turn}, timeout=_GROWTH_DELAY)
        if not done and self._may_grow():
            self.queue.remove(turn)
            return None
        if not done:
            await asyncio.wait({turn}, timeout=self.limits.timeout)
        if turn.done():
            return turn.result()
        self.queue.remove(turn)
        raise PoolOverloaded("All workers were busy for as long as a query may take; try again later.")

    def _may_grow(self) -> bool:
        return len(self.workers) + len(self.starting) < self.limits.workers

    async def _start(self) -> WorkerProcess:
        worker = WorkerProcess(Setup(self.source, self.limits))
        self.starting.add(worker)
        try:
            await worker.start()
            self.workers.add(worker)
        except BaseException:
            self._discard(worker)
            raise
        finally:
            self.starting.remove(worker)
        return worker

    async def _answer(self, worker: WorkerProcess, job: Job, client_gone: Callable[[], Awaitable[None]]) -> bytes:
        answer = worker.ask(job)
        monitor = JobMonitor(worker, self.limits.timeout, client_gone)
        try:
            return await answer
        except ConnectionError:
            raise monitor.failure() from None
        finally:
            monitor.stop()

    def _release(self, worker: WorkerProcess) -> None:
        """Give the worker to whoever waits longest; end it when it must not be used again."""
        if worker.demoted or worker.dead or self.closing or not worker.answer.done():
            self._discard(worker)
            if self._may_grow():
                self._hand_over(None)  # whoever waits may start another
        elif not self._hand_over(worker):
            self.idle.append(worker)

    def _hand_over(self, worker: WorkerProcess | None) -> bool:
        while self.queue:
            turn = self.queue.popleft()
            if not turn.done():
                turn.set_result(worker)
                return True
        return False

    def _discard(self, worker: WorkerProcess) -> None:
        self.workers.discard(worker)
        worker.end()
        if worker.transport and not worker.exited.done():
            self.ending.add(worker)
            worker.exited.add_done_callback(lambda _: self.ending.discard(worker))

    def close(self) -> None:
        """End the workers that have nothing to do, and each other one when it has answered."""
        self.closing = True
        while self.idle:
            self._discard(self.idle.pop())

    def kill(self) -> None:
        """End all workers now."""
        self.closing = True
        for worker in (*self.workers, *self.starting):
            worker.end()

    async def wait_closed(self, timeout: float = 5.0) -> None:
        """Wait until the processes that were ended have gone: a large one takes a while."""
        gone = {worker.exited for worker in (*self.workers, *self.ending) if worker.ended}
        if gone:
            await asyncio.wait(gone, timeout=timeout)

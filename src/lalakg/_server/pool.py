"""Workers that can be ended: each query runs in a process of its own, up to a time limit that holds."""

from __future__ import annotations

import asyncio
import contextlib
import os
import pickle
import signal
import socket
import subprocess
import sys
import time
from collections import deque
from collections.abc import Awaitable, Callable

from lalakg._server.metrics import STOPPED
from lalakg._server.problem import Problem
from lalakg._server.settings import Settings
from lalakg._server.worker import LENGTH, Answer, Job

_MAIN = "from lalakg._server.worker import main; main()"
_PATIENCE = 0.25  # seconds between two looks at a worker; one that works all that time is slow, and is not used again
_CROWDED = 0.02  # seconds that a query waits for a worker before another one is started
_LATER = {"Retry-After": "5"}
_LOWER = 10  # how much less than others a slow query's process gets of the processor
_START = 60.0  # seconds that a worker may take to read its data


class _Worker(asyncio.Protocol):
    """One worker process, and the answer that it is to give."""

    def __init__(self, source: str, settings: Settings) -> None:
        ours, theirs = socket.socketpair()
        limits = (settings.rows, settings.bytes, settings.memory, *settings.services)
        words = [sys.executable, "-c", _MAIN, str(theirs.fileno()), source, *map(str, limits)]
        with theirs:
            self.process = subprocess.Popen(words, pass_fds=[theirs.fileno()], stdin=subprocess.DEVNULL)
        self.channel = ours
        self.buffer = bytearray()
        self.demoted = self.dead = False
        self.transport: asyncio.Transport | None = None
        self.answer: asyncio.Future[bytes] = asyncio.get_running_loop().create_future()

    async def start(self) -> None:
        """Wait until the worker has read its data. Raises Problem when it cannot."""
        loop = asyncio.get_running_loop()
        self.transport, _ = await loop.create_unix_connection(lambda: self, sock=self.channel)
        try:
            await asyncio.wait_for(self.answer, _START)
        except (ConnectionError, TimeoutError):
            self.end()
            raise Problem(503, "The data cannot be read at the moment.") from None

    def ask(self, job: Job) -> asyncio.Future[bytes]:
        """Send a job; the future is its answer, or ConnectionError when the process died over it."""
        self.answer = asyncio.get_running_loop().create_future()
        data = pickle.dumps(job, pickle.HIGHEST_PROTOCOL)
        assert self.transport  # it has started
        self.transport.write(LENGTH.pack(len(data)) + data)
        return self.answer

    def data_received(self, data: bytes) -> None:
        self.buffer += data
        if len(self.buffer) < LENGTH.size:
            return
        (length,) = LENGTH.unpack_from(self.buffer)
        if len(self.buffer) >= LENGTH.size + length:
            body = bytes(self.buffer[LENGTH.size :])
            self.buffer.clear()
            if not self.answer.done():
                self.answer.set_result(body)

    def connection_lost(self, _: Exception | None) -> None:
        self.dead = True
        if not self.answer.done():
            self.answer.set_exception(ConnectionError())
            self.answer.exception()  # seen, if nobody waits for it any more

    def processor_time(self) -> float:
        """The seconds of processor time that the process has used; elsewhere than on Linux, those of the clock."""
        return time.clock_gettime((~self.process.pid << 3) | 2) if sys.platform == "linux" else time.monotonic()

    def demote(self) -> None:
        """Let others come first."""
        self.demoted = True
        with contextlib.suppress(OSError):
            os.setpriority(os.PRIO_PROCESS, self.process.pid, _LOWER)

    def end(self) -> None:
        """Stop the process now, whatever it does."""
        with contextlib.suppress(ProcessLookupError):
            self.process.send_signal(signal.SIGKILL)
        if self.transport:
            self.transport.close()
        asyncio.get_running_loop().run_in_executor(None, self.process.wait)  # a large one takes a while to go


class _Watch:
    """Looks at a worker from time to time: lets others come before it when it is slow, and ends it when it is late."""

    def __init__(self, worker: _Worker, limit: float, gone: Callable[[], Awaitable[None]]) -> None:
        self.loop = asyncio.get_running_loop()
        self.worker, self.limit, self.gone = worker, limit, gone
        self.until = self.loop.time() + limit
        self.used: float | None = None
        self.late = False
        self.hung_up: asyncio.Future[None] | None = None
        self.timer = self.loop.call_later(min(_PATIENCE, limit), self.look)

    def look(self) -> None:
        left = self.until - self.loop.time()
        if left <= 0:
            self.late = True
            self.worker.end()
            return
        used = self.worker.processor_time()
        if self.used is not None and used - self.used > _PATIENCE / 2:
            self.worker.demote()
        self.used = used
        if self.hung_up is None:
            self.hung_up = asyncio.ensure_future(self.gone())
            self.hung_up.add_done_callback(lambda task: None if task.cancelled() else self.worker.end())
        self.timer = self.loop.call_later(min(_PATIENCE, left), self.look)

    def end(self) -> None:
        self.timer.cancel()
        if self.hung_up:
            self.hung_up.cancel()

    def problem(self) -> Problem:
        """Why there is no answer."""
        if self.late:
            told = f"The query was stopped after {self.limit:g} seconds, which is the limit here; ask for less."
            return Problem(504, told)
        told = "The query's process died, as one does that takes more memory than it may; ask for less at once."
        return Problem(503, told)


class Pool:
    """The workers of one set of data. They are started when they are needed, and kept while they behave."""

    def __init__(self, source: str, settings: Settings) -> None:
        self.source, self.settings = source, settings
        self.workers: set[_Worker] = set()
        self.idle: list[_Worker] = []
        self.queue: deque[asyncio.Future[_Worker | None]] = deque()
        self.starting: set[_Worker] = set()
        self.closing = False

    async def run(self, job: Job, gone: Callable[[], Awaitable[None]], spent: Callable[[float], None]) -> Answer:
        """The answer to a job. Raises Problem when it takes too long, or when too many wait already.

        `gone()` is awaited only for slow work; it ends when nobody waits for the answer any more, and so does the work.
        `spent` is told how many seconds a worker was busy; that others were before does not count.
        """
        worker = await self._free()
        start = time.monotonic()
        try:
            answer: Answer = pickle.loads(await self._answer(worker, job, gone))
            return answer
        finally:
            spent(time.monotonic() - start)
            self._done(worker)

    async def _free(self) -> _Worker:
        """A worker with nothing to do: at once, or when one is done, or a new one if that takes too long."""
        while self.idle:
            worker = self.idle.pop()
            if not worker.dead:
                return worker
            self.workers.discard(worker)
        if not self.workers and not self.starting:
            return await self._new()
        if len(self.queue) >= self.settings.waiting:
            raise Problem(503, "Too many queries are waiting already; try again later.", headers=_LATER)
        return await self._next() or await self._new()

    async def _next(self) -> _Worker | None:
        """The next worker that is done; None when a new one may be started instead."""
        turn: asyncio.Future[_Worker | None] = asyncio.get_running_loop().create_future()
        self.queue.append(turn)
        done, _ = await asyncio.wait({turn}, timeout=_CROWDED)
        if not done and self._may_grow():
            self.queue.remove(turn)
            return None
        if not done:
            await asyncio.wait({turn}, timeout=self.settings.timeout)
        if turn.done():
            return turn.result()
        self.queue.remove(turn)
        raise Problem(503, "All workers were busy for as long as a query may take; try again later.", headers=_LATER)

    def _may_grow(self) -> bool:
        return len(self.workers) + len(self.starting) < self.settings.workers

    async def _new(self) -> _Worker:
        worker = _Worker(self.source, self.settings)
        self.starting.add(worker)
        try:
            await worker.start()
        finally:
            self.starting.remove(worker)
        self.workers.add(worker)
        return worker

    async def _answer(self, worker: _Worker, job: Job, gone: Callable[[], Awaitable[None]]) -> bytes:
        answer = worker.ask(job)
        watch = _Watch(worker, self.settings.timeout, gone)
        try:
            return await answer
        except ConnectionError:
            if watch.late:
                STOPPED.inc()
            raise watch.problem() from None
        finally:
            watch.end()

    def _done(self, worker: _Worker) -> None:
        """Give the worker to whoever waits longest; end it when it must not be used again."""
        if worker.demoted or worker.dead or self.closing or not worker.answer.done():
            self.workers.discard(worker)
            worker.end()
            if self._may_grow():
                self._hand(None)  # whoever waits may start another
        elif not self._hand(worker):
            self.idle.append(worker)

    def _hand(self, worker: _Worker | None) -> bool:
        while self.queue:
            turn = self.queue.popleft()
            if not turn.done():
                turn.set_result(worker)
                return True
        return False

    def close(self) -> None:
        """End the workers that have nothing to do, and each other one when it has answered."""
        self.closing = True
        while self.idle:
            worker = self.idle.pop()
            self.workers.discard(worker)
            worker.end()

    def kill(self) -> None:
        """End all workers now."""
        for worker in (*self.workers, *self.starting):
            worker.end()

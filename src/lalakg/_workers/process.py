"""One worker process as its pool sees it: started, given jobs, looked after, ended.

It is a plain subprocess with pipes, by asyncio, so that it is the same on every system and every event loop.
"""

from __future__ import annotations

import asyncio
import contextlib
import os
import sys
import time
from collections.abc import Awaitable, Callable
from typing import cast

from lalakg._workers.errors import DataUnreadable, NoAnswer, QueryTimeout, WorkerDied
from lalakg._workers.messages import LENGTH, Job, Setup, framed

_COMMAND = ("-P", "-m", "lalakg._workers.worker")  # -P: no module is imported from the working directory
_STDIN, _STDOUT = 0, 1
_CHECK_INTERVAL = 0.25  # seconds between two looks at a worker; one that works all that time is slow, not used again
_NICENESS = 10  # how much less than others a slow query's process gets of the processor
_START_TIMEOUT = 60.0  # seconds that a worker may take to read its data


class WorkerProcess(asyncio.SubprocessProtocol):
    """A worker process, and the answer that it is to give."""

    def __init__(self, setup: Setup) -> None:
        loop = asyncio.get_running_loop()
        self.setup = setup
        self.buffer = bytearray()
        self.demoted = self.dead = self.ended = False
        self.transport: asyncio.SubprocessTransport | None = None
        self.pipe: asyncio.WriteTransport | None = None
        self.answer: asyncio.Future[bytes] = loop.create_future()
        self.exited: asyncio.Future[None] = loop.create_future()

    async def start(self) -> None:
        """Start the process and wait until it has read its data. Raises DataUnreadable when it cannot."""
        try:
            async with asyncio.timeout(_START_TIMEOUT):
                await self._spawn()
                await self.answer
        except (ConnectionError, TimeoutError):
            raise DataUnreadable from None

    async def _spawn(self) -> None:
        loop = asyncio.get_running_loop()
        await loop.subprocess_exec(lambda: self, sys.executable, *_COMMAND, stderr=None)
        if self.ended:
            raise ConnectionError

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        self.transport = cast("asyncio.SubprocessTransport", transport)  # uvloop's has no such base class
        if self.ended:
            self.end()
            return
        self.pipe = cast("asyncio.WriteTransport", self.transport.get_pipe_transport(_STDIN))
        self.pipe.write(framed(self.setup))

    def ask(self, job: Job) -> asyncio.Future[bytes]:
        """Send a job; the future is its answer, pickled, or ConnectionError when the process died over it."""
        self.answer = asyncio.get_running_loop().create_future()
        if self.dead:
            self._fail()
        else:
            assert self.pipe  # it has started
            self.pipe.write(framed(job))
        return self.answer

    def pipe_data_received(self, fd: int, data: bytes) -> None:
        self.buffer += data
        if len(self.buffer) < LENGTH.size:
            return
        (length,) = LENGTH.unpack_from(self.buffer)
        if len(self.buffer) >= LENGTH.size + length:
            body = bytes(self.buffer[LENGTH.size :])
            self.buffer.clear()
            if not self.answer.done():
                self.answer.set_result(body)

    def pipe_connection_lost(self, fd: int, exc: Exception | None) -> None:
        self.dead = True
        if fd == _STDOUT:  # what it had written has been read
            self._fail()

    def process_exited(self) -> None:
        self.dead = True
        if not self.exited.done():
            self.exited.set_result(None)

    def connection_lost(self, exc: Exception | None) -> None:
        self.dead = True
        self._fail()

    def _fail(self) -> None:
        if not self.answer.done():
            self.answer.set_exception(ConnectionError())
            self.answer.exception()  # seen, if nobody waits for it any more

    def processor_time(self) -> float:
        """The seconds of processor time that the process has used; elsewhere than on Linux, those of the clock."""
        if sys.platform == "linux" and self.transport and (pid := self.transport.get_pid()):
            with contextlib.suppress(OSError):  # it has just gone
                return time.clock_gettime((~pid << 3) | 2)
        return time.monotonic()

    def demote(self) -> None:
        """Let others come first, where the system has priorities; and do not use the process again."""
        self.demoted = True
        if sys.platform != "win32" and self.transport and (pid := self.transport.get_pid()):
            with contextlib.suppress(OSError):
                os.setpriority(os.PRIO_PROCESS, pid, _NICENESS)

    def end(self) -> None:
        """Stop the process now, whatever it does. `exited` is done when it has gone."""
        self.ended = self.dead = True
        if self.transport is None:
            return  # it is ended as soon as it has started
        with contextlib.suppress(ProcessLookupError):
            self.transport.kill()
        self.transport.close()
        self._fail()


class JobMonitor:
    """Looks at a worker from time to time: lets others come before it when it is slow, and ends it when it is late."""

    def __init__(self, worker: WorkerProcess, timeout: float, client_gone: Callable[[], Awaitable[None]]) -> None:
        self.loop = asyncio.get_running_loop()
        self.worker, self.timeout, self.client_gone = worker, timeout, client_gone
        self.deadline = self.loop.time() + timeout
        self.processor_time: float | None = None
        self.late = False
        self.hung_up: asyncio.Future[None] | None = None
        self.timer = self.loop.call_later(min(_CHECK_INTERVAL, timeout), self.check)

    def check(self) -> None:
        """End the worker at the deadline; before it, see whether it is slow and whether anybody still waits."""
        left = self.deadline - self.loop.time()
        if left <= 0:
            self.late = True
            self.worker.end()
            return
        used = self.worker.processor_time()
        if self.processor_time is not None and used - self.processor_time > _CHECK_INTERVAL / 2:
            self.worker.demote()
        self.processor_time = used
        if self.hung_up is None:
            self.hung_up = asyncio.ensure_future(self.client_gone())
            self.hung_up.add_done_callback(lambda task: None if task.cancelled() else self.worker.end())
        self.timer = self.loop.call_later(min(_CHECK_INTERVAL, left), self.check)

    def stop(self) -> None:
        """Look no more."""
        self.timer.cancel()
        if self.hung_up:
            self.hung_up.cancel()

    def failure(self) -> NoAnswer:
        """Why there is no answer."""
        return QueryTimeout(self.timeout) if self.late else WorkerDied()

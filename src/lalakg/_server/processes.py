"""The server's processes: one that watches, and several that answer, on one address."""

from __future__ import annotations

import asyncio
import contextlib
import errno
import logging
import multiprocessing
import os
import queue
import signal
import socket
import tempfile
import time
from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING

from lalakg._errors import LalakgError, OutputError, why
from lalakg._server.data import forget, prepare
from lalakg._server.settings import Settings

if TYPE_CHECKING:
    from multiprocessing.context import SpawnProcess

_GRACE = 30  # seconds that running requests have to finish when the server stops
_UNSENT = 2**17  # bytes that the system takes of an answer before it can send them
_PAUSE = 1.0  # seconds between looks at whether all processes are alive
_log = logging.getLogger("lalakg.server")


def serve(settings: Settings, started: Callable[[str], None]) -> None:
    """Serve until SIGTERM or SIGINT; SIGHUP reads the data again. `started` is told the address.

    Raises OutputError when the address is taken, and FolderError when there is no such folder.
    """
    with tempfile.TemporaryDirectory(prefix="lalakg-") as name, _listening(settings) as listener:
        folder = Path(name)
        prepare(settings, folder).note(folder)
        _Watch(settings, folder, listener).run(started)


def _listening(settings: Settings) -> socket.socket:
    family = socket.AF_INET6 if ":" in settings.host else socket.AF_INET
    listener = socket.socket(family)
    listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
    if hasattr(socket, "TCP_NOTSENT_LOWAT"):  # so that who reads slowly can be told from who does not read
        listener.setsockopt(socket.IPPROTO_TCP, socket.TCP_NOTSENT_LOWAT, _UNSENT)
    try:
        listener.bind((settings.host, settings.port))
    except OSError as error:
        listener.close()
        option = "--port" if error.errno in (errno.EADDRINUSE, errno.EACCES) else "--host"
        raise OutputError(
            f"{settings.host}:{settings.port} cannot be listened to: {why(error)}; choose another with {option}."
        ) from None
    listener.listen(2048)
    listener.set_inheritable(True)
    return listener


class _Watch:
    """Keeps the answering processes alive, and passes signals on to them."""

    def __init__(self, settings: Settings, folder: Path, listener: socket.socket) -> None:
        self.settings, self.folder, self.listener = settings, folder, listener
        self.processes: list[SpawnProcess] = []

    def run(self, started: Callable[[str], None]) -> None:
        came: queue.SimpleQueue[int] = queue.SimpleQueue()
        for name in (signal.SIGTERM, signal.SIGINT, signal.SIGHUP):
            signal.signal(name, lambda number, _: came.put(number))
        for _ in range(self.settings.processes):
            self._start()
        host, port = self.listener.getsockname()[:2]
        started(f"http://{f'[{host}]' if ':' in host else host}:{port}/")
        while (number := _next(came)) in (0, signal.SIGHUP):
            if number:
                self._reload()
            else:
                self._replace()
                forget(self.folder)
        self._stop()

    def _start(self) -> None:
        context = multiprocessing.get_context("spawn")
        process = context.Process(target=_answer, args=(self.settings, self.folder, self.listener))
        process.start()
        self.processes.append(process)

    def _replace(self) -> None:
        for process in [process for process in self.processes if not process.is_alive()]:
            _log.error("a process ended with %s and is replaced", process.exitcode)
            self.processes.remove(process)
            self._start()

    def _reload(self) -> None:
        try:
            prepare(self.settings, self.folder).note(self.folder)
        except LalakgError as error:
            _log.error("the data is not read again: %s", error)
            return
        for process in self.processes:
            assert process.pid is not None
            with contextlib.suppress(ProcessLookupError):
                os.kill(process.pid, signal.SIGHUP)

    def _stop(self) -> None:
        self.listener.close()  # else who comes now would be let in by the system, and wait for nobody
        for process in self.processes:
            process.terminate()
        until = time.monotonic() + _GRACE + 1
        for process in self.processes:
            process.join(max(0, until - time.monotonic()))
            if process.is_alive():
                process.kill()


def _next(came: queue.SimpleQueue[int]) -> int:
    """The next signal; 0 when there was none for a while."""
    try:
        return came.get(timeout=_PAUSE)
    except queue.Empty:
        return 0


def _answer(settings: Settings, folder: Path, listener: socket.socket) -> None:
    """The life of one answering process."""
    import uvicorn

    os.environ["PROMETHEUS_MULTIPROC_DIR"] = str(folder)  # read when the library is imported
    from lalakg._server.app import application
    from lalakg._server.http_protocol import Server, wire
    from lalakg._server.state import Serving

    logging.basicConfig(format="%(message)s", level=logging.INFO if settings.log else logging.ERROR)
    app, renew = application(Serving(settings, folder))
    config = uvicorn.Config(
        app,
        log_config=None,
        access_log=False,
        server_header=False,
        proxy_headers=settings.behind_proxy,
        timeout_keep_alive=30,
        timeout_graceful_shutdown=_GRACE,
        http=wire(settings),
    )
    server = Server(config)

    renewals: set[asyncio.Task[None]] = set()  # a task that nobody refers to may vanish

    def start_renewal() -> None:
        task = asyncio.ensure_future(renew())
        renewals.add(task)
        task.add_done_callback(renewals.discard)

    async def run() -> None:
        loop, parent = asyncio.get_running_loop(), multiprocessing.parent_process()
        loop.add_signal_handler(signal.SIGHUP, start_renewal)
        if parent:
            loop.add_reader(parent.sentinel, setattr, server, "should_exit", True)  # it died, without a word
        await server.serve(sockets=[listener])

    with asyncio.Runner(loop_factory=config.get_loop_factory()) as runner:
        runner.run(run())

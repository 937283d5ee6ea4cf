"""Supervisor: it listens, starts the HTTP processes, replaces those that die, and passes signals on to them."""

from __future__ import annotations

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
from lalakg._server.http_process import GRACE, run_process
from lalakg._server.settings import Settings
from lalakg._server.snapshots import delete_unused, make_snapshot

if TYPE_CHECKING:
    from multiprocessing.connection import Connection
    from multiprocessing.context import SpawnProcess

_UNSENT = 2**17  # bytes that the system takes of an answer before it can send them
_CHECK_INTERVAL = 0.5  # seconds between looks at whether all processes are alive
_STABLE = 10.0  # seconds after which the death of a process is not counted as one at its start
_BACKOFF = 0.5  # seconds before the first new try after a death at the start; twice as long each time
_MAX_BACKOFF = 60.0
_MAX_DEATHS = 4  # at the start, in a row, while no process serves
_log = logging.getLogger("lalakg.server")


def serve(settings: Settings, on_start: Callable[[str], None]) -> None:
    """Serve until SIGTERM or SIGINT; SIGHUP reads the data again. `on_start` gets the address.

    Raises OutputError when the address is taken, FolderError when there is no such folder, and LalakgError when the
    processes die again and again as they start.
    """
    with tempfile.TemporaryDirectory(prefix="lalakg-") as name, _listen(settings) as listener:
        folder = Path(name)
        make_snapshot(settings, folder).publish(folder)
        _Supervisor(settings, folder, listener).run(on_start)


def _listen(settings: Settings) -> socket.socket:
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


class ProcessSlot:
    """The place of one HTTP process, which is started again when it dies: at once, or with exponential back-off.

    `deaths` counts those at the start, in a row: before a process was ready, or soon after its start.
    """

    def __init__(self, start: Callable[[Connection], SpawnProcess]) -> None:
        self.start_process = start
        self.deaths = 0
        self.reason = ""
        self.next_start = 0.0
        self.process: SpawnProcess | None = None
        self._start()

    def _start(self) -> None:
        self.started = time.monotonic()
        self.reason = ""
        self.status, sender = multiprocessing.Pipe(duplex=False)
        self.process = self.start_process(sender)
        sender.close()

    def check(self) -> None:
        """See whether the process is alive; if it is not, start another one, now or later."""
        if self.process is None:
            if time.monotonic() >= self.next_start:
                self._start()
        elif self.process.is_alive():
            if time.monotonic() - self.started > _STABLE:
                self.deaths = 0
        else:
            self._bury(self.process)

    def _bury(self, process: SpawnProcess) -> None:
        self.reason = self._last_words() or f"exit status {process.exitcode}"
        self.status.close()
        self.process = None
        if time.monotonic() - self.started > _STABLE:
            self.deaths = 0
            _log.error("a process ended (%s) and is replaced", self.reason)
            self._start()
            return
        self.deaths += 1
        delay = min(_BACKOFF * 2 ** (self.deaths - 1), _MAX_BACKOFF)
        self.next_start = time.monotonic() + delay
        _log.error("a process ended as it started (%s); another one starts in %g s", self.reason, delay)

    def _last_words(self) -> str:
        """Why the process ended, where it could still say it."""
        try:
            return str(self.status.recv()) if self.status.poll() else ""
        except (EOFError, OSError):
            return ""


class _Supervisor:
    """Keeps the HTTP processes alive, and passes signals on to them."""

    def __init__(self, settings: Settings, folder: Path, listener: socket.socket) -> None:
        self.settings, self.folder, self.listener = settings, folder, listener
        self.slots: list[ProcessSlot] = []

    def run(self, on_start: Callable[[str], None]) -> None:
        signals: queue.SimpleQueue[int] = queue.SimpleQueue()
        for name in (signal.SIGTERM, signal.SIGINT, signal.SIGHUP):
            signal.signal(name, lambda number, _: signals.put(number))
        self.slots = [ProcessSlot(self._start) for _ in range(self.settings.processes)]
        host, port = self.listener.getsockname()[:2]
        on_start(f"http://{f'[{host}]' if ':' in host else host}:{port}/")
        try:
            while (number := _next(signals)) in (0, signal.SIGHUP):
                if number:
                    self._reload()
                else:
                    self._check()
        finally:
            self._stop()

    def _start(self, status: Connection) -> SpawnProcess:
        os.environ["PYTHONSAFEPATH"] = "1"  # no module is imported from the working directory, which is for data
        context = multiprocessing.get_context("spawn")
        process = context.Process(target=run_process, args=(self.settings, self.folder, self.listener, status))
        process.start()
        return process

    def _check(self) -> None:
        for slot in self.slots:
            slot.check()
        failed = [slot for slot in self.slots if slot.deaths >= _MAX_DEATHS]
        if failed and all(slot.process is None for slot in self.slots):
            raise LalakgError(
                f"no process of the server stays alive: {_MAX_DEATHS} in a row ended as they started"
                f" ({failed[-1].reason})."
            )
        delete_unused(self.folder)

    def _processes(self) -> list[SpawnProcess]:
        return [slot.process for slot in self.slots if slot.process]

    def _reload(self) -> None:
        try:
            make_snapshot(self.settings, self.folder).publish(self.folder)
        except LalakgError as error:
            _log.error("the data is not read again: %s", error)
            return
        for process in self._processes():
            if process.is_alive() and process.pid is not None:
                os.kill(process.pid, signal.SIGHUP)

    def _stop(self) -> None:
        self.listener.close()  # else who comes now would be let in by the system, and wait for nobody
        processes = self._processes()
        for process in processes:
            process.terminate()
        until = time.monotonic() + GRACE + 1
        for process in processes:
            process.join(max(0, until - time.monotonic()))
            if process.is_alive():
                process.kill()


def _next(signals: queue.SimpleQueue[int]) -> int:
    """The next signal; 0 when there was none for a while."""
    try:
        return signals.get(timeout=_CHECK_INTERVAL)
    except queue.Empty:
        return 0

"""One HTTP process: uvicorn around the application, until it is told to end or its parent has died."""

from __future__ import annotations

import asyncio
import logging
import multiprocessing
import os
import signal
import socket
import traceback
from collections.abc import Callable, Coroutine
from pathlib import Path
from typing import TYPE_CHECKING, Any

from lalakg._server.settings import Settings

if TYPE_CHECKING:
    from multiprocessing.connection import Connection

    import uvicorn

GRACE = 30  # seconds that running requests have to finish when the server stops


def run_process(settings: Settings, folder: Path, listener: socket.socket, status: Connection) -> None:
    """The life of the process. If it fails, `status` gets the reason, in one line."""
    try:
        _serve(settings, folder, listener)
    except Exception as error:
        status.send(_reason(error))


def _reason(error: Exception) -> str:
    """An exception in one line, with the file and line that raised it."""
    what = " ".join("".join(traceback.format_exception_only(error)).split())
    frames = traceback.extract_tb(error.__traceback__)
    return f"{what}; {frames[-1].filename}:{frames[-1].lineno}" if frames else what


def _serve(settings: Settings, folder: Path, listener: socket.socket) -> None:
    os.environ["PROMETHEUS_MULTIPROC_DIR"] = str(folder)  # read when the library is imported
    from lalakg._server.app import application
    from lalakg._server.state import ServerState

    logging.basicConfig(format="%(message)s", level=logging.INFO if settings.log else logging.ERROR)
    app, renew = application(ServerState(settings, folder))
    server = _server(settings, app)
    with asyncio.Runner(loop_factory=server.config.get_loop_factory()) as runner:
        runner.run(_run(server, listener, renew))


def _server(settings: Settings, app: Any) -> uvicorn.Server:
    import uvicorn

    from lalakg._server.http_protocol import GracefulServer, connection_class

    config = uvicorn.Config(
        app,
        log_config=None,
        access_log=False,
        server_header=False,
        proxy_headers=settings.behind_proxy,
        timeout_keep_alive=30,
        timeout_graceful_shutdown=GRACE,
        http=connection_class(settings),
        h11_max_incomplete_event_size=settings.max_head,
    )
    return GracefulServer(config)


async def _run(server: uvicorn.Server, listener: socket.socket, renew: Callable[[], Coroutine[Any, Any, None]]) -> None:
    renewals: set[asyncio.Task[None]] = set()  # a task that nobody refers to may vanish

    def start_renewal() -> None:
        task = asyncio.ensure_future(renew())
        renewals.add(task)
        task.add_done_callback(renewals.discard)

    loop, parent = asyncio.get_running_loop(), multiprocessing.parent_process()
    loop.add_signal_handler(signal.SIGHUP, start_renewal)
    if parent:
        loop.add_reader(parent.sentinel, setattr, server, "should_exit", True)  # it died, without a word
    await server.serve(sockets=[listener])

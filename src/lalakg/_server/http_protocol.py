"""HTTP connections with timeouts and limits (against slowloris), and a graceful shutdown, on top of uvicorn's."""

from __future__ import annotations

import asyncio
import contextlib
import socket

import uvicorn
from uvicorn.protocols.http.httptools_impl import HttpToolsProtocol

from lalakg._server.problem_details import MEDIA_TYPE, Problem
from lalakg._server.settings import Settings

_TOO_LARGE = (
    b"HTTP/1.1 431 Request Header Fields Too Large\r\n"
    b"content-type: %s\r\ncontent-length: %d\r\nconnection: close\r\n\r\n"
)
_CLOSE_DELAY = 0.5  # seconds in which a connection may still bring a request after the end was announced


class LimitedConnection(HttpToolsProtocol):
    """An HTTP connection. The head of a request must arrive within `patience` seconds, and within `max_head` bytes; of
    an answer, some part must be taken off in every `patience` seconds."""

    patience = 20.0
    max_head = 64 * 1024
    head_size = unsent = 0
    head_timer: asyncio.TimerHandle | None = None
    write_timer: asyncio.TimerHandle | None = None
    close_timer: asyncio.TimerHandle | None = None

    def connection_made(self, transport: asyncio.Transport) -> None:  # type: ignore[override]  # as uvicorn has it
        super().connection_made(transport)
        self.head_timer = self.loop.call_later(self.patience, transport.close)

    def data_received(self, data: bytes) -> None:
        self.head_size += len(data)
        if self.head_timer and self.head_size > self.max_head + len(data):
            self._refuse()
            return
        super().data_received(data)

    def on_message_begin(self) -> None:
        self.head_size = 0
        self.head_timer = self.head_timer or self.loop.call_later(self.patience, self.transport.close)
        super().on_message_begin()

    def on_headers_complete(self) -> None:
        self._head_arrived()
        super().on_headers_complete()
        if self.close_timer:
            self.close_timer.cancel()
            self.cycle.keep_alive = False

    def connection_lost(self, exc: Exception | None) -> None:
        self._head_arrived()
        for timer in (self.write_timer, self.close_timer):
            if timer:
                timer.cancel()
        super().connection_lost(exc)

    def pause_writing(self) -> None:
        super().pause_writing()
        self.unsent = self.transport.get_write_buffer_size()
        self.write_timer = self.loop.call_later(self.patience, self._check_progress)

    def resume_writing(self) -> None:
        super().resume_writing()
        if self.write_timer:
            self.write_timer.cancel()

    def shutdown(self) -> None:
        """Answer what is being asked, and what is just on its way; then close."""
        if self.cycle is None or self.cycle.response_complete:
            self.close_timer = self.loop.call_later(_CLOSE_DELAY, self.transport.close)
        else:
            super().shutdown()

    def _refuse(self) -> None:
        detail = f"The head of a request may have {self.max_head:,} bytes; what is longer goes into the body, by POST."
        body = bytes(Problem(431, detail).response().body)
        self.transport.write(_TOO_LARGE % (MEDIA_TYPE.encode(), len(body)) + body)
        self.transport.close()

    def _head_arrived(self) -> None:
        if self.head_timer:
            self.head_timer.cancel()
            self.head_timer = None

    def _check_progress(self) -> None:
        """Hang up on a client that has taken nothing off since the last look."""
        left = self.transport.get_write_buffer_size()
        if left >= self.unsent:
            self.transport.abort()
            return
        self.unsent = left
        self.write_timer = self.loop.call_later(self.patience, self._check_progress)


def connection_class(settings: Settings) -> type[LimitedConnection]:
    """The class of the connections of a server with these settings."""
    limits = {"patience": settings.patience, "max_head": settings.max_head}
    return type("LimitedConnection", (LimitedConnection,), limits)


class GracefulServer(uvicorn.Server):
    """uvicorn's server, which at its end answers those, too, whom the system has let in already."""

    async def shutdown(self, sockets: list[socket.socket] | None = None) -> None:
        """Take in who waits at the door, close it, and wait until all have gone."""
        waiting: list[socket.socket] = []
        for listener in sockets or []:
            with contextlib.suppress(OSError):  # nobody is left
                while True:
                    waiting.append(listener.accept()[0])
        for server in self.servers:
            server.close()
        for connection in waiting:
            await asyncio.get_running_loop().connect_accepted_socket(self._protocol, connection)
        await super().shutdown(sockets)

    def _protocol(self) -> asyncio.Protocol:
        return self.config.http_protocol_class(  # type: ignore[call-arg]  # as uvicorn itself calls it
            config=self.config, server_state=self.server_state, app_state=self.lifespan.state
        )

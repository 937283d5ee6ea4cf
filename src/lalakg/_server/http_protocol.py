"""HTTP on the wire: uvicorn's, which waits for nobody longer than it should, and lets go of nobody too early."""

from __future__ import annotations

import asyncio
import contextlib
import socket

import uvicorn
from uvicorn.protocols.http.httptools_impl import HttpToolsProtocol

from lalakg._server.problem import MEDIA_TYPE, Problem
from lalakg._server.settings import Settings

_TOO_LARGE = (
    b"HTTP/1.1 431 Request Header Fields Too Large\r\n"
    b"content-type: %s\r\ncontent-length: %d\r\nconnection: close\r\n\r\n"
)
_LAST_CALL = 0.5  # seconds in which a connection may still bring a request after the end was announced


class Wire(HttpToolsProtocol):
    """A connection. The head of a request must arrive within `patience` seconds, and within `head` bytes; of an answer,
    some part must be taken off in every `patience` seconds."""

    patience = 20.0
    head = 64 * 1024
    received = unsent = 0
    awaited: asyncio.TimerHandle | None = None
    stuck: asyncio.TimerHandle | None = None
    ending: asyncio.TimerHandle | None = None

    def connection_made(self, transport: asyncio.Transport) -> None:  # type: ignore[override]  # as uvicorn has it
        super().connection_made(transport)
        self.awaited = self.loop.call_later(self.patience, transport.close)

    def data_received(self, data: bytes) -> None:
        self.received += len(data)
        if self.awaited and self.received > self.head + len(data):
            self._refuse()
            return
        super().data_received(data)

    def on_message_begin(self) -> None:
        self.received = 0
        self.awaited = self.awaited or self.loop.call_later(self.patience, self.transport.close)
        super().on_message_begin()

    def on_headers_complete(self) -> None:
        self._arrived()
        super().on_headers_complete()
        if self.ending:
            self.ending.cancel()
            self.cycle.keep_alive = False

    def connection_lost(self, exc: Exception | None) -> None:
        self._arrived()
        for timer in (self.stuck, self.ending):
            if timer:
                timer.cancel()
        super().connection_lost(exc)

    def pause_writing(self) -> None:
        super().pause_writing()
        self.unsent = self.transport.get_write_buffer_size()
        self.stuck = self.loop.call_later(self.patience, self._look)

    def resume_writing(self) -> None:
        super().resume_writing()
        if self.stuck:
            self.stuck.cancel()

    def shutdown(self) -> None:
        """Answer what is being asked, and what is just on its way; then close."""
        if self.cycle is None or self.cycle.response_complete:
            self.ending = self.loop.call_later(_LAST_CALL, self.transport.close)
        else:
            super().shutdown()

    def _refuse(self) -> None:
        detail = f"The head of a request may have {self.head:,} bytes; what is longer goes into the body, by POST."
        body = bytes(Problem(431, detail).response().body)
        self.transport.write(_TOO_LARGE % (MEDIA_TYPE.encode(), len(body)) + body)
        self.transport.close()

    def _arrived(self) -> None:
        if self.awaited:
            self.awaited.cancel()
            self.awaited = None

    def _look(self) -> None:
        """Hang up on a client that has taken nothing off since the last look."""
        left = self.transport.get_write_buffer_size()
        if left >= self.unsent:
            self.transport.abort()
            return
        self.unsent = left
        self.stuck = self.loop.call_later(self.patience, self._look)


def wire(settings: Settings) -> type[Wire]:
    """The connections of a server with these settings."""
    return type("Wire", (Wire,), {"patience": settings.patience, "head": settings.head})


class Server(uvicorn.Server):
    """uvicorn's, which at its end answers those, too, whom the system has let in already."""

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

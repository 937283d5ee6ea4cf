"""HTTP connections with timeouts and limits (against slowloris), and a graceful shutdown, on top of uvicorn's."""

from __future__ import annotations

import asyncio
import contextlib
import re
import socket
from http import HTTPStatus

import h11
import uvicorn
from uvicorn.protocols.http.flow_control import CLOSE_HEADER
from uvicorn.protocols.http.h11_impl import H11Protocol

from lalakg._server.problem_details import MEDIA_TYPE, Problem
from lalakg._server.settings import Settings

_CLOSE_DELAY = 2.0  # seconds in which a connection may still bring a request after the end was announced
_UNWANTED = 2**20  # bytes of a body that are thrown away after the answer was given
_HEAD_END = re.compile(rb"\r?\n\r?\n")


class LimitedConnection(H11Protocol):
    """An HTTP connection. The head of a request must arrive within `patience` seconds, and within `max_head` bytes; of
    an answer, some part must be taken off in every `patience` seconds.

    It is h11 that reads: trailers are no headers, an upgrade that is not made changes nothing, and what is not parsed
    yet is bounded, chunk extensions and trailers too (uvicorn#2722 on httptools).
    """

    patience = 20.0
    max_head = 64 * 1024
    unsent = unwanted = 0
    head_timer: asyncio.TimerHandle | None = None
    write_timer: asyncio.TimerHandle | None = None
    close_timer: asyncio.TimerHandle | None = None

    def connection_made(self, transport: asyncio.Transport) -> None:  # type: ignore[override]  # as uvicorn has it
        super().connection_made(transport)
        self.head_timer = self.loop.call_later(self.patience, transport.close)

    def data_received(self, data: bytes) -> None:
        if self.conn.their_state is h11.IDLE:
            head = self.conn.trailing_data[0] + data[: self.max_head + 1]
            if len(head) > self.max_head and not _HEAD_END.search(head, 0, self.max_head + 4):
                self._refuse(431, f"The head of a request may have {self.max_head:,} bytes; use POST for what is long.")
                return
            self.head_timer = self.head_timer or self.loop.call_later(self.patience, self.transport.close)
        if self.cycle is not None and self.cycle.response_complete and self.conn.their_state is h11.SEND_BODY:
            self.unwanted += len(data)
            if self.unwanted > _UNWANTED:
                self.transport.abort()
                return
        super().data_received(data)

    def handle_events(self) -> None:
        super().handle_events()
        if self.conn.their_state is h11.IDLE and not self.conn.trailing_data[0].strip():
            return
        if self.conn.their_state is not h11.IDLE:
            self._head_arrived()
            if self.close_timer and self.cycle:
                self.close_timer.cancel()
                self._end_after_answer()

    def on_response_complete(self) -> None:
        super().on_response_complete()
        if self.conn.their_state is h11.SEND_BODY:  # what was sent with the request is wanted by nobody any more
            self.loop.call_later(_CLOSE_DELAY, self.transport.close)

    def send_400_response(self, msg: str) -> None:
        """Refuse what is no HTTP. A running answer goes on to its end, and is the last."""
        if self.cycle is not None and not self.cycle.response_complete:
            self._end_after_answer()
            self.flow.pause_reading()
            return
        self._refuse(400, "This is no HTTP request that can be read.")

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
            self._end_after_answer()

    def _end_after_answer(self) -> None:
        """Let the answer be the last of its connection, and say so in its head where that is not sent yet."""
        self.cycle.keep_alive = False
        if not self.cycle.response_started:
            self.cycle.scope["headers"] = [*self.cycle.scope["headers"], CLOSE_HEADER]

    def _refuse(self, status: int, detail: str) -> None:
        body = bytes(Problem(status, detail).response().body)
        head = (
            f"HTTP/1.1 {status} {HTTPStatus(status).phrase}\r\ncontent-type: {MEDIA_TYPE}\r\n"
            f"content-length: {len(body)}\r\nconnection: close\r\n\r\n"
        )
        self.transport.write(head.encode("ascii") + body)
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

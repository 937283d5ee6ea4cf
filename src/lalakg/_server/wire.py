"""HTTP on the wire: uvicorn's, which waits for a request's head no longer, and reads no more of it, than it should."""

from __future__ import annotations

import asyncio

from uvicorn.protocols.http.httptools_impl import HttpToolsProtocol

_PATIENCE = 15.0  # seconds for the head of a request to arrive
_HEAD = 64 * 1024  # bytes that it may have


class Wire(HttpToolsProtocol):
    """A connection."""

    awaited: asyncio.TimerHandle | None = None
    received = 0

    def connection_made(self, transport: asyncio.Transport) -> None:  # type: ignore[override]  # as uvicorn has it
        super().connection_made(transport)
        self.awaited = self.loop.call_later(_PATIENCE, transport.close)

    def data_received(self, data: bytes) -> None:
        self.received += len(data)
        if self.awaited and self.received > _HEAD + len(data):
            self.transport.close()
            return
        super().data_received(data)

    def on_message_begin(self) -> None:
        self.received = 0
        self.awaited = self.awaited or self.loop.call_later(_PATIENCE, self.transport.close)
        super().on_message_begin()

    def on_headers_complete(self) -> None:
        self._arrived()
        super().on_headers_complete()

    def connection_lost(self, exc: Exception | None) -> None:
        self._arrived()
        super().connection_lost(exc)

    def _arrived(self) -> None:
        if self.awaited:
            self.awaited.cancel()
            self.awaited = None

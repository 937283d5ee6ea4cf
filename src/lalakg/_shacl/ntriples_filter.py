"""Filter for the bulk loading of N-Triples: plain lines go to the store's own parser, doubtful ones are set aside.

A line is doubtful, and needs a Python object, when it has a literal that the store may rewrite, or a blank node, which
must keep one label in all its lines. Lines are found by searching bytes, without parsing.
"""

from __future__ import annotations

import io
import re
from collections.abc import Iterator
from typing import IO

from lalakg._rdf.terms import XSD

_MARKERS = (b"^^", b"@", b"_")  # without any of these, a line has neither; what is rare is found fastest
_XSD = re.escape(XSD.encode())
_SAFE = re.compile(
    rb"(?:\^\^<(?:" + _XSD + rb"(?:string|anyURI|hexBinary)|(?!" + _XSD + rb")[^<>\\\s]++)>|@[a-z]+(?:-[a-z0-9]+)*)"
    rb" ?\.\r?\n|_(?!:)"
)
_INTEGER = re.compile(rb'"(?:0|-?[1-9][0-9]{0,17})"\^\^<' + _XSD + rb"integer> ?\.\r?\n")
_CHUNK = 1 << 20


class NTriplesFilter(io.RawIOBase):
    """A readable file without the doubtful lines, which are written to `aside`.

    Empty lines stand for them, so that errors have the right line numbers.
    """

    def __init__(self, source: IO[bytes], aside: IO[bytes]) -> None:
        self.source, self.aside = source, aside
        self._ready = memoryview(b"")

    def readable(self) -> bool:
        """Always."""
        return True

    def readinto(self, buffer: memoryview) -> int:  # type: ignore[override]  # the caller's is a memoryview
        """Read the next bytes of the filtered file."""
        if not self._ready:
            chunk = self.source.read(_CHUNK) + self.source.readline()
            self._ready = memoryview(self._filtered(chunk))
        size = min(len(buffer), len(self._ready))
        buffer[:size], self._ready = self._ready[:size], self._ready[size:]
        return size

    def _filtered(self, chunk: bytes) -> bytes:
        pieces, last = [], 0
        for start, end in sorted({_line(chunk, at) for mark in _MARKERS for at in _doubtful(chunk, mark)}):
            self.aside.write(chunk[start:end] + b"\n")
            pieces.append(chunk[last:start])
            last = end
        return b"".join([*pieces, chunk[last:]]) if pieces else chunk


def _doubtful(chunk: bytes, mark: bytes) -> Iterator[int]:
    """Where a mark stands that is not known to be harmless."""
    at = chunk.find(mark)
    while at >= 0:
        if not _SAFE.match(chunk, at) and not (mark == b"^^" and _is_plain_integer(chunk, at)):
            yield at
        at = chunk.find(mark, at + 1)


def _is_plain_integer(chunk: bytes, at: int) -> bool:
    """Whether the ^^ there belongs to an integer as every store writes it."""
    return bool(_INTEGER.match(chunk, max(chunk.rfind(b'"', 0, max(at - 1, 0)), 0)))


def _line(chunk: bytes, at: int) -> tuple[int, int]:
    end = chunk.find(b"\n", at)
    return chunk.rfind(b"\n", 0, at) + 1, end if end >= 0 else len(chunk)

"""Compressed files: read as what they hold, up to a bound on what they may expand to."""

from __future__ import annotations

import gzip
import io
import zlib
from pathlib import Path
from typing import BinaryIO, Final, cast

from lalakg._errors import FolderError
from lalakg._rdf.input_formats import is_packed

__all__ = ["first_bytes", "is_packed", "open_bytes"]

MOST: Final = 16 << 30  # bytes that one archive may expand to


def open_bytes(path: Path) -> BinaryIO:
    """A file's bytes, expanded where it is compressed. Raises OSError."""
    if not is_packed(path):
        return path.open("rb")
    return cast(BinaryIO, io.BufferedReader(_Bounded(path), 1 << 18))


def first_bytes(path: Path, number: int) -> bytes:
    """The first bytes of a file, expanded where it is compressed. Raises OSError."""
    with open_bytes(path) as file:
        return file.read(number)


class _Bounded(io.RawIOBase):
    """An archive of gzip that expands to no more than MOST bytes."""

    def __init__(self, path: Path) -> None:
        self.path, self.file, self.total = path, gzip.open(path, "rb"), 0  # noqa: SIM115 - closed with this

    def readable(self) -> bool:
        return True

    def readinto(self, buffer: bytearray | memoryview) -> int:  # type: ignore[override]
        try:
            data = self.file.read(len(buffer))
        except (EOFError, zlib.error) as error:
            raise OSError(0, f"a broken archive: {error}") from None
        self.total += len(data)
        if self.total > MOST:
            raise FolderError(f"{self.path}: expands to more than {MOST >> 30} GiB; it is not read.")
        buffer[: len(data)] = data
        return len(data)

    def close(self) -> None:
        self.file.close()
        super().close()

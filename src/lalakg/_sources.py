"""What is to be loaded: triples in memory, or files of any size, read anew each time that they are wanted."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from itertools import islice, pairwise
from pathlib import Path
from typing import BinaryIO, Final, TypeAlias

import pyoxigraph as ox

from lalakg import _turtle
from lalakg._errors import FolderError

Statement: TypeAlias = ox.Triple | ox.Quad
Told: TypeAlias = Callable[[int], None]
Stream: TypeAlias = Callable[[Told], Iterator[Statement]]
"""Gives statements, and tells how much of the source they were."""

_BLOCK: Final = 1 << 20
_DIVIDED: Final = 10_000_000  # bytes from which a file is read by several at once


@dataclass(frozen=True)
class Source:
    """Statements: `size` is theirs, in `words`; the `streams` together give all, and may be read side by side."""

    size: int
    words: str
    streams: tuple[Stream, ...]

    def __iter__(self) -> Iterator[Statement]:
        for stream in self.streams:
            yield from stream(_nobody)

    def exceeds(self, limit: int) -> bool:
        """Whether there are more statements than that."""
        return next(islice(self, limit, None), None) is not None


def of_triples(triples: list[ox.Triple]) -> Source:
    """Triples that are held in memory."""

    def stream(told: Told) -> Iterator[Statement]:
        for triple in triples:
            told(1)
            yield triple

    return Source(len(triples), f"{len(triples):,} triples", (stream,))


def of_files(paths: Iterable[Path], streams: int) -> Source:
    """Files in any form of RDF; large N-Triples are read by so many at once. Raises FolderError."""
    stretches = [_stretches(path, streams) for path in paths]
    size = sum(part.end - part.start for parts in stretches for part in parts)
    shares = [[parts[n] for parts in stretches if n < len(parts)] for n in range(streams)]
    read = tuple(_reading(share) for share in shares if share)
    return Source(size, f"{size / 1e6:,.1f} MB of files", read or (_reading([]),))


@dataclass(frozen=True)
class _Stretch:
    """A part of a file, in bytes."""

    path: Path
    start: int
    end: int

    def statements(self, told: Told) -> Iterator[Statement]:
        form = _turtle.form(self.path)
        base = self.path.absolute().as_uri()
        try:
            with self.path.open("rb") as file:
                file.seek(self.start)
                reader = _Reader(file, self.end, told)
                found = ox.parse(reader, format=form, base_iri=base, rename_blank_nodes=True)  # type: ignore[arg-type]  # it only reads
                yield from (quad.triple for quad in found) if form.supports_datasets else found
        except (SyntaxError, OSError):
            for _ in _turtle.stream(self.path):  # which says where
                pass
            raise


class _Reader:
    """A file up to some byte, as a parser reads it."""

    def __init__(self, file: BinaryIO, end: int, told: Told) -> None:
        self.file, self.left, self.told = file, end - file.tell(), told

    def read(self, size: int = -1) -> bytes:
        data = self.file.read(min(size, self.left) if size >= 0 else self.left)
        self.left -= len(data)
        self.told(len(data))
        return data


def _reading(stretches: list[_Stretch]) -> Stream:
    return lambda told: (statement for stretch in stretches for statement in stretch.statements(told))


def _stretches(path: Path, number: int) -> list[_Stretch]:
    """A file in parts that can be read on their own: N-Triples between lines, unless blank nodes tie them together."""
    try:
        with path.open("rb") as file:
            size = file.seek(0, 2)
            is_large = number > 1 and size > _DIVIDED and _turtle.form(path) == ox.RdfFormat.N_TRIPLES
            cuts = _cuts(file, size, number) if is_large and not _has_blanks(file) else []
    except OSError as error:
        raise FolderError(f"{path} cannot be read: {error.strerror}.") from None
    return [_Stretch(path, start, end) for start, end in pairwise([0, *cuts, size])]


def _has_blanks(file: BinaryIO) -> bool:
    """Whether something looks like a blank node."""
    file.seek(0)
    return any(b"_:" in block + file.readline() for block in iter(lambda: file.read(_BLOCK), b""))


def _cuts(file: BinaryIO, size: int, number: int) -> list[int]:
    cuts = []
    for part in range(1, number):
        file.seek(size * part // number)
        file.readline()
        cuts.append(file.tell())
    return cuts


def _nobody(_: int) -> None:
    """Listens to no progress."""

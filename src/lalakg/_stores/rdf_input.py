"""What is to be loaded: triples in memory, or files of any size, read anew each time that they are wanted."""

from __future__ import annotations

import contextlib
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from itertools import islice, pairwise
from pathlib import Path
from typing import Any, BinaryIO, Final, Protocol, TypeAlias

import pyoxigraph as ox

from lalakg._errors import FolderError
from lalakg._rdf import parser
from lalakg._rdf.packed import is_packed
from lalakg._stores.fingerprint import Fingerprint

Statement: TypeAlias = ox.Triple | ox.Quad
Told: TypeAlias = Callable[[int], None]

_BLOCK: Final = 1 << 18  # bytes
_LINES: Final = 1_000  # that are as many bytes, more or less
_DIVIDED: Final = 10_000_000  # bytes from which a file is read by several at once


class Share(Protocol):
    """A part of a source that can be read on its own. Told how much has been read."""

    def statements(self, told: Told) -> Iterator[Statement]:
        """Its statements, one by one."""
        ...

    def blocks(self, told: Told, sent: Fingerprint) -> Iterator[bytes]:
        """Its statements as lines of N-Triples, counted by the fingerprint before they are given."""
        ...


@dataclass(frozen=True)
class Source:
    """Statements: `size` is theirs, in `words`; the `shares` together have all, and may be read side by side."""

    size: int
    words: str
    shares: tuple[Share, ...]

    def __iter__(self) -> Iterator[Statement]:
        return self.statements(_nobody)

    def statements(self, told: Told) -> Iterator[Statement]:
        """All statements, one by one."""
        for share in self.shares:
            yield from share.statements(told)

    def exceeds(self, limit: int) -> bool:
        """Whether there are more statements than that."""
        return next(islice(self, limit, None), None) is not None


def of_triples(triples: list[ox.Triple]) -> Source:
    """Triples that are held in memory."""
    return Source(len(triples), f"{len(triples):,} triples", (_Held(triples),))


def of_files(paths: Iterable[Path], shares: int) -> Source:
    """Files in any form of RDF; large N-Triples are read by so many at once. Raises FolderError."""
    stretches = [_stretches(path, shares) for path in paths]
    size = sum(part.end - part.start for parts in stretches for part in parts)
    dealt = [[parts[n] for parts in stretches if n < len(parts)] for n in range(shares)]
    return Source(size, f"{size / 1e6:,.1f} MB of files", tuple(_Read(share) for share in dealt if share))


def lines(statements: Iterator[Statement], number: int) -> bytes:
    """The next statements, as N-Triples; nothing at the end."""
    some: Any = islice(statements, number)  # triples or quads; the stub wants them apart
    return ox.serialize(some, format=ox.RdfFormat.N_TRIPLES) or b""


def _counted(statements: Iterator[Statement], sent: Fingerprint) -> Iterator[bytes]:
    while block := lines(statements, _LINES):
        sent.add(block)
        yield block


@dataclass(frozen=True)
class _Held:
    """Triples in memory, as a share."""

    triples: list[ox.Triple]

    def statements(self, told: Told) -> Iterator[Statement]:
        for triple in self.triples:
            told(1)
            yield triple

    def blocks(self, told: Told, sent: Fingerprint) -> Iterator[bytes]:
        return _counted(self.statements(told), sent)


@dataclass(frozen=True)
class _Stretch:
    """A part of a file, in bytes; `is_plain`, if it is N-Triples without blank nodes, which bind lines together."""

    path: Path
    start: int
    end: int
    is_plain: bool

    def statements(self, told: Told) -> Iterator[Statement]:
        form = parser.format_of(self.path)
        base = parser.file_base(self.path)
        if is_packed(self.path) or not isinstance(form, ox.RdfFormat):
            yield from (quad.triple for quad in parser.stream(self.path))
            told(self.end)
            return
        with self._opened(told) as reader:
            found = ox.parse(reader, format=form, base_iri=base, rename_blank_nodes=True)  # type: ignore[arg-type]  # it only reads
            yield from (quad.triple for quad in found) if form.supports_datasets else found

    def blocks(self, told: Told, sent: Fingerprint) -> Iterator[bytes]:
        if self.is_plain:
            return self._plain_blocks(told, sent)
        return _counted(self.statements(told), sent)

    def _plain_blocks(self, told: Told, sent: Fingerprint) -> Iterator[bytes]:
        """The lines as they stand, for they need not be parsed where they are written in the usual form."""
        with self._opened(told) as reader:
            while block := reader.read(_BLOCK) + reader.readline():
                if sent.add_plain(block):
                    yield block
                else:
                    yield from _counted(ox.parse(block, format=ox.RdfFormat.N_TRIPLES), sent)

    @contextlib.contextmanager
    def _opened(self, told: Told) -> Iterator[_Reader]:
        try:
            with self.path.open("rb") as file:
                file.seek(self.start)
                yield _Reader(file, self.end, told)
        except (SyntaxError, OSError):
            for _ in parser.stream(self.path):  # which says where
                pass
            raise


@dataclass(frozen=True)
class _Read:
    """Parts of files, as a share."""

    stretches: list[_Stretch]

    def statements(self, told: Told) -> Iterator[Statement]:
        return (statement for stretch in self.stretches for statement in stretch.statements(told))

    def blocks(self, told: Told, sent: Fingerprint) -> Iterator[bytes]:
        return (block for stretch in self.stretches for block in stretch.blocks(told, sent))


class _Reader:
    """A file up to some byte, as a parser reads it."""

    def __init__(self, file: BinaryIO, end: int, told: Told) -> None:
        self.file, self.left, self.told = file, end - file.tell(), told

    def read(self, size: int = -1) -> bytes:
        return self._told(self.file.read(min(size, self.left) if size >= 0 else self.left))

    def readline(self) -> bytes:
        return self._told(self.file.readline(self.left))

    def _told(self, data: bytes) -> bytes:
        self.left -= len(data)
        self.told(len(data))
        return data


def _stretches(path: Path, number: int) -> list[_Stretch]:
    """A file in parts that can be read on their own; between lines, where blank nodes do not bind them together."""
    try:
        with path.open("rb") as file:
            size = file.seek(0, 2)
            is_large = size > _DIVIDED and parser.format_of(path) == ox.RdfFormat.N_TRIPLES
            is_plain = is_large and not _has_blanks(file)
            cuts = _cuts(file, size, number) if is_plain else []
    except OSError as error:
        raise FolderError(f"{path} cannot be read: {error.strerror}.") from None
    return [_Stretch(path, start, end, is_plain) for start, end in pairwise([0, *cuts, size])]


def _has_blanks(file: BinaryIO) -> bool:
    """Whether something looks like a blank node."""
    file.seek(0)
    last = b""
    while block := file.read(_BLOCK):
        if b"_:" in block or last + block[:1] == b"_:":
            return True
        last = block[-1:]
    return False


def _cuts(file: BinaryIO, size: int, number: int) -> list[int]:
    cuts = []
    for part in range(1, number):
        file.seek(size * part // number)
        file.readline()
        cuts.append(file.tell())
    return cuts


def _nobody(_: int) -> None:
    """Listens to no progress."""

"""The data graph: a store of the statements under validation, with the literals that the store rewrites."""

from __future__ import annotations

import io
from collections import deque
from collections.abc import Iterable, Iterator
from contextlib import ExitStack, contextmanager
from itertools import chain
from pathlib import Path
from tempfile import SpooledTemporaryFile
from typing import IO

import pyoxigraph as ox

from lalakg._rdf import parser
from lalakg._shacl.lexical_forms import LexicalForms
from lalakg._shacl.ntriples_filter import NTriplesFilter

_IN_MEMORY = 1 << 24  # bytes of lines set aside; more go to the disk
_BUFFER = 1 << 20


class Data:
    """A data graph: `store`, and `lexical`, the lexical forms that the store rewrote.

    `lines` are N-Triples files, which the store parses itself, in bulk.
    """

    def __init__(self, triples: Iterable[ox.Triple | ox.Quad] = (), lines: Iterable[Path] = ()) -> None:
        self.store, self.lexical = ox.Store(), LexicalForms()
        with ExitStack() as open_files:
            asides = [(path, open_files.enter_context(SpooledTemporaryFile(_IN_MEMORY))) for path in lines]
            for path, aside in asides:
                self._load_lines(path, aside)
            doubtful = (statement for path, aside in asides for statement in _doubtful(path, aside))
            self.lexical.load(chain(triples, doubtful), self.store)

    def _load_lines(self, path: Path, aside: IO[bytes]) -> None:
        with (
            _located(path),
            path.open("rb") as source,
            io.BufferedReader(NTriplesFilter(source, aside), _BUFFER) as sieve,
        ):
            self.store.load(sieve, format=ox.RdfFormat.N_TRIPLES)


def _doubtful(path: Path, aside: IO[bytes]) -> Iterator[ox.Quad]:
    """The statements that were set aside."""
    aside.seek(0)
    with _located(path):
        yield from ox.parse(aside, format=ox.RdfFormat.N_TRIPLES, rename_blank_nodes=True)


@contextmanager
def _located(path: Path) -> Iterator[None]:
    """Errors as those of reading the file statement by statement, with their places."""
    try:
        yield
    except (SyntaxError, OSError):
        deque(parser.stream(path), maxlen=0)
        raise

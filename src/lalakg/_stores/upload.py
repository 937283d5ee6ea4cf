"""Sending a source into a graph of a store, in requests as large as it takes, with a fingerprint of what was sent."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from concurrent.futures import ThreadPoolExecutor
from itertools import chain
from typing import Final

from lalakg._errors import EndpointError
from lalakg._sparql.http import RefusedError
from lalakg._stores.fingerprint import Fingerprint
from lalakg._stores.rdf_input import Share, Source, Told, lines
from lalakg._stores.store import Store

_SMALLEST: Final = 200  # triples that a store must take in one request
_CHUNK: Final = 20_000  # triples a request, where one request of any size is refused
_BLANK: Final = re.compile(rb"^(?:_:|<[^>]*> <[^>]*> _:)", re.MULTILINE)


def send(store: Store, graph: str | None, source: Source, how: str, told: Told) -> Fingerprint:
    """Send a source by POST, PUT or `bulk`: as one stream, in bulk as several, or in chunks where the store says so."""
    size = store.kind.chunk
    if size is None:
        try:
            return _in_streams(store, graph, source, how, told)
        except RefusedError as error:
            if error.status != 413 or how == "PUT":
                raise
            store.clear(graph)  # of one stream it may have taken all, before it refused another
            size = _CHUNK
    return _in_chunks(store, graph, source, size, told)


def _in_streams(store: Store, graph: str | None, source: Source, how: str, told: Told) -> Fingerprint:
    shares = [[share] for share in source.shares] if how == "bulk" else []
    shares = shares or [[*source.shares]]
    sent = [Fingerprint(twice=store.kind.twice) for _ in shares]
    failures: list[BaseException] = []

    def write(share: Iterable[Share], counted: Fingerprint) -> None:
        try:
            store.write(graph, lambda: _blocks(share, counted, told, failures), how=how)
        except BaseException as error:
            failures.append(error)

    with ThreadPoolExecutor(len(shares)) as pool:
        for share, counted in list(zip(shares, sent, strict=True))[1:]:
            pool.submit(write, share, counted)
        write(shares[0], sent[0])
    if failures:
        raise failures[0]
    for other in sent[1:]:
        sent[0].merge(other)
    return sent[0]


def _blocks(share: Iterable[Share], sent: Fingerprint, told: Told, failures: list[BaseException]) -> Iterator[bytes]:
    """The lines of some shares, counted; none any more when another request has failed."""
    sent.clear()
    for block in chain.from_iterable(part.blocks(told, sent) for part in share):
        if failures:
            raise failures[0]
        yield block


def _in_chunks(store: Store, graph: str | None, source: Source, size: int, told: Told) -> Fingerprint:
    sent = Fingerprint(twice=store.kind.twice)
    statements = source.statements(told)
    is_first = True
    while chunk := lines(statements, size):
        sent.add(chunk)
        _send_chunk(store, graph, chunk, is_whole=is_first and chunk.count(b"\n") < size)
        is_first = False
    return sent


def _send_chunk(store: Store, graph: str | None, chunk: bytes, *, is_whole: bool) -> None:
    has_blank = _BLANK.search(chunk) is not None
    if has_blank and not is_whole:
        raise EndpointError(
            "takes not all in one request, and several would tear blank nodes apart; give them names.",
            store.base,
        )
    try:
        store.write(graph, lambda: chunk, again=not has_blank)
    except RefusedError as error:
        half = chunk.find(b"\n", len(chunk) // 2) + 1
        if error.status != 413 or chunk.count(b"\n") < _SMALLEST or half == len(chunk):
            raise
        _send_chunk(store, graph, chunk[:half], is_whole=False)
        _send_chunk(store, graph, chunk[half:], is_whole=False)

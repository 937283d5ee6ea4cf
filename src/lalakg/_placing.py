"""Putting graphs into a store, all or nothing: beside what is there, verified, then in its place."""

from __future__ import annotations

import contextlib
from collections import Counter
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from itertools import islice
from typing import Final

from lalakg._errors import EndpointError
from lalakg._http import RefusedError
from lalakg._marks import clear, fill, filled, is_contested
from lalakg._stores import Store
from lalakg._verification import Fingerprint, Statements, held, verify

Count = Callable[[int], None]

_SMALLEST: Final = 200  # triples that a store must take in one request
_CHUNK: Final = 20_000  # triples a request, where one request of any size is refused
_BLOCK: Final = 5_000


@dataclass(frozen=True)
class Part:
    """Triples for one graph: `triples` gives them anew each time, so that they need not all be held."""

    target: str | None
    triples: Statements
    count: int


def place(store: Store, mark: str, parts: list[Part], count: Count) -> list[str]:
    """Put each part in the place of what its graph holds, all at once; what the store altered, in words.

    Raises EndpointError; then all graphs hold what they held.
    """
    if store.kind.transactions:
        return _in_a_transaction(store, parts, count)
    if store.union and store.kind.puts:
        return [words for part in parts for words in _put(store, part, count)]
    limit = store.kind.moves
    large = [part for part in parts if limit is not None and part.count > limit]
    altered = [words for part in large for words in _in_place(store, part, mark, count)]
    return altered + _beside(store, [part for part in parts if part not in large], mark, count)


def _in_a_transaction(store: Store, parts: list[Part], count: Count) -> list[str]:
    inside = store.begin()
    try:
        altered: list[str] = []
        for part in parts:
            inside.update(clear(part.target))
            altered += verify(inside, part.target, _send(inside, part.target, part, "POST", count), part.triples)[0]
        inside.commit()
    except BaseException:
        with contextlib.suppress(EndpointError):
            inside.roll_back()
        raise
    return altered


def _beside(store: Store, parts: list[Part], mark: str, count: Count) -> list[str]:
    """Load each part into a graph beside, verify it there, and move all into place by one update."""
    staging = [f"{mark}:{number}" for number in range(len(parts))]
    altered: list[str] = []
    staged: list[Counter[str]] = []
    for graph, part in zip(staging, parts, strict=True):
        fill(store, mark, graph)
        sent = _send(store, graph, part, "bulk" if store.kind.bulk else "POST", count)
        words, found = verify(store, graph, sent, part.triples)
        altered += words
        staged.append(found)
    pairs = [(graph, part) for graph, part in zip(staging, parts, strict=True) if part.count]
    moves = [_move(store, graph, part.target) for graph, part in pairs]
    moves += [clear(part.target) for part in parts if not part.count]
    if moves:
        _swap(store, " ;\n".join(moves), pairs, [found for found in staged if found])
    return altered


def _swap(store: Store, update: str, pairs: list[tuple[str, Part]], staged: list[Counter[str]]) -> None:
    """Move all into place; where the answer is lost, look whether it was done."""
    try:
        store.update(update)
    except EndpointError:
        if [held(store, part.target) for _, part in pairs] != staged:
            raise
    for (_, part), expected in zip(pairs, staged, strict=True):
        there = held(store, part.target, expected)
        if there != expected and there <= expected:  # more, or others, are from a load that came after
            words = f"kept {there.total():,} of the {expected.total():,} triples that it moved into its place"
            raise EndpointError(f"{words}; run it again.", store.base)


def _move(store: Store, graph: str, target: str | None) -> str:
    to = f"GRAPH <{target}>" if target else "DEFAULT"
    if not store.kind.inserts:
        return f"MOVE GRAPH <{graph}> TO {to}"
    into = f"GRAPH <{target}> {{ ?s ?p ?o }}" if target else "?s ?p ?o"
    return f"{clear(target)} ; INSERT {{ {into} }} WHERE {{ GRAPH <{graph}> {{ ?s ?p ?o }} }} ; DROP GRAPH <{graph}>"


def _put(store: Store, part: Part, count: Count) -> list[str]:
    """Replace a graph by one request, which is one transaction."""
    return verify(store, part.target, _send(store, part.target, part, "PUT", count), part.triples)[0]


def _in_place(store: Store, part: Part, mark: str, count: Count) -> list[str]:
    """Load a part straight into its graph: in bulk where that is empty and nobody else writes there, else by a PUT."""
    is_full = store.ask(f"ASK {{ {store.pattern(part.target, '?s ?p ?o')} }}")
    if is_full or is_contested(store, mark, part.target):
        return _put(store, part, count)
    fill(store, mark, part.target)
    try:
        altered = verify(store, part.target, _send(store, part.target, part, "bulk", count), part.triples)[0]
    except BaseException:
        with contextlib.suppress(EndpointError):
            store.update(clear(part.target))
            filled(store, mark, part.target)
        raise
    filled(store, mark, part.target)
    return altered


# ── sending ──────────────────────────────────────────────────────────────────────────────────────


def _send(store: Store, graph: str | None, part: Part, how: str, count: Count) -> Fingerprint:
    """Send a part in requests as large as the store takes; what was sent is counted."""
    sent = Fingerprint(twice=store.kind.twice)
    size = store.kind.chunk
    if size is None:
        try:
            _stream(store, graph, part, how, sent, count)
        except RefusedError as error:
            if error.status != 413 or how == "PUT":
                raise
            size = _CHUNK
        else:
            return sent
    sent.counts.clear()
    lines, first = sent.counting(part.triples()), True
    while chunk := list(islice(lines, size)):
        _send_chunk(store, graph, chunk, count, whole=first and len(chunk) < size)
        first = False
    return sent


def _stream(store: Store, graph: str | None, part: Part, how: str, sent: Fingerprint, count: Count) -> None:
    def blocks() -> Iterator[bytes]:
        sent.counts.clear()
        lines = sent.counting(part.triples())
        while block := list(islice(lines, _BLOCK)):
            yield b"".join(block)
            count(len(block))

    store.write(graph, blocks, how=how)


def _send_chunk(store: Store, graph: str | None, chunk: list[bytes], count: Count, *, whole: bool) -> None:
    body = b"".join(chunk)
    has_blank = b"_:" in body and any(b"_:" in line.split(b'"')[0] for line in chunk)
    if has_blank and not whole:
        raise EndpointError(
            "takes not all in one request, and several would tear blank nodes apart; give them names.",
            store.base,
        )
    try:
        store.write(graph, lambda: body, again=not has_blank)
        count(len(chunk))
    except RefusedError as error:
        if error.status != 413 or len(chunk) < _SMALLEST:
            raise
        half = len(chunk) // 2
        _send_chunk(store, graph, chunk[:half], count, whole=False)
        _send_chunk(store, graph, chunk[half:], count, whole=False)

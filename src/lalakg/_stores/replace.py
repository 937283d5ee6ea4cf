"""Putting sources into graphs of a store, all or nothing: beside what is there, verified, then in its place."""

from __future__ import annotations

import contextlib
from dataclasses import dataclass, field
from typing import Final

from lalakg._errors import EndpointError
from lalakg._stores.fingerprint import Fingerprint
from lalakg._stores.lease import fill, filled, is_contested
from lalakg._stores.rdf_input import Source, Told
from lalakg._stores.store import Store, clearing
from lalakg._stores.store_fingerprint import held
from lalakg._stores.tally import Tally
from lalakg._stores.upload import send
from lalakg._stores.verify import verify

_SAMPLE: Final = 200  # triples


@dataclass(frozen=True)
class Part:
    """A source, and the graph that it is for; None for the default graph."""

    target: str | None
    source: Source


@dataclass
class Placed:
    """What came of it: the triples that the store holds of each part, and what the store altered, in words."""

    held: list[int] = field(default_factory=list)
    altered: list[str] = field(default_factory=list)


def place(store: Store, mark: str, parts: list[Part], told: Told) -> Placed:
    """Put each part in the place of what its graph holds, all at once.

    Raises EndpointError; then all graphs hold what they held.
    """
    placing = _Placing(store, mark, told)
    if store.kind.transactions:
        placing.in_a_transaction(parts)
    elif (store.union and store.kind.puts) or not store.kind.updates:
        placing.by_puts(parts)
    elif store.kind.moves is None or not any(part.source.exceeds(store.kind.moves) for part in parts):
        placing.beside(parts)
    elif not any(_is_taken(store, mark, part.target) for part in parts):
        placing.in_place(parts)
    elif len(parts) == 1:
        placing.by_puts(parts)
    else:
        placing.beside(parts)
    return placing.placed


def _is_taken(store: Store, mark: str, target: str | None) -> bool:
    """Whether a graph holds something, or another load writes into it."""
    return store.ask(f"ASK {{ {store.pattern(target, '?s ?p ?o')} }}") or is_contested(store, mark, target)


class _Placing:
    """The ways to place parts in a store; `placed` tells what came of it."""

    def __init__(self, store: Store, mark: str, told: Told) -> None:
        self.store, self.mark, self.told = store, mark, told
        self.placed = Placed()

    def _sent(self, store: Store, graph: str | None, part: Part, how: str) -> tuple[Fingerprint, Tally]:
        """Send a part into a graph, and verify that it is there."""
        sent = send(store, graph, part.source, how, self.told)
        altered, found = verify(store, graph, sent, part.source)
        self.placed.held.append(sum(number for number, _ in found.values()))
        self.placed.altered += altered
        return sent, found

    def in_a_transaction(self, parts: list[Part]) -> None:
        inside = self.store.begin()
        try:
            for part in parts:
                inside.clear(part.target)
                self._sent(inside, part.target, part, "POST")
            inside.commit()
        except BaseException:
            with contextlib.suppress(EndpointError):
                inside.roll_back()
            raise

    def by_puts(self, parts: list[Part]) -> None:
        """Replace each graph by one request, which is one transaction."""
        for part in parts:
            self._sent(self.store, part.target, part, "PUT")

    def in_place(self, parts: list[Part]) -> None:
        """Load straight into empty graphs, which are emptied again when something fails."""
        store, mark = self.store, self.mark
        for part in parts:
            fill(store, mark, part.target)
        try:
            for part in parts:
                self._sent(store, part.target, part, "bulk")
        except BaseException:
            with contextlib.suppress(EndpointError):
                for part in parts:
                    store.clear(part.target)
                    filled(store, mark, part.target)
            raise
        for part in parts:
            filled(store, mark, part.target)

    def beside(self, parts: list[Part]) -> None:
        """Load each part into a graph beside, verify it there, and move all into place by one update."""
        store = self.store
        staged = []
        for number, part in enumerate(parts):
            graph = f"{self.mark}:{number}"
            fill(store, self.mark, graph)
            sent, found = self._sent(store, graph, part, "bulk" if store.kind.bulk else "POST")
            staged.append(_Staged(graph, part, sent, found))
        moves = [_move(store, s.graph, s.part.target) if s.sent.total() else clearing(s.part.target) for s in staged]
        _swap(store, " ;\n".join(moves), staged)


@dataclass(frozen=True)
class _Staged:
    """A part that is in a graph beside: what was sent, and what is held there."""

    graph: str
    part: Part
    sent: Fingerprint
    found: Tally


def _swap(store: Store, update: str, staged: list[_Staged]) -> None:
    """Move all into place; where the answer is lost, look whether it was done."""
    try:
        store.update(update)
    except EndpointError:
        if any(held(store, s.part.target, s.sent) != s.found for s in staged):
            raise
    for s in staged:
        there = held(store, s.part.target, s.sent)
        kept, moved = (sum(number for number, _ in tally.values()) for tally in (there, s.found))
        if there != s.found and kept <= moved and _is_ours(store, s.part):
            words = f"kept {kept:,} of the {moved:,} triples that it moved into its place"
            raise EndpointError(f"{words}; run it again.", store.base)


def _is_ours(store: Store, part: Part) -> bool:
    """Whether what a graph holds is from this source, as some of it shows, and not from a load that came after."""
    rows = store.select(f"SELECT ?s ?p WHERE {{ {store.pattern(part.target, '?s ?p ?o')} }} LIMIT {_SAMPLE}")
    left = {(row["s"]["value"], row["p"]["value"]) for row in rows if row["s"]["type"] == "uri"}
    for triple in part.source if left else ():
        left.discard((str(triple.subject)[1:-1], triple.predicate.value))
    return not left


def _move(store: Store, graph: str, target: str | None) -> str:
    to = f"GRAPH <{target}>" if target else "DEFAULT"
    if not store.kind.inserts:
        return f"MOVE GRAPH <{graph}> TO {to}"
    into = f"GRAPH <{target}> {{ ?s ?p ?o }}" if target else "?s ?p ?o"
    return f"{clearing(target)} ; INSERT {{ {into} }} WHERE {{ GRAPH <{graph}> {{ ?s ?p ?o }} }} ; DROP GRAPH <{graph}>"

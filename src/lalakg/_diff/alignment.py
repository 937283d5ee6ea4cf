"""Blank nodes: the same names for the same nodes of two graphs.

Structures that are the same on both sides are found by their canonical form. In those that differ a blank node is
known by its place, the subject and property that lead to it, and among several in one place by what is said of it.
Any pairing gives a true difference; a better one gives a shorter difference.
"""

from __future__ import annotations

from collections import Counter, defaultdict, deque
from collections.abc import Collection, Iterable, Iterator
from dataclasses import dataclass, field
from typing import Any, NamedTuple, TypeAlias

import pyoxigraph as ox

from lalakg._rdf.canonicalisation import (
    Component,
    Triples,
    blank_nodes,
    components,
    disjoint_union,
    relabelled,
    with_blank_nodes,
)
from lalakg._rdf.terms import natural

_Fact: TypeAlias = tuple[Any, ...]

_COMMON = 1000  # a fact that this many pairs share tells nothing
_DEPTH = 2


def align(a: Triples, b: Triples) -> tuple[Triples, Triples]:
    """Both graphs with other labels on their blank nodes, the same for nodes that correspond.

    The labels depend on the two graphs only: not on the labels that they had, and not on which of them comes first.
    """
    blank_a, blank_b = with_blank_nodes(a), with_blank_nodes(b)
    if not blank_a and not blank_b:
        return a, b
    parts_a, parts_b = Counter(components(blank_a)), Counter(components(blank_b))
    shared, (left, right) = parts_a & parts_b, (parts_a - parts_b, parts_b - parts_a)
    swapped = _text(left) > _text(right)
    if swapped:
        left, right = right, left
    both = disjoint_union(shared, "c")
    first, second = _paired(disjoint_union(left, "l"), disjoint_union(right, "r"))
    names = _numbers(both | first | second)
    same, first, second = (relabelled(triples, names) for triples in (both, first, second))
    if swapped:
        first, second = second, first
    return (a - blank_a) | same | first, (b - blank_b) | same | second


def _text(found: Counter[Component]) -> list[tuple[str, int]]:
    return sorted(("\n".join(sorted(map(str, part))), n) for part, n in found.items())


def _numbers(triples: Triples) -> dict[ox.BlankNode, str]:
    nodes = {node for t in triples for node in blank_nodes(t)}
    return {node: f"b{n}" for n, node in enumerate(sorted(nodes, key=lambda node: natural(node.value)), 1)}


# ── pairing what differs ──────────────────────────────────────────────────────────────────────────


def _paired(left: Triples, right: Triples) -> tuple[Triples, Triples]:
    """Both graphs, the nodes of the right one named as those of the left one that they correspond to."""
    pairing = _Pairing(_Links(left), _Links(right))
    pairing.run()
    names = {node: pairing.pairs.get(node, node).value for t in right for node in blank_nodes(t)}
    return left, relabelled(right, names)


class _Links:
    """A graph by the nodes that its statements lead from and to."""

    def __init__(self, triples: Triples) -> None:
        self.out: dict[Any, list[tuple[ox.NamedNode, Any]]] = defaultdict(list)
        self.named: dict[tuple[Any, ox.NamedNode], list[ox.BlankNode]] = defaultdict(list)
        referred: set[Any] = set()
        for t in sorted(triples, key=str):
            self.out[t.subject].append((t.predicate, t.object))
            if isinstance(t.object, ox.BlankNode):
                referred.add(t.object)
                if not isinstance(t.subject, ox.BlankNode):
                    self.named[t.subject, t.predicate].append(t.object)
        placed = places(triples)
        nodes = {node: None for t in sorted(triples, key=str) for node in blank_nodes(t)}
        self.loose = [node for node in nodes if isinstance(placed[node].owner, ox.BlankNode)]
        self.roots = [node for node in self.loose if node not in referred]

    def targets(self, node: ox.BlankNode) -> dict[ox.NamedNode, list[ox.BlankNode]]:
        """The blank nodes that a node's statements lead to, by property."""
        found: dict[ox.NamedNode, list[ox.BlankNode]] = defaultdict(list)
        for predicate, term in self.out[node]:
            if isinstance(term, ox.BlankNode):
                found[predicate].append(term)
        return found


@dataclass
class _Pairing:
    """Pairs nodes of the right with nodes of the left, from the names inwards."""

    left: _Links
    right: _Links
    pairs: dict[ox.BlankNode, ox.BlankNode] = field(default_factory=dict)
    taken: set[ox.BlankNode] = field(default_factory=set)
    queue: deque[tuple[ox.BlankNode, ox.BlankNode]] = field(default_factory=deque)

    def run(self) -> None:
        for place, nodes in self.left.named.items():
            self.match(nodes, self.right.named.get(place, []))
        self.follow()
        self.match(self.left.roots, self.right.roots, alike=True)
        self.follow()
        self.match(self.left.loose, self.right.loose, alike=True)
        self.follow()

    def follow(self) -> None:
        """Pair what hangs on the nodes that have been paired."""
        while self.queue:
            left, right = self.queue.popleft()
            there = self.right.targets(right)
            for predicate, nodes in self.left.targets(left).items():
                self.match(nodes, there.get(predicate, []))

    def match(self, left: Collection[ox.BlankNode], right: Collection[ox.BlankNode], *, alike: bool = False) -> None:
        """Pair nodes of one place, most alike first; the last two are paired however they differ, unless `alike`."""
        ours = {n: self.facts(self.left, n) for n in left if n not in self.taken}
        theirs = {n: self.facts(self.right, n) for n in right if n not in self.pairs}
        for x, y in _ranked(ours, theirs) if len(ours) > 1 or len(theirs) > 1 or alike else ():
            if x not in self.taken and y not in self.pairs:
                self.pair(x, y)
        ours_left, theirs_left = [n for n in ours if n not in self.taken], [n for n in theirs if n not in self.pairs]
        if len(ours_left) == len(theirs_left) == 1 and not alike:
            self.pair(ours_left[0], theirs_left[0])

    def pair(self, left: ox.BlankNode, right: ox.BlankNode) -> None:
        self.pairs[right] = left
        self.taken.add(left)
        self.queue.append((left, right))

    def facts(self, links: _Links, node: ox.BlankNode, depth: int = _DEPTH) -> set[_Fact]:
        """What is said of a node, and of those that it leads to; a node that has a partner bears its name."""
        found: set[_Fact] = set()
        for predicate, term in links.out[node]:
            known = self.pairs.get(term, term) if links is self.right else term
            if not isinstance(term, ox.BlankNode) or known in self.taken:
                found.add((predicate, known))
            elif depth:
                found |= {(predicate, *fact) for fact in self.facts(links, term, depth - 1)}
        return found


def _ranked(
    ours: dict[ox.BlankNode, set[_Fact]], theirs: dict[ox.BlankNode, set[_Fact]]
) -> Iterator[tuple[ox.BlankNode, ox.BlankNode]]:
    """Pairs of nodes that share facts, those that share the most first."""
    holders: dict[_Fact, list[ox.BlankNode]] = defaultdict(list)
    for node, facts in ours.items():
        for fact in facts:
            holders[fact].append(node)
    seekers = Counter(fact for facts in theirs.values() for fact in facts)
    score: Counter[tuple[ox.BlankNode, ox.BlankNode]] = Counter()
    for node, facts in theirs.items():
        for fact in facts:
            if len(holders.get(fact, ())) * seekers[fact] <= _COMMON:
                score.update((other, node) for other in holders.get(fact, ()))
    yield from sorted(score, key=lambda pair: (-score[pair], natural(pair[0].value), natural(pair[1].value)))


class Place(NamedTuple):
    """Where a blank node hangs: below which subject, and from which node by which property; on nothing if None."""

    owner: Any
    parent: Any = None
    predicate: ox.NamedNode | None = None


def places(triples: Triples) -> dict[Any, Place]:
    """For each blank node its place below a named subject; a node that none leads to is its own owner."""
    links: dict[Any, list[ox.Triple]] = defaultdict(list)
    for t in sorted((t for t in triples if isinstance(t.object, ox.BlankNode)), key=str):
        links[t.subject].append(t)
    found: dict[Any, Place] = {}
    _spread(found, links, [subject for subject in links if not isinstance(subject, ox.BlankNode)])
    nodes = sorted({n for t in triples for n in blank_nodes(t)}, key=lambda node: natural(node.value))
    referred = {t.object for ts in links.values() for t in ts}
    for node in sorted(nodes, key=lambda n: n in referred):
        if node not in found:
            found[node] = Place(node)
            _spread(found, links, [node])
    return found


def _spread(found: dict[Any, Place], links: dict[Any, list[ox.Triple]], start: Iterable[Any]) -> None:
    """Note the place of every node that `start` leads to, nearest first."""
    queue = deque(start)
    while queue:
        subject = queue.popleft()
        owner = found[subject].owner if subject in found else subject
        for t in links.get(subject, ()):
            if t.object not in found:
                found[t.object] = Place(owner, subject, t.predicate)
                queue.append(t.object)

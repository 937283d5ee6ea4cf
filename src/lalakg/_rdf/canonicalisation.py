"""Canonicalisation of blank nodes: labels that depend on the graph only, so that isomorphic graphs become equal.

The graph is divided into components that share no blank node, and the blank nodes of each are put into a canonical
order. This is not the W3C's RDFC-1.0, whose labels come from hashes of N-Quads: ours need only be equal here.
"""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Iterable
from typing import Any, TypeAlias

import pyoxigraph as ox

from lalakg._rdf.canonical_labelling import CanonicalLabeller
from lalakg._rdf.colour_refinement import Adjacency

Triples: TypeAlias = set[ox.Triple]
Component: TypeAlias = frozenset[ox.Triple]


def canonical(triples: Triples) -> Triples:
    """The triples with canonical labels on their blank nodes: isomorphic graphs become equal.

    Raises SymmetryError when blank nodes are so much alike that it would take too long.
    """
    return (triples - with_blank_nodes(triples)) | disjoint_union(Counter(components(triples)), "c")


def blank_nodes(triple: ox.Triple) -> list[ox.BlankNode]:
    """The blank nodes at a triple's ends, the subject first."""
    return [term for term in (triple.subject, triple.object) if isinstance(term, ox.BlankNode)]


def with_blank_nodes(triples: Triples) -> Triples:
    """The triples that have a blank node as subject or object."""
    return {t for t in triples if isinstance(t.subject, ox.BlankNode) or isinstance(t.object, ox.BlankNode)}


def components(triples: Triples) -> list[Component]:
    """The parts that share no blank node, each with canonical labels: isomorphic parts are equal.

    Raises SymmetryError as `canonical` does.
    """
    parent: dict[ox.BlankNode, ox.BlankNode] = {}

    def root(node: ox.BlankNode) -> ox.BlankNode:
        while parent.setdefault(node, node) != node:
            parent[node] = node = parent[parent[node]]
        return node

    blank = with_blank_nodes(triples)
    for t in blank:
        ends = blank_nodes(t)
        parent[root(ends[0])] = root(ends[-1])
    parts: dict[ox.BlankNode, list[ox.Triple]] = defaultdict(list)
    for t in blank:
        parts[root(blank_nodes(t)[0])].append(t)
    labeller = CanonicalLabeller(len(blank))
    return [_labelled(part, labeller) for part in parts.values()]


def disjoint_union(found: Counter[Component], prefix: str) -> Triples:
    """All components as one graph, in which no two share a label; labels begin with `prefix`."""
    order = sorted(found.elements(), key=lambda part: sorted(map(str, part)))
    return {
        t
        for number, part in enumerate(order)
        for t in relabelled(part, {n: f"{prefix}{number}{n.value}" for triple in part for n in blank_nodes(triple)})
    }


def relabelled(triples: Iterable[ox.Triple], labels: dict[ox.BlankNode, str]) -> Triples:
    """The triples with other labels on their blank nodes, all of which are in `labels`."""

    def new(term: Any) -> Any:
        return ox.BlankNode(labels[term]) if isinstance(term, ox.BlankNode) else term

    return {ox.Triple(new(t.subject), t.predicate, new(t.object)) for t in triples}


def _labelled(triples: Iterable[ox.Triple], labeller: CanonicalLabeller) -> Component:
    """One component, its blank nodes numbered in their canonical order."""
    nodes = list({node for t in triples for node in blank_nodes(t)})
    order = labeller.order(*_coloured_graph(triples, {node: n for n, node in enumerate(nodes)}))
    return frozenset(relabelled(triples, {nodes[n]: f"c{place}" for place, n in enumerate(order)}))


def _coloured_graph(triples: Iterable[ox.Triple], number: dict[Any, int]) -> tuple[Adjacency, dict[int, int]]:
    """The edges between blank nodes, labelled by property and direction; and each node's initial colour, which stands
    for its triples with IRIs and literals."""
    properties = {p: n for n, p in enumerate(sorted({t.predicate.value for t in triples}))}
    adjacency: Adjacency = {n: [] for n in number.values()}
    ground: dict[int, list[tuple[str, str, str]]] = {n: [] for n in adjacency}
    for t in triples:
        s, o = number.get(t.subject, -1), number.get(t.object, -1)
        if s == o:
            ground[s].append(("itself", t.predicate.value, ""))
        elif o < 0:
            ground[s].append(("object", t.predicate.value, str(t.object)))
        elif s < 0:
            ground[o].append(("subject", t.predicate.value, str(t.subject)))
        else:
            adjacency[s].append((2 * properties[t.predicate.value], o))
            adjacency[o].append((2 * properties[t.predicate.value] + 1, s))
    kinds = {n: tuple(sorted(found)) for n, found in ground.items()}
    rank = {kind: n for n, kind in enumerate(sorted(set(kinds.values())))}
    return adjacency, {n: rank[kind] for n, kind in kinds.items()}

"""Structures: the parts of a graph that share no blank node, each with canonical labels."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Iterable
from typing import Any, TypeAlias

import pyoxigraph as ox

from lalakg._rdf.canonical_labelling import Search
from lalakg._rdf.colour_refinement import Links

Triples: TypeAlias = set[ox.Triple]
Structure: TypeAlias = frozenset[ox.Triple]


def canonical(triples: Triples) -> Triples:
    """The triples with labels on their blank nodes that hang on nothing but the graph: isomorphic graphs become equal.

    Raises SymmetryError when blank nodes are so much alike that it would take too long.
    """
    return (triples - with_blanks(triples)) | apart(Counter(structures(triples)), "c")


def blanks(triple: ox.Triple) -> list[ox.BlankNode]:
    return [term for term in (triple.subject, triple.object) if isinstance(term, ox.BlankNode)]


def with_blanks(triples: Triples) -> Triples:
    return {t for t in triples if isinstance(t.subject, ox.BlankNode) or isinstance(t.object, ox.BlankNode)}


def structures(triples: Triples) -> list[Structure]:
    """The parts that share no blank node, each with canonical labels: isomorphic parts are equal. Errors as above."""
    parent: dict[ox.BlankNode, ox.BlankNode] = {}

    def root(node: ox.BlankNode) -> ox.BlankNode:
        while parent.setdefault(node, node) != node:
            parent[node] = node = parent[parent[node]]
        return node

    said = with_blanks(triples)
    for t in said:
        ends = blanks(t)
        parent[root(ends[0])] = root(ends[-1])
    parts: dict[ox.BlankNode, list[ox.Triple]] = defaultdict(list)
    for t in said:
        parts[root(blanks(t)[0])].append(t)
    search = Search(len(said))
    return [_labelled(part, search) for part in parts.values()]


def apart(found: Counter[Structure], mark: str) -> Triples:
    """All structures as one graph, in which no two have a label in common."""
    order = sorted(found.elements(), key=lambda part: sorted(map(str, part)))
    return {
        t
        for number, part in enumerate(order)
        for t in renamed(part, {n: f"{mark}{number}{n.value}" for triple in part for n in blanks(triple)})
    }


def renamed(triples: Iterable[ox.Triple], names: dict[ox.BlankNode, str]) -> Triples:
    def new(term: Any) -> Any:
        return ox.BlankNode(names[term]) if isinstance(term, ox.BlankNode) else term

    return {ox.Triple(new(t.subject), t.predicate, new(t.object)) for t in triples}


def _labelled(triples: Iterable[ox.Triple], search: Search) -> Structure:
    """One structure, its blank nodes numbered in their canonical order."""
    nodes = list({node for t in triples for node in blanks(t)})
    order = search.ordered(*_as_numbers(triples, {node: n for n, node in enumerate(nodes)}))
    return frozenset(renamed(triples, {nodes[n]: f"c{place}" for place, n in enumerate(order)}))


def _as_numbers(triples: Iterable[ox.Triple], number: dict[Any, int]) -> tuple[Links, dict[int, int]]:
    """The links between blank nodes, by property and direction; and for each node what else is said of it."""
    properties = {p: n for n, p in enumerate(sorted({t.predicate.value for t in triples}))}
    links: Links = {n: [] for n in number.values()}
    said: dict[int, list[tuple[str, str, str]]] = {n: [] for n in links}
    for t in triples:
        s, o = number.get(t.subject, -1), number.get(t.object, -1)
        if s == o:
            said[s].append(("itself", t.predicate.value, ""))
        elif o < 0:
            said[s].append(("object", t.predicate.value, str(t.object)))
        elif s < 0:
            said[o].append(("subject", t.predicate.value, str(t.subject)))
        else:
            links[s].append((2 * properties[t.predicate.value], o))
            links[o].append((2 * properties[t.predicate.value] + 1, s))
    kinds = {n: tuple(sorted(facts)) for n, facts in said.items()}
    rank = {kind: n for n, kind in enumerate(sorted(set(kinds.values())))}
    return links, {n: rank[kind] for n, kind in kinds.items()}

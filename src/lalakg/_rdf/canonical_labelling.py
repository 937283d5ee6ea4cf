"""Canonical labelling by individualisation–refinement: an order of a graph's nodes that depends on its structure only.

Colour refinement tells most nodes apart. Where a cell of several nodes is left, each is individualised in turn and the
colours are refined again; the smallest certificate is kept, and a node is skipped that an automorphism maps to one
already tried (McKay and Piperno, "Practical Graph Isomorphism, II", 2014). Edges that the colours imply are left out,
and the components that the graph then falls into are ordered one by one. The search has a budget of steps.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Iterator
from typing import TypeAlias

from lalakg._errors import SymmetryError
from lalakg._rdf.colour_refinement import Adjacency, Colouring

_Certificate: TypeAlias = tuple[tuple[int, ...], tuple[tuple[int, int, int], ...]]  # colours, and edges by positions

_STEPS = 2_000_000  # edges visited during the search, in all: some ten seconds
_STEPS_A_STATEMENT = 50  # or that many for each statement, where it is more
_DEPTH = 200  # nodes individualised one after another


class CanonicalLabeller:
    """Orders the nodes of graphs, with one budget of steps for all of them."""

    def __init__(self, statements: int) -> None:
        """`statements` is their number in all graphs together."""
        self.steps_left = max(_STEPS, _STEPS_A_STATEMENT * statements)

    def order(self, adjacency: Adjacency, colour: dict[int, int]) -> list[int]:
        """All nodes in their canonical order, given initial colours. Raises SymmetryError when the budget is spent."""
        colouring = Colouring(colour)
        colouring.refine(adjacency, list(adjacency))
        return self._order(adjacency, colouring, 0, first_leaf=False)

    def _order(self, adjacency: Adjacency, colouring: Colouring, depth: int, *, first_leaf: bool) -> list[int]:
        """As `order`, of refined colours. `first_leaf`: the first order that the search reaches, not the smallest."""
        if len(colouring.cells) == len(adjacency):
            return sorted(adjacency, key=colouring.colour.__getitem__)
        if depth > _DEPTH:
            raise _too_symmetric(adjacency)
        reduced = _without_implied_edges(adjacency, colouring)
        found: list[tuple[_Certificate, list[int]]] = []
        for component in _connected_components(reduced):
            inner = {node: reduced[node] for node in component}
            colour = {node: colouring.colour[node] for node in component}
            if len(component) == 1:
                order = component
            elif len(component) < len(adjacency):
                order = self._order(inner, Colouring(colour), depth + 1, first_leaf=first_leaf)
            else:
                order = self._branch(inner, colouring, depth + 1, first_leaf=first_leaf)
            found.append((_certificate(inner, colour, order), order))
        return [node for _, order in sorted(found) for node in order]

    def _branch(self, adjacency: Adjacency, colouring: Colouring, depth: int, *, first_leaf: bool) -> list[int]:
        """The order with the smallest certificate, of those with one node of the smallest cell individualised."""
        cell = min((cell for cell in colouring.cells if len(cell) > 1), key=len)
        first_leaves: dict[_Certificate, list[int]] = {}
        smallest: dict[_Certificate, list[int]] = {}
        orbits = _Orbits()
        for node in cell:
            if not orbits.visit(node):
                continue
            branch = self._individualised(adjacency, colouring, node)
            order = self._order(adjacency, branch, depth, first_leaf=True)
            if first_leaf:
                return order
            certificate = _certificate(adjacency, branch.colour, order)
            if certificate in first_leaves:
                orbits.merge(zip(order, first_leaves[certificate], strict=True))
                continue
            first_leaves[certificate] = order
            if len(branch.cells) < len(adjacency):
                order = self._order(adjacency, branch, depth, first_leaf=False)
                certificate = _certificate(adjacency, branch.colour, order)
            if certificate in smallest:
                orbits.merge(zip(order, smallest[certificate], strict=True))
            smallest[certificate] = order
        return smallest[min(smallest)]

    def _individualised(self, adjacency: Adjacency, colouring: Colouring, node: int) -> Colouring:
        self.steps_left -= sum(map(len, adjacency.values())) + len(adjacency)
        if self.steps_left < 0:
            raise _too_symmetric(adjacency)
        branch = colouring.copy()
        branch.individualise(node)
        branch.refine(adjacency, [node])
        return branch


class _Orbits:
    """Orbits of the nodes under the automorphisms found so far, as a union–find; and which of them were visited."""

    def __init__(self) -> None:
        self.parent: dict[int, int] = {}
        self.visited: set[int] = set()

    def root(self, node: int) -> int:
        while (above := self.parent.setdefault(node, node)) != node:
            self.parent[node] = node = self.parent[above]
        return node

    def merge(self, automorphism: Iterable[tuple[int, int]]) -> None:
        """Unite the orbits of the nodes that an automorphism maps to each other."""
        for a, b in automorphism:
            one, other = self.root(a), self.root(b)
            self.parent[one] = other
            if one in self.visited:
                self.visited.add(other)

    def visit(self, node: int) -> bool:
        """Visit a node's orbit; returns whether this is its first visit."""
        root = self.root(node)
        is_first = root not in self.visited
        self.visited.add(root)
        return is_first


def _without_implied_edges(adjacency: Adjacency, colouring: Colouring) -> Adjacency:
    """The edges that the colours do not imply: none, where a node has edges to all of a cell; where it has edges to
    more than half of one, those that are missing instead."""

    def fewer(node: int, neighbours: set[int], cell: set[int]) -> set[int]:
        is_sparse = 2 * len(neighbours) <= len(cell) - (node in cell)
        return neighbours if is_sparse else cell - neighbours - {node}

    reduced: Adjacency = {}
    for node, edges in adjacency.items():
        neighbours: dict[tuple[int, int], set[int]] = defaultdict(set)
        for label, other in edges:
            neighbours[label, colouring.colour[other]].add(other)
        reduced[node] = [
            (label, other)
            for (label, colour), others in neighbours.items()
            for other in fewer(node, others, colouring.cells[colour])
        ]
    return reduced


def _connected_components(adjacency: Adjacency) -> Iterator[list[int]]:
    seen: set[int] = set()
    for start in adjacency:
        if start not in seen:
            seen.add(start)
            component = [start]
            for node in component:  # it grows meanwhile
                new = {other for _, other in adjacency[node]} - seen
                seen |= new
                component += new
            yield component


def _certificate(adjacency: Adjacency, colour: dict[int, int], order: list[int]) -> _Certificate:
    """The graph written by its nodes' positions in the order: two graphs with one certificate are isomorphic."""
    position = {node: n for n, node in enumerate(order)}
    edges = sorted((position[node], label, position[other]) for node in order for label, other in adjacency[node])
    return tuple(colour[node] for node in order), tuple(edges)


def _too_symmetric(adjacency: Adjacency) -> SymmetryError:
    return SymmetryError(
        f"{len(adjacency):,} blank nodes are so much alike that telling them apart would take too long. "
        "Give them names (IRIs), or say of each what sets it apart."
    )

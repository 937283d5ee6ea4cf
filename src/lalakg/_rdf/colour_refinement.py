"""Colour refinement (1-dimensional Weisfeiler–Leman): nodes with equal neighbourhoods get one colour.

A node is a number, and so is a colour. Which numbers the colours get depends on the graph's structure only, never on
the nodes' numbers, so that isomorphic graphs are coloured alike. The work list follows Hopcroft's rule, which keeps it
at O(m log n): Berkholz, Bonsma and Grohe, "Tight Lower and Upper Bounds for the Complexity of Canonical Colour
Refinement", 2017.
"""

from __future__ import annotations

from collections import defaultdict
from typing import TypeAlias

Adjacency: TypeAlias = dict[int, list[tuple[int, int]]]  # of each node: edge labels and neighbours, in both directions
_Signature: TypeAlias = tuple[tuple[int, int], ...]


class Colouring:
    """A colour for each node, numbered from 0, and the cell of each colour: the set of its nodes."""

    def __init__(self, colour: dict[int, int]) -> None:
        """`colour` may be any numbers: what counts is which are equal, and which is less."""
        self.cells: list[set[int]] = [set() for _ in set(colour.values())]
        rank = {value: n for n, value in enumerate(sorted(set(colour.values())))}
        self.colour = {node: rank[value] for node, value in colour.items()}
        for node, value in self.colour.items():
            self.cells[value].add(node)

    def copy(self) -> Colouring:
        return Colouring(self.colour)

    def individualise(self, node: int) -> None:
        """Give a node a colour of its own."""
        self.cells[self.colour[node]].remove(node)
        self.colour[node] = len(self.cells)
        self.cells.append({node})

    def refine(self, adjacency: Adjacency, changed: list[int]) -> None:
        """Split cells until all nodes of a cell have the same edges to every cell, after a change of the colours of
        `changed`.

        Of a cell that is split the largest part keeps its colour, so that no node changes its own more than log n
        times: nodes that agree on the other parts agree on that one, too.
        """
        while changed:
            edges: dict[int, list[tuple[int, int]]] = defaultdict(list)
            for node in changed:
                for label, neighbour in adjacency[node]:
                    if len(self.cells[self.colour[neighbour]]) > 1:
                        edges[neighbour].append((label, self.colour[node]))
            groups: dict[int, dict[_Signature, list[int]]] = defaultdict(lambda: defaultdict(list))
            for node, found in edges.items():
                groups[self.colour[node]][tuple(sorted(found))].append(node)
            changed = [node for colour in sorted(groups) for node in self._split(colour, groups[colour])]

    def _split(self, colour: int, groups: dict[_Signature, list[int]]) -> list[int]:
        """Split a cell by its nodes' signatures; nodes in no group have the empty one. Returns those recoloured."""
        cell = self.cells[colour]
        sizes = {signature: len(nodes) for signature, nodes in groups.items()}
        if rest := len(cell) - sum(sizes.values()):
            sizes[()] = rest
        largest = max(sizes, key=lambda signature: (sizes[signature], signature))
        if rest and largest != ():
            groups[()] = list(cell.difference(*groups.values()))
        recoloured: list[int] = []
        for signature in sorted(groups.keys() - {largest}):
            recoloured += groups[signature]
            self.colour.update(dict.fromkeys(groups[signature], len(self.cells)))
            self.cells.append(set(groups[signature]))
        cell.difference_update(recoloured)
        return recoloured

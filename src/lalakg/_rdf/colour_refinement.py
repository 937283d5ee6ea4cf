"""Colours: nodes that nothing tells apart have one, and the finest such colouring is found by refining.

A node is a number, and so is a colour. Which numbers the colours get hangs on the structure only, never on the nodes'.
"""

from __future__ import annotations

from collections import defaultdict
from typing import TypeAlias

Links: TypeAlias = dict[int, list[tuple[int, int]]]  # from each node: a label, and where to; there and back
_Signature: TypeAlias = tuple[tuple[int, int], ...]


class Colouring:
    """A colour for each node, and the cell of each colour: its nodes. Colours are numbered from 0."""

    def __init__(self, colour: dict[int, int]) -> None:
        """`colour` may be any numbers: what counts is which are equal, and which is less."""
        self.cells: list[set[int]] = [set() for _ in set(colour.values())]
        rank = {value: n for n, value in enumerate(sorted(set(colour.values())))}
        self.colour = {node: rank[value] for node, value in colour.items()}
        for node, value in self.colour.items():
            self.cells[value].add(node)

    def copy(self) -> Colouring:
        return Colouring(self.colour)

    def single_out(self, node: int) -> None:
        """Give a node a colour of its own."""
        self.cells[self.colour[node]].remove(node)
        self.colour[node] = len(self.cells)
        self.cells.append({node})

    def refine(self, links: Links, moved: list[int]) -> None:
        """Split cells until the nodes of one are linked alike to every cell, after a change at `moved`.

        Of a cell that is split the largest part keeps its colour, so that no node changes its own more than log n
        times; to be linked alike to the other parts is to be linked alike to that one.
        """
        while moved:
            marks: dict[int, list[tuple[int, int]]] = defaultdict(list)
            for node in moved:
                for label, other in links[node]:
                    if len(self.cells[self.colour[other]]) > 1:
                        marks[other].append((label, self.colour[node]))
            groups: dict[int, dict[_Signature, list[int]]] = defaultdict(lambda: defaultdict(list))
            for node, found in marks.items():
                groups[self.colour[node]][tuple(sorted(found))].append(node)
            moved = [node for colour in sorted(groups) for node in self._split(colour, groups[colour])]

    def _split(self, colour: int, groups: dict[_Signature, list[int]]) -> list[int]:
        """Part a cell by the signatures of its nodes; those in no group have the empty one. Gives who has moved."""
        cell = self.cells[colour]
        sizes = {signature: len(nodes) for signature, nodes in groups.items()}
        if rest := len(cell) - sum(sizes.values()):
            sizes[()] = rest
        largest = max(sizes, key=lambda signature: (sizes[signature], signature))
        if rest and largest != ():
            groups[()] = list(cell.difference(*groups.values()))
        moved: list[int] = []
        for signature in sorted(groups.keys() - {largest}):
            moved += groups[signature]
            self.colour.update(dict.fromkeys(groups[signature], len(self.cells)))
            self.cells.append(set(groups[signature]))
        cell.difference_update(moved)
        return moved

"""Order: the nodes of a structure in an order that hangs on the structure only.

Colours order all that can be told apart. Where nodes are left of one colour, each is singled out in turn, and the least
outcome counts; nodes that a symmetry takes into one that was tried need not be. What falls apart once those that are
told apart are taken out is ordered part by part.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Iterator
from typing import TypeAlias

from lalakg._errors import SymmetryError
from lalakg._rdf.colour_refinement import Colouring, Links

_Outcome: TypeAlias = tuple[tuple[int, ...], tuple[tuple[int, int, int], ...]]

_STEPS = 2_000_000  # links looked at while trying, in all: some ten seconds
_SHARE = 50  # or that many for each statement, where it is more
_DEPTH = 200  # nodes singled out one after another


class Search:
    """Orders structures, with one measure of patience for all."""

    def __init__(self, statements: int) -> None:
        self.left = max(_STEPS, _SHARE * statements)

    def ordered(self, links: Links, colour: dict[int, int]) -> list[int]:
        """All nodes in their canonical order. Raises SymmetryError when that would take too long."""
        colouring = Colouring(colour)
        colouring.refine(links, list(links))
        return self._ordered(links, colouring, 0, quick=False)

    def _ordered(self, links: Links, colouring: Colouring, depth: int, *, quick: bool) -> list[int]:
        """As `ordered`, for refined colours. `quick`: any order that singling out leads to, instead of the least."""
        if len(colouring.cells) == len(links):
            return sorted(links, key=colouring.colour.__getitem__)
        if depth > _DEPTH:
            raise _hopeless(links)
        rest = _telling(links, colouring)
        found: list[tuple[_Outcome, list[int]]] = []
        for part in _parts(rest):
            inner = {node: rest[node] for node in part}
            colour = {node: colouring.colour[node] for node in part}
            if len(part) == 1:
                order = part
            elif len(part) < len(links):
                order = self._ordered(inner, Colouring(colour), depth + 1, quick=quick)
            else:
                order = self._tried(inner, colouring, depth + 1, quick=quick)
            found.append((_outcome(inner, colour, order), order))
        return [node for _, order in sorted(found) for node in order]

    def _tried(self, links: Links, colouring: Colouring, depth: int, *, quick: bool) -> list[int]:
        """The order with the least outcome, of those that begin with singling out a node of the smallest cell."""
        cell = min((cell for cell in colouring.cells if len(cell) > 1), key=len)
        tried: dict[_Outcome, list[int]] = {}
        least: dict[_Outcome, list[int]] = {}
        alike = _Alike()
        for node in cell:
            if not alike.news(node):
                continue
            singled = self._singled(links, colouring, node)
            order = self._ordered(links, singled, depth, quick=True)
            if quick:
                return order
            outcome = _outcome(links, singled.colour, order)
            if outcome in tried:
                alike.join(zip(order, tried[outcome], strict=True))
                continue
            tried[outcome] = order
            if len(singled.cells) < len(links):
                order = self._ordered(links, singled, depth, quick=False)
                outcome = _outcome(links, singled.colour, order)
            if outcome in least:
                alike.join(zip(order, least[outcome], strict=True))
            least[outcome] = order
        return least[min(least)]

    def _singled(self, links: Links, colouring: Colouring, node: int) -> Colouring:
        self.left -= sum(map(len, links.values())) + len(links)
        if self.left < 0:
            raise _hopeless(links)
        singled = colouring.copy()
        singled.single_out(node)
        singled.refine(links, [node])
        return singled


class _Alike:
    """Which nodes symmetries take into which, as far as these were found; and whether one like it was seen before."""

    def __init__(self) -> None:
        self.parent: dict[int, int] = {}
        self.seen: set[int] = set()

    def root(self, node: int) -> int:
        while (above := self.parent.setdefault(node, node)) != node:
            self.parent[node] = node = self.parent[above]
        return node

    def join(self, symmetry: Iterable[tuple[int, int]]) -> None:
        for a, b in symmetry:
            one, other = self.root(a), self.root(b)
            self.parent[one] = other
            if one in self.seen:
                self.seen.add(other)

    def news(self, node: int) -> bool:
        """Whether none like it was seen; from now on one was."""
        root = self.root(node)
        known = root in self.seen
        self.seen.add(root)
        return not known


def _telling(links: Links, colouring: Colouring) -> Links:
    """The links that say more than the colours do: of those to one cell, where they lead to more than half of it,
    those that are missing; to all of it, none."""

    def fewer(node: int, there: set[int], cell: set[int]) -> set[int]:
        return there if 2 * len(there) <= len(cell) - (node in cell) else cell - there - {node}

    rest: Links = {}
    for node, found in links.items():
        there: dict[tuple[int, int], set[int]] = defaultdict(set)
        for label, other in found:
            there[label, colouring.colour[other]].add(other)
        rest[node] = [
            (label, other)
            for (label, colour), others in there.items()
            for other in fewer(node, others, colouring.cells[colour])
        ]
    return rest


def _parts(links: Links) -> Iterator[list[int]]:
    """The nodes, in groups that no link connects."""
    seen: set[int] = set()
    for start in links:
        if start not in seen:
            seen.add(start)
            part = [start]
            for node in part:  # it grows meanwhile
                new = {other for _, other in links[node]} - seen
                seen |= new
                part += new
            yield part


def _outcome(links: Links, colour: dict[int, int], order: list[int]) -> _Outcome:
    """All there is to say of a part, by places in the order: two parts with one outcome are isomorphic."""
    place = {node: n for n, node in enumerate(order)}
    between = sorted((place[node], label, place[other]) for node in order for label, other in links[node])
    return tuple(colour[node] for node in order), tuple(between)


def _hopeless(links: Links) -> SymmetryError:
    return SymmetryError(
        f"{len(links):,} blank nodes are so much alike that telling them apart would take too long. "
        "Give them names (IRIs), or say of each what sets it apart."
    )

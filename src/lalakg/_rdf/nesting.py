"""Nesting: which blank nodes Turtle writes in place, where they are referred to, and which are the lists."""

from __future__ import annotations

from collections import defaultdict
from typing import Any

import pyoxigraph as ox

from lalakg._rdf.terms import RDF

_FIRST, _REST, NIL = (ox.NamedNode(RDF + name) for name in ("first", "rest", "nil"))
_DEEPEST = 20  # nodes within nodes; what lies deeper is written by itself


class Nesting:
    """The blank nodes of some triples: `nested` are those that one statement refers to, and none of their own."""

    def __init__(self, triples: set[ox.Triple]) -> None:
        self.about: dict[Any, list[ox.Triple]] = defaultdict(list)
        referrers: dict[Any, list[Any]] = defaultdict(list)
        for triple in triples:
            self.about[triple.subject].append(triple)
            if isinstance(triple.object, ox.BlankNode):
                referrers[triple.object].append(triple.subject)
        self.nodes = {node for node in {*self.about, *referrers} if isinstance(node, ox.BlankNode)}
        parents = {node: found[0] for node, found in referrers.items() if len(found) == 1}
        self.nested: set[Any] = parents.keys() - _in_circles(parents)
        self._break_up(parents)

    def items(self, node: Any) -> list[Any] | None:
        """The members, when `node` heads a well-formed list that nothing else points into."""
        items: list[Any] = []
        while node != NIL:
            cell = self._cell(node)
            if cell is None or (items and node not in self.nested):
                return None
            items.append(cell[0])
            node = cell[1]
        return items

    def _cell(self, node: Any) -> tuple[Any, Any] | None:
        """What a list's cell holds, and what follows; None if it is no cell, or more than one."""
        said = self.about.get(node, ())
        found = {t.predicate: t.object for t in said}
        return (found[_FIRST], found[_REST]) if len(said) == 2 and found.keys() == {_FIRST, _REST} else None

    def _break_up(self, parents: dict[Any, Any]) -> None:
        """Take out the nodes that would lie too deep."""
        children: dict[Any, list[Any]] = defaultdict(list)
        for node in self.nested:
            children[parents[node]].append(node)
        following = self._following(parents)
        todo = [(node, 0) for node in children.keys() - self.nested]
        while todo:
            parent, depth = todo.pop()
            for node in children[parent]:
                below = depth + (node not in following)
                if below > _DEEPEST:
                    self.nested.remove(node)
                    below = 0
                todo.append((node, below))

    def _following(self, parents: dict[Any, Any]) -> set[Any]:
        """The cells of lists but for each list's first: these lie no deeper than it."""
        found: set[Any] = set()
        for node in self.nodes:
            cell = self._cell(node)
            while cell and (cell[1] == NIL or cell[1] in found) and node in self.nested and node not in found:
                before = parents[node]
                cell = self._cell(before)
                if cell and cell[1] == node:
                    found.add(node)
                node = before
        return found


def _in_circles(parents: dict[Any, Any]) -> set[Any]:
    """The nodes that cannot be written inside their referrer, since they lead back to themselves."""
    seen: dict[Any, Any] = {}
    found: set[Any] = set()
    for start in parents:
        way: list[Any] = []
        node = start
        while node in parents and node not in seen:
            seen[node] = start
            way.append(node)
            node = parents[node]
        if seen.get(node) == start:
            found.update(way[way.index(node) :])
    return found

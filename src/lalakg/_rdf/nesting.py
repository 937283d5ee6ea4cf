"""Nesting of blank nodes in Turtle: which are written in place as `[ … ]` or `( … )`, and which need a label."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Set
from typing import Any

import pyoxigraph as ox

from lalakg._rdf.terms import RDF

_FIRST, _REST, NIL = (ox.NamedNode(RDF + name) for name in ("first", "rest", "nil"))
_DEEPEST = 20  # levels of nodes within nodes; what lies deeper gets a label


class Nesting:
    """The blank nodes of some triples. `nested` are those to which one triple refers, from outside themselves.

    `by_subject` has the triples of each subject. Nodes that are `shared` with other triples are never nested.
    """

    def __init__(self, triples: set[ox.Triple], shared: Set[Any] = frozenset()) -> None:
        self.by_subject: dict[Any, list[ox.Triple]] = defaultdict(list)
        referrers: dict[Any, list[Any]] = defaultdict(list)
        for triple in triples:
            self.by_subject[triple.subject].append(triple)
            if isinstance(triple.object, ox.BlankNode):
                referrers[triple.object].append(triple.subject)
        self.blank_nodes = {node for node in {*self.by_subject, *referrers} if isinstance(node, ox.BlankNode)}
        parents = {node: found[0] for node, found in referrers.items() if len(found) == 1 and node not in shared}
        self.nested: set[Any] = parents.keys() - _on_cycles(parents)
        self._unnest_deepest(parents)

    def items(self, node: Any) -> list[Any] | None:
        """The members of the list that begins at `node`; None when it is not well-formed, or has other referrers."""
        items: list[Any] = []
        while node != NIL:
            cell = self._cell(node)
            if cell is None or (items and node not in self.nested):
                return None
            items.append(cell[0])
            node = cell[1]
        return items

    def _cell(self, node: Any) -> tuple[Any, Any] | None:
        """The rdf:first and rdf:rest of a list's cell; None of a node that is none, or has more than these."""
        triples = self.by_subject.get(node, ())
        values = {t.predicate: t.object for t in triples}
        is_cell = len(triples) == 2 and values.keys() == {_FIRST, _REST}
        return (values[_FIRST], values[_REST]) if is_cell else None

    def _unnest_deepest(self, parents: dict[Any, Any]) -> None:
        """Remove from `nested` the nodes that would lie too deep."""
        children: dict[Any, list[Any]] = defaultdict(list)
        for node in self.nested:
            children[parents[node]].append(node)
        tail_cells = self._tail_cells(parents)
        todo = [(node, 0) for node in children.keys() - self.nested]
        while todo:
            parent, depth = todo.pop()
            for node in children[parent]:
                below = depth + (node not in tail_cells)
                if below > _DEEPEST:
                    self.nested.remove(node)
                    below = 0
                todo.append((node, below))

    def _tail_cells(self, parents: dict[Any, Any]) -> set[Any]:
        """The cells of lists but for each list's first: these lie no deeper than it."""
        found: set[Any] = set()
        for node in self.blank_nodes:
            cell = self._cell(node)
            while cell and (cell[1] == NIL or cell[1] in found) and node in self.nested and node not in found:
                before = parents[node]
                cell = self._cell(before)
                if cell and cell[1] == node:
                    found.add(node)
                node = before
        return found


def _on_cycles(parents: dict[Any, Any]) -> set[Any]:
    """The nodes whose parents lead back to themselves, so that none can be written inside its parent."""
    first_start: dict[Any, Any] = {}
    found: set[Any] = set()
    for start in parents:
        path: list[Any] = []
        node = start
        while node in parents and node not in first_start:
            first_start[node] = start
            path.append(node)
            node = parents[node]
        if first_start.get(node) == start:
            found.update(path[path.index(node) :])
    return found

"""The questions of a shape, answered node by node, with literals as they were parsed."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator
from typing import Any

import pyoxigraph as ox

from lalakg._shacl.backend import Pair, Row, Term
from lalakg._shacl.lexical import Lexical
from lalakg._shacl.paths import Path
from lalakg._shacl.sets import Pattern, SetBackend
from lalakg._shacl.shape import Constraint, Shape
from lalakg._shacl.values import breaks, constant
from lalakg._terms import RDF

_TYPE, _SUBCLASS = f"<{RDF}type>", "<http://www.w3.org/2000/01/rdf-schema#subClassOf>"
_DEFAULT = ox.DefaultGraph()


class PointBackend:
    """Answers node by node, on a store and the literals that the store rewrote."""

    def __init__(self, store: ox.Store, lexical: Lexical) -> None:
        self.store, self.lexical = store, lexical
        self._tests: dict[Any, bool] = {}

    def targets(self, shape: Shape, sets: SetBackend) -> list[Term]:
        """The shape's focus nodes, literals as they were written."""
        found: dict[Term, None] = {}
        for kind, node in shape.targets:
            if kind == "targetNode":
                found[node] = None
            elif kind == "targetObjectsOf" and isinstance(node, ox.NamedNode):
                quads = self.store.quads_for_pattern(None, node, None, _DEFAULT)
                found |= {o: None for q in quads for o in self.lexical.written(q.subject, node, q.object)}
            else:
                found |= dict.fromkeys(sets.nodes(Pattern(sets.target(kind, node))))
        return list(found)

    def step(self, focus: Iterable[Term], path: Path | None) -> list[Term]:
        """See Backend."""
        return list(dict.fromkeys(value for node in focus for value in self.values(node, path)))

    def nodes(self, focus: Iterable[Term]) -> list[Term]:
        """See Backend."""
        return list(focus)

    def values(self, node: Term, path: Path | None) -> list[Term]:
        """The value nodes of one focus node."""
        if path is None:
            return [node]
        return list(dict.fromkeys(self._walk(node, path)))

    def _walk(self, node: Term, path: Path, backwards: bool = False) -> Iterator[Term]:
        if path.kind == "predicate":
            yield from (
                self.lexical.subjects(self.store, path.node, node)
                if backwards
                else self.lexical.objects(self.store, node, path.node)
            )
        elif path.kind == "inverse":
            yield from self._walk(node, path.parts[0], not backwards)
        elif path.kind == "alternative":
            yield from (value for part in path.parts for value in self._walk(node, part, backwards))
        elif path.kind == "sequence":
            reached = [node]
            for part in reversed(path.parts) if backwards else path.parts:
                reached = list(dict.fromkeys(v for n in reached for v in self._walk(n, part, backwards)))
            yield from reached
        else:
            yield from self._closure(node, path, backwards)

    def _closure(self, node: Term, path: Path, backwards: bool) -> Iterator[Term]:
        if path.kind == "?":
            yield from [node, *self._walk(node, path.parts[0], backwards)]
            return
        seen: dict[Any, None] = {node: None} if path.kind == "*" else {}
        waiting = [node]
        while waiting:
            for value in self._walk(waiting.pop(), path.parts[0], backwards):
                if value not in seen:
                    seen[value] = None
                    waiting.append(value)
        yield from seen

    def pairs(self, focus: Iterable[Term], path: Path | None) -> list[Pair]:
        """See Backend."""
        return [(node, value) for node in focus for value in self.values(node, path)]

    def _holds(self, expression: str) -> bool:
        if expression not in self._tests:
            self._tests[expression] = bool(self.store.query(f"ASK {{ FILTER({expression}) }}"))
        return self._tests[expression]

    def failing(self, focus: Iterable[Term], path: Path | None, constraint: Constraint) -> list[Pair]:
        """See Backend."""
        return [(n, v) for n, v in self.pairs(focus, path) if self._holds(breaks(constraint, constant(v)))]

    def outside(self, focus: Iterable[Term], path: Path | None, class_: str) -> list[Pair]:
        """See Backend."""
        return [(n, v) for n, v in self.pairs(focus, path) if not self._is_instance(v, class_)]

    def _is_instance(self, node: Term, class_: str) -> bool:
        if isinstance(node, ox.Literal):
            return False
        query = f"SELECT ?node WHERE {{ ?node {_TYPE}/{_SUBCLASS}* <{class_}> }}"
        return any(True for _ in self.store.query(query, substitutions={ox.Variable("node"): node}))  # type: ignore[union-attr]

    def fewer(self, focus: Iterable[Term], path: Path, number: int) -> list[Term]:
        """See Backend."""
        return [node for node in focus if len(self.values(node, path)) < number]

    def more(self, focus: Iterable[Term], path: Path, number: int) -> list[Term]:
        """See Backend."""
        return [node for node in focus if len(self.values(node, path)) > number]

    def lacking(self, focus: Iterable[Term], path: Path | None, value: Term) -> list[Term]:
        """See Backend."""
        return [node for node in focus if value not in self.values(node, path)]

    def _others(self, node: Term, predicate: str) -> list[Term]:
        return self.values(node, Path("predicate", ox.NamedNode(predicate)))

    def unequal(self, focus: Iterable[Term], path: Path | None, predicate: str) -> list[Pair]:
        """See Backend."""
        return [
            (node, value)
            for node in focus
            for value in set(self.values(node, path)) ^ set(self._others(node, predicate))
        ]

    def shared(self, focus: Iterable[Term], path: Path | None, predicate: str) -> list[Pair]:
        """See Backend."""
        return [(n, v) for n in focus for v in self.values(n, path) if v in self._others(n, predicate)]

    def unordered(self, focus: Iterable[Term], path: Path, predicate: str, operator: str) -> list[Pair]:
        """See Backend."""
        return [
            (node, value)
            for node, value in self.pairs(focus, path)
            for other in self._others(node, predicate)
            if self._holds(f"!COALESCE({constant(value).term} {operator} {constant(other).term}, false)")
        ]

    def same_language(self, focus: Iterable[Term], path: Path) -> list[Pair]:
        """See Backend."""
        found = []
        for node in focus:
            tags = [v.language.lower() for v in self.values(node, path) if isinstance(v, ox.Literal) and v.language]
            found += [(node, ox.Literal(tag)) for tag, number in Counter(tags).items() if number > 1]
        return found

    def strange(self, focus: Iterable[Term], allowed: tuple[str, ...]) -> list[Row]:
        """See Backend."""
        return [
            (node, quad.predicate, value)
            for node in focus
            if not isinstance(node, ox.Literal)
            for quad in self.store.quads_for_pattern(node, None, None, _DEFAULT)
            if quad.predicate.value not in allowed
            for value in self.lexical.written(quad.subject, quad.predicate, quad.object)
        ]

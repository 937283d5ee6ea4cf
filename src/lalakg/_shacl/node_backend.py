"""The questions of a shape, answered here: on tables of the store's triples, with literals as they were parsed."""

from __future__ import annotations

from collections import Counter
from collections.abc import Collection, Iterable, Iterator, Sequence
from dataclasses import dataclass
from itertools import chain
from typing import Any

import pyoxigraph as ox

from lalakg._rdf.terms import RDF_TYPE, Node
from lalakg._shacl.backend import Pair, Row, Term
from lalakg._shacl.lexical import Lexical
from lalakg._shacl.paths import Path
from lalakg._shacl.shape import Constraint, Shape
from lalakg._shacl.sparql_backend import Pattern, SetBackend
from lalakg._shacl.tables import Lookup, Tables
from lalakg._shacl.values import LITERAL, breaks, is_of_kind, parts, unmatched, variable

_TYPE = Path("predicate", RDF_TYPE)
_SUBCLASS = Path("predicate", ox.NamedNode("http://www.w3.org/2000/01/rdf-schema#subClassOf"))
_SUBCLASSES = Path("*", RDF_TYPE, (Path("inverse", RDF_TYPE, (_SUBCLASS,)),))
_FEW = 1000  # values; when there are more, all instances of a class are looked up at once
_BATCH = 5000  # values judged by one query
_DEFAULT = ox.DefaultGraph()


@dataclass(frozen=True)
class Nodes:
    """A focus as its nodes; and, for what is asked in SPARQL, as the pattern that finds just these in the store, where
    there is one: it would find literals as the store writes them."""

    nodes: Collection[Term]
    pattern: Pattern | None


class PointBackend:
    """Answers on a store and the literals that the store rewrote; `sets` has the patterns for what goes by SPARQL."""

    def __init__(self, store: ox.Store, lexical: Lexical, sets: SetBackend) -> None:
        self.store, self.lexical, self.sets = store, lexical, sets
        self.tables = Tables(store, lexical)
        self._targets: dict[tuple[tuple[str, Node], ...], Nodes] = {}
        self._members: dict[str, set[Term]] = {}
        self._last: tuple[Nodes, Path | None, Nodes] | None = None  # what was stepped to last, and from where

    def targets(self, shape: Shape) -> Nodes:
        """The shape's focus nodes."""
        if shape.targets not in self._targets:
            found = [self._target(kind, node) for kind, node in shape.targets]
            nodes = found[0] if len(found) == 1 else dict.fromkeys(chain.from_iterable(found))
            self._targets[shape.targets] = self._nodes(nodes, self.sets.targets(shape))
        return self._targets[shape.targets]

    def _target(self, kind: str, node: Any) -> Collection[Term]:
        if kind == "targetNode":
            self.lexical.note(node)
            return (node,)
        if kind == "targetClass":
            return self._instances(node.value)
        quads = self.store.quads_for_pattern(None, node, None, _DEFAULT)
        if kind == "targetSubjectsOf":
            return {quad.subject for quad in quads}
        return {o for q in quads for o in self.lexical.written(q.subject, node, q.object)}

    def _nodes(self, nodes: Collection[Term], pattern: Pattern | None) -> Nodes:
        rewritten = self.lexical.rewritten
        return Nodes(nodes, None if rewritten and any(node in rewritten for node in nodes) else pattern)

    def _instances(self, class_: str) -> set[Term]:
        """The instances of a class and its subclasses."""
        if class_ not in self._members:
            quads = (
                q for c in self._classes(class_) for q in self.store.quads_for_pattern(None, RDF_TYPE, c, _DEFAULT)
            )
            self._members[class_] = {quad.subject for quad in quads}
        return self._members[class_]

    def _classes(self, class_: str) -> Sequence[Term]:
        """A class and its subclasses in the data."""
        return self.tables.along(_SUBCLASSES)(ox.NamedNode(class_))

    def _follow(self, focus: Nodes, path: Path | None) -> Lookup:
        if path is None:
            return lambda node: (node,)
        return self.tables.along(path, len(focus.nodes))

    def step(self, focus: Nodes, path: Path | None) -> Nodes:
        """See Backend."""
        if path is None:
            return focus
        if self._last and self._last[0] is focus and self._last[1] == path:
            return self._last[2]
        values = self._follow(focus, path)
        reached = dict.fromkeys(chain.from_iterable(map(values, focus.nodes)))
        found = self._nodes(reached, focus.pattern and self.sets.step(focus.pattern, path))
        self._last = focus, path, found
        return found

    def without(self, focus: Nodes, nodes: set[Term]) -> Nodes:
        """See Backend."""
        return Nodes([node for node in focus.nodes if node not in nodes], focus.pattern) if nodes else focus

    def nodes(self, focus: Nodes) -> Collection[Term]:
        """See Backend."""
        return focus.nodes

    def pairs(self, focus: Nodes, path: Path | None) -> list[Pair]:
        """See Backend."""
        values = self._follow(focus, path)
        return [(node, value) for node in focus.nodes for value in values(node)]

    def failing(self, focus: Nodes, path: Path | None, constraint: Constraint) -> list[Pair]:
        """See Backend."""
        values = self.step(focus, path).nodes
        if constraint.kind == "nodeKind":
            return self._having(focus, path, {value for value in values if not is_of_kind(value, constraint.value)})
        if constraint.kind == "pattern" and constraint.value.here:
            return self._having(focus, path, set(unmatched(values, constraint.value.here)))
        return self._having(focus, path, set(self._breaking(values, constraint)))

    def _having(self, focus: Nodes, path: Path | None, wrong: set[Term]) -> list[Pair]:
        """The pairs whose value is one of these."""
        return [(n, v) for n, v in self.pairs(focus, path) if v in wrong] if wrong else []

    def _breaking(self, values: Iterable[Term], constraint: Constraint) -> Iterator[Term]:
        """The values that break a value test, which no blank node passes."""
        kept, rewritten = list[Row](), list[Row]()
        for value in values:
            if type(value) is ox.BlankNode:
                yield value
            elif value in self.lexical.rewritten:
                rewritten.append((value, *parts(value)))
            else:
                kept.append((value,))
        yield from (row[0] for row in self._chosen(kept, "?value", breaks(constraint, variable("value"))))
        columns = "?value ?text ?datatype ?language"
        yield from (row[0] for row in self._chosen(rewritten, columns, breaks(constraint, LITERAL)))

    def _chosen(self, rows: list[Row], variables: str, condition: str) -> Iterator[Row]:
        """The rows of terms for which a condition holds: asked of the store, some at a time."""
        for start in range(0, len(rows), _BATCH):
            listed = (f"({n} {' '.join(map(str, row))})" for n, row in enumerate(rows[start : start + _BATCH], start))
            values = f"VALUES (?n {variables}) {{ {' '.join(listed)} }}"
            yield from (
                rows[int(number.value)] for (number,) in self.sets.ask(f"SELECT ?n {{ {values} FILTER{condition} }}")
            )

    def outside(self, focus: Nodes, path: Path | None, class_: str) -> list[Pair]:
        """See Backend."""
        values = self.step(focus, path).nodes
        if len(values) > _FEW or class_ in self._members:
            members = self._instances(class_)
            return self._having(focus, path, {value for value in values if value not in members})
        types, classes = self.tables.along(_TYPE, len(values)), set(self._classes(class_))
        return self._having(focus, path, {value for value in values if classes.isdisjoint(types(value))})

    def fewer(self, focus: Nodes, path: Path, number: int) -> list[Term]:
        """See Backend."""
        values = self._follow(focus, path)
        return [node for node in focus.nodes if len(values(node)) < number]

    def more(self, focus: Nodes, path: Path, number: int) -> list[Term]:
        """See Backend."""
        values = self._follow(focus, path)
        if number and self.tables.is_single(path):
            return []
        return [node for node in focus.nodes if len(values(node)) > number]

    def lacking(self, focus: Nodes, path: Path | None, value: Term) -> list[Term]:
        """See Backend."""
        values = self._follow(focus, path)
        return [node for node in focus.nodes if value not in values(node)]

    def _beside(
        self, focus: Nodes, path: Path | None, predicate: str
    ) -> Iterator[tuple[Term, Sequence[Term], Sequence[Term]]]:
        """Each focus node with its values at a path and at a predicate."""
        values = self._follow(focus, path)
        others = self._follow(focus, Path("predicate", ox.NamedNode(predicate)))
        return ((node, values(node), others(node)) for node in focus.nodes)

    def unequal(self, focus: Nodes, path: Path | None, predicate: str) -> list[Pair]:
        """See Backend."""
        beside = self._beside(focus, path, predicate)
        return [(node, value) for node, values, others in beside for value in set(values) ^ set(others)]

    def shared(self, focus: Nodes, path: Path | None, predicate: str) -> list[Pair]:
        """See Backend."""
        beside = self._beside(focus, path, predicate)
        return [(node, value) for node, values, others in beside for value in set(values) & set(others)]

    def unordered(self, focus: Nodes, path: Path, predicate: str, operator: str) -> list[Pair]:
        """See Backend."""
        beside = self._beside(focus, path, predicate)
        rows = [(node, v, o) for node, values, others in beside for v in values for o in others]
        ordered = [row[1:] for row in rows if type(row[1]) is type(row[2]) is ox.Literal]
        condition = f"(COALESCE(?value {operator} ?other, false))"
        right = set(self._chosen(list(dict.fromkeys(ordered)), "?value ?other", condition))
        return [(node, value) for node, value, other in rows if (value, other) not in right]

    def same_language(self, focus: Nodes, path: Path) -> list[Pair]:
        """See Backend."""
        values, found = self._follow(focus, path), list[Pair]()
        for node in (node for node in focus.nodes if len(values(node)) > 1):
            tags = [v.language.lower() for v in values(node) if isinstance(v, ox.Literal) and v.language]
            found += [(node, ox.Literal(tag)) for tag, number in Counter(tags).items() if number > 1]
        return found

    def strange(self, focus: Nodes, allowed: tuple[str, ...]) -> list[Row]:
        """See Backend."""
        return [
            (node, quad.predicate, value)
            for node in focus.nodes
            if not isinstance(node, ox.Literal)
            for quad in self.store.quads_for_pattern(node, None, None, _DEFAULT)
            if quad.predicate.value not in allowed
            for value in self.lexical.written(quad.subject, quad.predicate, quad.object)
        ]

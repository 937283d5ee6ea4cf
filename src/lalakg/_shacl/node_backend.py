"""Node backend: constraints evaluated in Python over sets of focus nodes, with look-up tables of the store's triples.

Unlike `sparql_backend` it sees literals in their original lexical forms. Value tests go to the store as queries over
VALUES, so that both backends share one definition of them.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Collection, Iterable, Iterator, Sequence
from dataclasses import dataclass
from itertools import chain
from typing import Any

import pyoxigraph as ox

from lalakg._rdf.terms import RDF_TYPE, Node
from lalakg._shacl.backend import Pair, Row, Term
from lalakg._shacl.lexical_forms import LexicalForms
from lalakg._shacl.paths import Path
from lalakg._shacl.predicate_tables import Lookup, PredicateTables
from lalakg._shacl.shape import Constraint, Shape
from lalakg._shacl.sparql_backend import FocusPattern, SparqlBackend
from lalakg._shacl.value_tests import LITERAL, breaks, is_of_node_kind, not_matching, parts, variable

_TYPE = Path("predicate", RDF_TYPE)
_SUBCLASS = Path("predicate", ox.NamedNode("http://www.w3.org/2000/01/rdf-schema#subClassOf"))
_SUBCLASSES = Path("*", RDF_TYPE, (Path("inverse", RDF_TYPE, (_SUBCLASS,)),))
_FEW = 1000  # values; when there are more, all instances of a class are looked up at once
_BATCH = 5000  # values judged by one query
_DEFAULT = ox.DefaultGraph()


@dataclass(frozen=True)
class FocusNodes:
    """A focus as its nodes. `pattern` finds the same nodes in the store, for constraints in SPARQL; None where it would
    find rewritten literals instead."""

    nodes: Collection[Term]
    pattern: FocusPattern | None


class NodeBackend:
    """The backend of a store in this process; `sparql` gives the patterns for constraints in SPARQL."""

    def __init__(self, store: ox.Store, lexical: LexicalForms, sparql: SparqlBackend) -> None:
        self.store, self.lexical, self.sparql = store, lexical, sparql
        self.tables = PredicateTables(store, lexical)
        self._targets: dict[tuple[tuple[str, Node], ...], FocusNodes] = {}
        self._members: dict[str, set[Term]] = {}
        self._last: tuple[FocusNodes, Path | None, FocusNodes] | None = None  # what was stepped to last, and from where

    def targets(self, shape: Shape) -> FocusNodes:
        """The shape's focus nodes."""
        if shape.targets not in self._targets:
            found = [self._target(kind, node) for kind, node in shape.targets]
            nodes = found[0] if len(found) == 1 else dict.fromkeys(chain.from_iterable(found))
            self._targets[shape.targets] = self._nodes(nodes, self.sparql.targets(shape))
        return self._targets[shape.targets]

    def _target(self, kind: str, node: Any) -> Collection[Term]:
        if kind == "targetNode":
            self.lexical.record(node)
            return (node,)
        if kind == "targetClass":
            return self._instances(node.value)
        quads = self.store.quads_for_pattern(None, node, None, _DEFAULT)
        if kind == "targetSubjectsOf":
            return {quad.subject for quad in quads}
        return {o for q in quads for o in self.lexical.original_forms(q.subject, node, q.object)}

    def _nodes(self, nodes: Collection[Term], pattern: FocusPattern | None) -> FocusNodes:
        rewritten = self.lexical.originals
        return FocusNodes(nodes, None if rewritten and any(node in rewritten for node in nodes) else pattern)

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

    def _follow(self, focus: FocusNodes, path: Path | None) -> Lookup:
        if path is None:
            return lambda node: (node,)
        return self.tables.along(path, len(focus.nodes))

    def value_nodes(self, focus: FocusNodes, path: Path | None) -> FocusNodes:
        """The values of each focus node, each once. The last answer is cached: constraints of one shape ask alike."""
        if path is None:
            return focus
        if self._last and self._last[0] is focus and self._last[1] == path:
            return self._last[2]
        values = self._follow(focus, path)
        reached = dict.fromkeys(chain.from_iterable(map(values, focus.nodes)))
        found = self._nodes(reached, focus.pattern and self.sparql.value_nodes(focus.pattern, path))
        self._last = focus, path, found
        return found

    def excluding(self, focus: FocusNodes, nodes: set[Term]) -> FocusNodes:
        """The focus without these nodes; its pattern may still find them."""
        return FocusNodes([node for node in focus.nodes if node not in nodes], focus.pattern) if nodes else focus

    def focus_nodes(self, focus: FocusNodes) -> Collection[Term]:
        """The nodes themselves."""
        return focus.nodes

    def value_pairs(self, focus: FocusNodes, path: Path | None) -> list[Pair]:
        """Looked up, focus node by focus node."""
        values = self._follow(focus, path)
        return [(node, value) for node in focus.nodes for value in values(node)]

    def failing_values(self, focus: FocusNodes, path: Path | None, constraint: Constraint) -> list[Pair]:
        """Each value is judged once: its node kind and long patterns here, all else by a query over VALUES."""
        values = self.value_nodes(focus, path).nodes
        if constraint.kind == "nodeKind":
            return self._pairs_with(
                focus, path, {value for value in values if not is_of_node_kind(value, constraint.value)}
            )
        if constraint.kind == "pattern" and constraint.value.compiled:
            return self._pairs_with(focus, path, set(not_matching(values, constraint.value.compiled)))
        return self._pairs_with(focus, path, set(self._failing_among(values, constraint)))

    def _pairs_with(self, focus: FocusNodes, path: Path | None, wrong: set[Term]) -> list[Pair]:
        """The pairs whose value is one of these."""
        return [(n, v) for n, v in self.value_pairs(focus, path) if v in wrong] if wrong else []

    def _failing_among(self, values: Iterable[Term], constraint: Constraint) -> Iterator[Term]:
        """The values that break a value test, which no blank node passes."""
        unchanged, rewritten = list[Row](), list[Row]()
        for value in values:
            if type(value) is ox.BlankNode:
                yield value
            elif value in self.lexical.originals:
                rewritten.append((value, *parts(value)))
            else:
                unchanged.append((value,))
        yield from (row[0] for row in self._rows_where(unchanged, "?value", breaks(constraint, variable("value"))))
        columns = "?value ?text ?datatype ?language"
        yield from (row[0] for row in self._rows_where(rewritten, columns, breaks(constraint, LITERAL)))

    def _rows_where(self, rows: list[Row], variables: str, condition: str) -> Iterator[Row]:
        """The rows of terms for which a condition holds: asked of the store, some at a time."""
        for start in range(0, len(rows), _BATCH):
            listed = (f"({n} {' '.join(map(str, row))})" for n, row in enumerate(rows[start : start + _BATCH], start))
            values = f"VALUES (?n {variables}) {{ {' '.join(listed)} }}"
            yield from (
                rows[int(number.value)] for (number,) in self.sparql.ask(f"SELECT ?n {{ {values} FILTER{condition} }}")
            )

    def non_instances(self, focus: FocusNodes, path: Path | None, class_: str) -> list[Pair]:
        """By all instances of the class where there are many values, otherwise by the types of each value."""
        values = self.value_nodes(focus, path).nodes
        if len(values) > _FEW or class_ in self._members:
            members = self._instances(class_)
            return self._pairs_with(focus, path, {value for value in values if value not in members})
        types, classes = self.tables.along(_TYPE, len(values)), set(self._classes(class_))
        return self._pairs_with(focus, path, {value for value in values if classes.isdisjoint(types(value))})

    def below_min_count(self, focus: FocusNodes, path: Path, number: int) -> list[Term]:
        """By counting the values that are looked up."""
        values = self._follow(focus, path)
        return [node for node in focus.nodes if len(values(node)) < number]

    def above_max_count(self, focus: FocusNodes, path: Path, number: int) -> list[Term]:
        """By counting; none where the table shows that every node has one value."""
        values = self._follow(focus, path)
        if number and self.tables.is_single(path):
            return []
        return [node for node in focus.nodes if len(values(node)) > number]

    def without_value(self, focus: FocusNodes, path: Path | None, value: Term) -> list[Term]:
        """By looking among the values."""
        values = self._follow(focus, path)
        return [node for node in focus.nodes if value not in values(node)]

    def _both_values(
        self, focus: FocusNodes, path: Path | None, predicate: str
    ) -> Iterator[tuple[Term, Sequence[Term], Sequence[Term]]]:
        """Each focus node with its values at a path and at a predicate."""
        values = self._follow(focus, path)
        others = self._follow(focus, Path("predicate", ox.NamedNode(predicate)))
        return ((node, values(node), others(node)) for node in focus.nodes)

    def unequal_values(self, focus: FocusNodes, path: Path | None, predicate: str) -> list[Pair]:
        """The symmetric difference of the two sets of values."""
        both = self._both_values(focus, path, predicate)
        return [(node, value) for node, values, others in both for value in set(values) ^ set(others)]

    def shared_values(self, focus: FocusNodes, path: Path | None, predicate: str) -> list[Pair]:
        """The intersection of the two sets of values."""
        both = self._both_values(focus, path, predicate)
        return [(node, value) for node, values, others in both for value in set(values) & set(others)]

    def unordered_values(self, focus: FocusNodes, path: Path, predicate: str, operator: str) -> list[Pair]:
        """Each pair of literals is compared once, by a query over VALUES; other terms have no order."""
        both = self._both_values(focus, path, predicate)
        rows = [(node, v, o) for node, values, others in both for v in values for o in others]
        ordered = [row[1:] for row in rows if type(row[1]) is type(row[2]) is ox.Literal]
        condition = f"(COALESCE(?value {operator} ?other, false))"
        right = set(self._rows_where(list(dict.fromkeys(ordered)), "?value ?other", condition))
        return [(node, value) for node, value, other in rows if (value, other) not in right]

    def duplicate_languages(self, focus: FocusNodes, path: Path) -> list[Pair]:
        """By counting language tags in lower case."""
        values, found = self._follow(focus, path), list[Pair]()
        for node in (node for node in focus.nodes if len(values(node)) > 1):
            tags = [v.language.lower() for v in values(node) if isinstance(v, ox.Literal) and v.language]
            found += [(node, ox.Literal(tag)) for tag, number in Counter(tags).items() if number > 1]
        return found

    def disallowed_statements(self, focus: FocusNodes, allowed: tuple[str, ...]) -> list[Row]:
        """By each focus node's statements in the store."""
        return [
            (node, quad.predicate, value)
            for node in focus.nodes
            if not isinstance(node, ox.Literal)
            for quad in self.store.quads_for_pattern(node, None, None, _DEFAULT)
            if quad.predicate.value not in allowed
            for value in self.lexical.original_forms(quad.subject, quad.predicate, quad.object)
        ]

"""Evaluation of shapes (SHACL, section 3.4): which focus nodes break which constraints, set at a time, on any backend.

Set at a time means that each constraint is asked once for all focus nodes of a shape. Nested shapes are evaluated on
the set of value nodes and joined back to the focus nodes that reach them.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Collection, Iterable, Iterator
from typing import Any, Final, NamedTuple

import pyoxigraph as ox

from lalakg._errors import ShapesError
from lalakg._rdf.terms import Node
from lalakg._shacl.backend import Backend, Pair
from lalakg._shacl.constraint_components import ComponentConstraint
from lalakg._shacl.paths import Path
from lalakg._shacl.shape import Constraint, QualifiedValueShape, Shape
from lalakg._shacl.shapes import Shapes
from lalakg._shacl.sparql_constraints import SelectQuery
from lalakg._shacl.value_tests import KINDS


class Violation(NamedTuple):
    """One validation result before it is put into words."""

    focus: Node
    shape: Shape
    constraint: Constraint
    value: Node | None = None
    path: Node | None = None
    bindings: tuple[tuple[str, Node], ...] = ()


SparqlRunner = Callable[[Any, Shape, Constraint, "SelectQuery | ComponentConstraint"], Iterable[Violation]]


class Evaluation:
    """Evaluates shapes on a backend; `run_sparql` runs SHACL-SPARQL's constraints.

    `keeps_blank_nodes`: whether the backend names a blank node alike in all its answers.
    """

    def __init__(
        self, shapes: Shapes, backend: Backend, run_sparql: SparqlRunner, *, keeps_blank_nodes: bool = True
    ) -> None:
        self.shapes, self.backend, self.run_sparql = shapes, backend, run_sparql
        self.keeps_blank_nodes = keeps_blank_nodes

    def evaluate(self, shape: Shape, focus: Any) -> Iterator[tuple[Node, Violation]]:
        """The violations of a shape, each with the node of `focus` from which it was reached."""
        for constraint in shape.constraints:
            if constraint.kind == "property":
                yield from self._property_shape(shape, constraint, focus)
            else:
                yield from ((v.focus, v) for v in self._violations(shape, constraint, focus))

    def _property_shape(self, shape: Shape, constraint: Constraint, focus: Any) -> Iterator[tuple[Node, Violation]]:
        inner: dict[Any, list[Violation]] = defaultdict(list)
        for node, violation in self.evaluate(
            self.shapes.by_node[constraint.value], self.backend.value_nodes(focus, shape.path)
        ):
            inner[node].append(violation)
        self._refuse_blank_nodes(constraint.value, inner)
        for node, value in self._pairs_with(shape, focus, inner):
            yield from ((node, violation) for violation in inner[value])

    def non_conforming(self, shape: Shape, focus: Any) -> set[Any]:
        """The focus nodes that do not conform."""
        failing: set[Any] = set()
        for constraint in shape.constraints:
            rest = self.backend.excluding(focus, failing)
            if constraint.kind == "property":
                inner = self._non_conforming_values(constraint.value, rest, shape.path)
                failing.update(node for node, _ in self._pairs_with(shape, rest, inner))
            else:
                failing.update(v.focus for v in self._violations(shape, constraint, rest))
        return failing

    def _non_conforming_values(self, node: Node, focus: Any, path: Path | None) -> set[Any]:
        """The value nodes that do not conform to another shape."""
        failing = self.non_conforming(self.shapes.by_node[node], self.backend.value_nodes(focus, path))
        self._refuse_blank_nodes(node, failing)
        return failing

    def _refuse_blank_nodes(self, shape: Node, nodes: Iterable[Any]) -> None:
        if not self.keeps_blank_nodes and any(isinstance(node, ox.BlankNode) for node in nodes):
            where = self.shapes.graph.place(shape)
            raise ShapesError(f"{where}: it breaks at a blank node, which an endpoint names anew in every answer.")

    def _pairs_with(self, shape: Shape, focus: Any, values: Collection[Any]) -> Iterable[Pair]:
        """The pairs of a focus node and one of these values of its."""
        if not values or shape.path is None:
            return ((value, value) for value in values)
        return ((node, value) for node, value in self.backend.value_pairs(focus, shape.path) if value in values)

    def _violations(self, shape: Shape, constraint: Constraint, focus: Any) -> Iterable[Violation]:
        if constraint.kind in KINDS:
            return _value_violations(shape, constraint, self.backend.failing_values(focus, shape.path, constraint))
        return _HANDLERS[constraint.kind](self, shape, constraint, focus)

    # ── one handler for each kind of constraint ──────────────────────────────────────────────────

    def _class(self, shape: Shape, constraint: Constraint, focus: Any) -> Iterable[Violation]:
        return _value_violations(shape, constraint, self.backend.non_instances(focus, shape.path, constraint.value))

    def _min_count(self, shape: Shape, constraint: Constraint, focus: Any) -> Iterable[Violation]:
        assert shape.path is not None
        return _node_violations(shape, constraint, self.backend.below_min_count(focus, shape.path, constraint.value))

    def _max_count(self, shape: Shape, constraint: Constraint, focus: Any) -> Iterable[Violation]:
        assert shape.path is not None
        return _node_violations(shape, constraint, self.backend.above_max_count(focus, shape.path, constraint.value))

    def _has_value(self, shape: Shape, constraint: Constraint, focus: Any) -> Iterable[Violation]:
        return _node_violations(shape, constraint, self.backend.without_value(focus, shape.path, constraint.value))

    def _equals(self, shape: Shape, constraint: Constraint, focus: Any) -> Iterable[Violation]:
        return _value_violations(shape, constraint, self.backend.unequal_values(focus, shape.path, constraint.value))

    def _disjoint(self, shape: Shape, constraint: Constraint, focus: Any) -> Iterable[Violation]:
        return _value_violations(shape, constraint, self.backend.shared_values(focus, shape.path, constraint.value))

    def _less(self, shape: Shape, constraint: Constraint, focus: Any) -> Iterable[Violation]:
        assert shape.path is not None
        operator = "<=" if constraint.kind == "lessThanOrEquals" else "<"
        return _value_violations(
            shape, constraint, self.backend.unordered_values(focus, shape.path, constraint.value, operator)
        )

    def _unique_lang(self, shape: Shape, constraint: Constraint, focus: Any) -> Iterable[Violation]:
        assert shape.path is not None
        if constraint.value:
            for node, language in self.backend.duplicate_languages(focus, shape.path):
                yield Violation(node, shape, constraint, bindings=(("language", language),))

    def _closed(self, shape: Shape, constraint: Constraint, focus: Any) -> Iterable[Violation]:
        outside: dict[Any, list[Pair]] = defaultdict(list)
        for node, predicate, value in self.backend.disallowed_statements(
            self.backend.value_nodes(focus, shape.path), constraint.value
        ):
            outside[node].append((predicate, value))
        for node, reached in self._pairs_with(shape, focus, outside):
            yield from (Violation(node, shape, constraint, value, predicate) for predicate, value in outside[reached])

    def _node(self, shape: Shape, constraint: Constraint, focus: Any) -> Iterable[Violation]:
        inner = self._non_conforming_values(constraint.value, focus, shape.path)
        return _value_violations(shape, constraint, self._pairs_with(shape, focus, inner))

    def _not(self, shape: Shape, constraint: Constraint, focus: Any) -> Iterable[Violation]:
        inner = self._non_conforming_values(constraint.value, focus, shape.path)
        pairs = self.backend.value_pairs(focus, shape.path)
        return _value_violations(shape, constraint, ((n, v) for n, v in pairs if v not in inner))

    def _logical(self, shape: Shape, constraint: Constraint, focus: Any) -> Iterable[Violation]:
        members = [self._non_conforming_values(node, focus, shape.path) for node in constraint.value]
        conforms = _LOGIC[constraint.kind]
        if members and constraint.kind != "xone" and not any(members):
            return
        for node, value in self.backend.value_pairs(focus, shape.path):
            if not conforms(sum(value not in member for member in members), len(members)):
                yield Violation(node, shape, constraint, value)

    def _qualified(self, shape: Shape, constraint: Constraint, focus: Any) -> Iterable[Violation]:
        qualified: QualifiedValueShape = constraint.value
        bad = self._non_conforming_values(qualified.shape, focus, shape.path)
        siblings = [self._non_conforming_values(node, focus, shape.path) for node in qualified.siblings]
        counts = dict.fromkeys(self.backend.focus_nodes(focus), 0)
        for node, value in self.backend.value_pairs(focus, shape.path):
            counts[node] += value not in bad and all(value in sibling for sibling in siblings)
        low, high = qualified.minimum, qualified.maximum
        wrong = (n for n, k in counts.items() if (low is not None and k < low) or (high is not None and k > high))
        return _node_violations(shape, constraint, wrong)

    def _sparql(self, shape: Shape, constraint: Constraint, focus: Any) -> Iterable[Violation]:
        return self.run_sparql(focus, shape, constraint, constraint.value)


def _value_violations(shape: Shape, constraint: Constraint, pairs: Iterable[Pair]) -> Iterator[Violation]:
    return (Violation(node, shape, constraint, value) for node, value in pairs)


def _node_violations(shape: Shape, constraint: Constraint, nodes: Iterable[Any]) -> Iterator[Violation]:
    return (Violation(node, shape, constraint) for node in nodes)


_LOGIC: Final[dict[str, Callable[[int, int], bool]]] = {
    "and": lambda conforming, of: conforming == of,
    "or": lambda conforming, of: conforming > 0,
    "xone": lambda conforming, of: conforming == 1,
}
_HANDLERS: Final = {
    "class": Evaluation._class,
    "minCount": Evaluation._min_count,
    "maxCount": Evaluation._max_count,
    "hasValue": Evaluation._has_value,
    "equals": Evaluation._equals,
    "disjoint": Evaluation._disjoint,
    "lessThan": Evaluation._less,
    "lessThanOrEquals": Evaluation._less,
    "uniqueLang": Evaluation._unique_lang,
    "closed": Evaluation._closed,
    "node": Evaluation._node,
    "not": Evaluation._not,
    "and": Evaluation._logical,
    "or": Evaluation._logical,
    "xone": Evaluation._logical,
    "qualifiedValueShape": Evaluation._qualified,
    "sparql": Evaluation._sparql,
    "custom": Evaluation._sparql,
}

"""The meaning of shapes: which focus nodes break which constraints, on any backend."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from typing import Any, Final

import pyoxigraph as ox

from lalakg._errors import ShapesError
from lalakg._shacl.backend import Backend, Pair
from lalakg._shacl.custom import Use
from lalakg._shacl.paths import Path
from lalakg._shacl.queries import Select
from lalakg._shacl.shape import Constraint, Qualified, Shape
from lalakg._shacl.shapes import Shapes
from lalakg._shacl.values import KINDS
from lalakg._terms import Node

Found = dict[Any, list["Violation"]]


@dataclass(frozen=True)
class Violation:
    """One validation result before it is put into words."""

    focus: Node
    shape: Shape
    constraint: Constraint
    value: Node | None = None
    path: Node | None = None
    bindings: tuple[tuple[str, Node], ...] = field(default=())


SparqlRunner = Callable[[Any, Shape, Constraint, "Select | Use"], Iterable[Violation]]


class Evaluation:
    """Evaluates shapes on a backend; `run_sparql` runs what SHACL-SPARQL adds."""

    def __init__(
        self, shapes: Shapes, backend: Backend, run_sparql: SparqlRunner, *, keeps_blank_nodes: bool = True
    ) -> None:
        self.shapes, self.backend, self.run_sparql = shapes, backend, run_sparql
        self.keeps_blank_nodes = keeps_blank_nodes

    def evaluate(self, shape: Shape, focus: Any) -> Found:
        """The violations of a shape, by focus node; nodes that conform are not in it."""
        found: Found = defaultdict(list)
        for constraint in shape.constraints:
            if constraint.kind in KINDS:
                pairs = self.backend.failing(focus, shape.path, constraint)
                self._add_values(found, shape, constraint, pairs)
            else:
                _HANDLERS[constraint.kind](self, shape, constraint, focus, found)
        return found

    def _nested(self, node: Node, focus: Any, path: Path | None) -> Found:
        found = self.evaluate(self.shapes.by_node[node], self.backend.step(focus, path))
        if not self.keeps_blank_nodes and any(isinstance(focus_node, ox.BlankNode) for focus_node in found):
            where = self.shapes.graph.place(node)
            raise ShapesError(f"{where}: it breaks at a blank node, which an endpoint names anew in every answer.")
        return found

    @staticmethod
    def _add_values(found: Found, shape: Shape, constraint: Constraint, pairs: Iterable[Pair]) -> None:
        for node, value in pairs:
            found[node].append(Violation(node, shape, constraint, value))

    @staticmethod
    def _add_nodes(found: Found, shape: Shape, constraint: Constraint, nodes: Iterable[Any]) -> None:
        for node in nodes:
            found[node].append(Violation(node, shape, constraint))

    # ── one handler for each kind of constraint ──────────────────────────────────────────────────

    def _class(self, shape: Shape, constraint: Constraint, focus: Any, found: Found) -> None:
        self._add_values(found, shape, constraint, self.backend.outside(focus, shape.path, constraint.value))

    def _min_count(self, shape: Shape, constraint: Constraint, focus: Any, found: Found) -> None:
        assert shape.path is not None
        self._add_nodes(found, shape, constraint, self.backend.fewer(focus, shape.path, constraint.value))

    def _max_count(self, shape: Shape, constraint: Constraint, focus: Any, found: Found) -> None:
        assert shape.path is not None
        self._add_nodes(found, shape, constraint, self.backend.more(focus, shape.path, constraint.value))

    def _has_value(self, shape: Shape, constraint: Constraint, focus: Any, found: Found) -> None:
        self._add_nodes(found, shape, constraint, self.backend.lacking(focus, shape.path, constraint.value))

    def _equals(self, shape: Shape, constraint: Constraint, focus: Any, found: Found) -> None:
        self._add_values(found, shape, constraint, self.backend.unequal(focus, shape.path, constraint.value))

    def _disjoint(self, shape: Shape, constraint: Constraint, focus: Any, found: Found) -> None:
        self._add_values(found, shape, constraint, self.backend.shared(focus, shape.path, constraint.value))

    def _less(self, shape: Shape, constraint: Constraint, focus: Any, found: Found) -> None:
        assert shape.path is not None
        operator = "<=" if constraint.kind == "lessThanOrEquals" else "<"
        pairs = self.backend.unordered(focus, shape.path, constraint.value, operator)
        self._add_values(found, shape, constraint, pairs)

    def _unique_lang(self, shape: Shape, constraint: Constraint, focus: Any, found: Found) -> None:
        assert shape.path is not None
        if constraint.value:
            for node, language in self.backend.same_language(focus, shape.path):
                found[node].append(Violation(node, shape, constraint, bindings=(("language", language),)))

    def _closed(self, shape: Shape, constraint: Constraint, focus: Any, found: Found) -> None:
        reached = focus if shape.path is None else self.backend.step(focus, shape.path)
        for node, predicate, value in self.backend.strange(reached, constraint.value):
            found[node].append(Violation(node, shape, constraint, value, predicate))

    def _property(self, shape: Shape, constraint: Constraint, focus: Any, found: Found) -> None:
        inner = self._nested(constraint.value, focus, shape.path)
        if inner:
            for node, value in self.backend.pairs(focus, shape.path) if shape.path else ((n, n) for n in list(inner)):
                found[node] += inner.get(value, [])
        for node in [node for node, violations in found.items() if not violations]:
            del found[node]

    def _node(self, shape: Shape, constraint: Constraint, focus: Any, found: Found) -> None:
        inner = self._nested(constraint.value, focus, shape.path)
        if inner:
            pairs = self.backend.pairs(focus, shape.path)
            self._add_values(found, shape, constraint, ((n, v) for n, v in pairs if v in inner))

    def _not(self, shape: Shape, constraint: Constraint, focus: Any, found: Found) -> None:
        inner = self._nested(constraint.value, focus, shape.path)
        pairs = self.backend.pairs(focus, shape.path)
        self._add_values(found, shape, constraint, ((n, v) for n, v in pairs if v not in inner))

    def _logical(self, shape: Shape, constraint: Constraint, focus: Any, found: Found) -> None:
        members = [self._nested(node, focus, shape.path) for node in constraint.value]
        conforms = _LOGIC[constraint.kind]
        if constraint.kind != "xone" and not any(members):
            return
        for node, value in self.backend.pairs(focus, shape.path):
            if not conforms(sum(value not in member for member in members), len(members)):
                found[node].append(Violation(node, shape, constraint, value))

    def _qualified(self, shape: Shape, constraint: Constraint, focus: Any, found: Found) -> None:
        qualified: Qualified = constraint.value
        bad = self._nested(qualified.shape, focus, shape.path)
        siblings = [self._nested(node, focus, shape.path) for node in qualified.siblings]
        counts = dict.fromkeys(self.backend.nodes(focus), 0)
        for node, value in self.backend.pairs(focus, shape.path):
            counts[node] += value not in bad and all(value in sibling for sibling in siblings)
        low, high = qualified.minimum, qualified.maximum
        wrong = (n for n, k in counts.items() if (low is not None and k < low) or (high is not None and k > high))
        self._add_nodes(found, shape, constraint, wrong)

    def _sparql(self, shape: Shape, constraint: Constraint, focus: Any, found: Found) -> None:
        for violation in self.run_sparql(focus, shape, constraint, constraint.value):
            found[violation.focus].append(violation)

    def _unsupported(self, shape: Shape, constraint: Constraint, focus: Any, found: Found) -> None:
        raise ShapesError(f"{self.shapes.graph.place(shape.node)}: {constraint.kind} could not be checked.")


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
    "property": Evaluation._property,
    "node": Evaluation._node,
    "not": Evaluation._not,
    "and": Evaluation._logical,
    "or": Evaluation._logical,
    "xone": Evaluation._logical,
    "qualifiedValueShape": Evaluation._qualified,
    "sparql": Evaluation._sparql,
    "custom": Evaluation._sparql,
}

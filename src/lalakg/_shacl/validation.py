"""Validation: a graph and shapes in, results out."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from typing import Any

import pyoxigraph as ox

from lalakg._errors import ShapesError
from lalakg._shacl.backend import Source
from lalakg._shacl.evaluation import Evaluation, Found, Violation
from lalakg._shacl.lexical import Lexical
from lalakg._shacl.messages import message
from lalakg._shacl.points import PointBackend
from lalakg._shacl.queries import SHAPES_GRAPH
from lalakg._shacl.sets import Pattern, SetBackend
from lalakg._shacl.shape import SEVERITIES, Constraint, Shape
from lalakg._shacl.shapes import Shapes
from lalakg._shacl.sparql import SparqlRunner, StoreSource
from lalakg._terms import Node

_LARGE = 50_000  # triples; below, starting threads costs more than they save


@dataclass(frozen=True)
class ShapeResult:
    """One validation result, as SHACL defines it. `severity` is violation, warning, info or the shape's own IRI."""

    focus: Node
    path: Node | None
    value: Node | None
    component: str
    shape: Node
    severity: str
    message: str
    constraint: Node | None = None

    @property
    def identity(self) -> tuple[str, ...]:
        """What two engines must agree on: all but the message."""
        parts = (self.focus, self.path, self.value, self.component, self.shape, self.severity)
        return tuple(str(part) for part in parts)


@dataclass
class Validation:
    """The results, and the shapes that had to be run node by node: slower, but no less checked."""

    results: list[ShapeResult]
    one_by_one: list[str] = field(default_factory=list)

    @property
    def conforms(self) -> bool:
        """SHACL's own verdict: no results, whatever their severity."""
        return not self.results


class Data:
    """Data to be validated: a store, and the literals that it rewrote."""

    def __init__(self, triples: Iterable[ox.Triple | ox.Quad]) -> None:
        self.store, self.lexical = ox.Store(), Lexical()
        self.lexical.load(triples, self.store)


def validate(data: Data, shapes: Shapes) -> Validation:
    """Validate data against shapes. Raises ShapesError for what cannot be checked."""
    if shapes.need_their_graph:
        data.store.extend(ox.Quad(t.subject, t.predicate, t.object, SHAPES_GRAPH) for t in shapes.graph.triples)
    sets = SetBackend(StoreSource(data.store))
    runner = SparqlRunner(sets.source, sets, {})
    by_sets = Evaluation(shapes, sets, runner)
    points = PointBackend(data.store, data.lexical)
    by_points = Evaluation(shapes, points, runner)

    def judge(shape: Shape) -> Found:
        if _has_rewritten_targets(shape, data.lexical):
            return by_points.evaluate(shape, points.targets(shape, sets))
        focus = sets.targets(shape)
        found = by_sets.evaluate(shape, focus)
        affected = _affected(shape, shapes, data.lexical, sets, focus)
        return _replaced(found, by_points.evaluate(shape, affected), affected) if affected else found

    return _validation(_each(judge, shapes.roots, len(data.store)), shapes, runner)


def _each(judge: Callable[[Shape], Found], roots: Iterable[Shape], triples: int) -> Iterable[Found]:
    """Judge every shape, in the order given. Queries run outside Python's lock, so on large data two cores share them;
    more would hold more intermediate results in memory."""
    if triples < _LARGE:
        return map(judge, roots)
    from concurrent.futures import ThreadPoolExecutor

    with ThreadPoolExecutor(2) as pool:
        return list(pool.map(judge, roots))


def validate_remotely(source: Source, shapes: Shapes) -> Validation:
    """Validate what a SPARQL endpoint holds, literals as the store keeps them.

    Raises ShapesError for what cannot be checked there, and EndpointError when the endpoint fails.
    """
    if shapes.need_their_graph:
        raise ShapesError("a constraint looks into $shapesGraph, which the endpoint does not hold; check it locally.")
    sets = SetBackend(source)
    runner = SparqlRunner(source, sets, {})
    evaluation = Evaluation(shapes, sets, runner, keeps_blank_nodes=False)
    return _validation((evaluation.evaluate(s, sets.targets(s)) for s in shapes.roots), shapes, runner)


def _validation(found: Iterable[Found], shapes: Shapes, runner: SparqlRunner) -> Validation:
    violations = (v for by_node in found for some in by_node.values() for v in some)
    results = sorted((_result(v, shapes) for v in violations), key=lambda result: result.identity)
    return Validation(results, sorted(runner.one_by_one))


def _replaced(found: Found, judged: Found, affected: Iterable[Any]) -> Found:
    return {**{node: some for node, some in found.items() if node not in set(affected)}, **judged}


def _affected(shape: Shape, shapes: Shapes, lexical: Lexical, sets: SetBackend, focus: Pattern) -> list[Any]:
    """The focus nodes whose judgement may hang on a literal that the store rewrote."""
    touched = _touched(shape, shapes, set())
    rewritten = lexical.predicates if touched is None else touched & lexical.predicates
    rewritten_constants = _has_rewritten_constants(shape, shapes, lexical)
    if not rewritten and not rewritten_constants:
        return []
    every = sets.nodes(focus)
    if not rewritten_constants and _is_flat(shape, shapes):
        subjects = {s for predicate in rewritten for s in lexical.subjects_of(predicate)}
        return [node for node in every if node in subjects]
    return every


def _has_rewritten_targets(shape: Shape, lexical: Lexical) -> bool:
    """Whether a focus node may be a literal that the store writes in another way."""
    return any(
        (isinstance(node, ox.Literal) and lexical.stored(node) != node)
        or (kind == "targetObjectsOf" and node.value in lexical.predicates)
        for kind, node in shape.targets
    )


def _has_rewritten_constants(shape: Shape, shapes: Shapes, lexical: Lexical) -> bool:
    """Whether a constraint names a literal that a query could not name as it is written."""
    for constraint in shape.constraints:
        named = {"in": constraint.value, "hasValue": (constraint.value,)}.get(constraint.kind, ())
        if any(isinstance(term, ox.Literal) and lexical.stored(term) != term for term in named):
            return True
    return any(_has_rewritten_constants(shapes.by_node[node], shapes, lexical) for node in shape.nested())


def _is_flat(shape: Shape, shapes: Shapes) -> bool:
    """Whether the shape looks no further than the properties of the focus node itself."""
    properties = [shapes.by_node[c.value] for c in shape.constraints if c.kind == "property"]
    others = [c for c in shape.constraints if c.kind != "property"]
    paths = [s.path for s in (shape, *properties) if s.path is not None]
    nested = any(s.nested() for s in properties) or any(s.nested() for s in [_without_properties(shape, others)])
    return not nested and all(path.kind == "predicate" for path in paths)


def _without_properties(shape: Shape, constraints: list[Constraint]) -> Shape:
    return Shape(shape.node, shape.path, (), shape.severity, (), False, tuple(constraints))


def _touched(shape: Shape, shapes: Shapes, seen: set[Any]) -> set[str] | None:
    """The predicates that the shape's constraints follow; None for all of them."""
    touched = shape.path.predicates() if shape.path else set()
    seen.add(shape.node)
    for constraint in shape.constraints:
        if constraint.kind == "closed":
            return None
        if constraint.kind in ("equals", "disjoint", "lessThan", "lessThanOrEquals"):
            touched |= {constraint.value}
    for node in shape.nested():
        inner = _touched(shapes.by_node[node], shapes, seen) if node not in seen else set()
        if inner is None:
            return None
        touched |= inner
    return touched


def _result(violation: Violation, shapes: Shapes) -> ShapeResult:
    shape, constraint = violation.shape, violation.constraint
    path = violation.path or (shape.path.node if shape.path else None)
    return ShapeResult(
        violation.focus,
        path,
        violation.value,
        constraint.component,
        shape.node,
        SEVERITIES.get(shape.severity, shape.severity),
        message(violation, shapes.graph),
        constraint.node if constraint.kind == "sparql" else None,
    )

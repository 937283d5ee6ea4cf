"""Validation (SHACL, section 3): a data graph and shapes in, validation results out."""

from __future__ import annotations

import gc
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import Any, TypeAlias

import pyoxigraph as ox

from lalakg._errors import ShapesError
from lalakg._rdf.terms import Node
from lalakg._shacl.backend import Source
from lalakg._shacl.data import Data
from lalakg._shacl.evaluation import Evaluation, Violation
from lalakg._shacl.lexical_forms import LexicalForms
from lalakg._shacl.messages import messages
from lalakg._shacl.node_backend import NodeBackend
from lalakg._shacl.paths import Path
from lalakg._shacl.shape import SEVERITIES, Shape
from lalakg._shacl.shapes import Shapes
from lalakg._shacl.sparql_backend import SparqlBackend
from lalakg._shacl.sparql_constraints import SHAPES_GRAPH
from lalakg._shacl.sparql_runner import SparqlRunner, StoreSource

ShapeProgress: TypeAlias = Callable[[int, int], None]
"""Called with how many shapes are done, and of how many."""


def _silent(_done: int, _of: int) -> None:
    """No progress report."""


@dataclass(frozen=True)
class ShapeResult:
    """One validation result, as SHACL defines it. `severity` is violation, warning, info or the shape's own IRI."""

    focus: Node
    path: Node | None
    value: Node | None
    component: str
    shape: Node
    severity: str
    messages: tuple[ox.Literal, ...]
    constraint: Node | None = None
    complex_path: Path | None = None  # where the path is more than a predicate
    shape_name: str = ""  # of an anonymous shape, where a report is to tell it

    @property
    def message(self) -> str:
        """The message in words: in English or no language, where there are several."""
        return min((_foreign(text), text.value) for text in self.messages)[1] if self.messages else ""

    @property
    def identity(self) -> tuple[str, ...]:
        """What two engines must agree on: all but the messages."""
        parts = (self.focus, self.path, self.value, self.component, self.shape, self.severity)
        return tuple(str(part) for part in parts)


def _foreign(text: ox.Literal) -> bool:
    return (text.language or "en").partition("-")[0].lower() != "en"


@dataclass
class Validation:
    """The results, and how they were found.

    `node_by_node` names the shapes whose queries could not run set at a time, which is slower but no less exact.
    `rewritten_literal` is an example of a literal that queries saw in another form: its original and its stored form.
    """

    results: list[ShapeResult]
    node_by_node: list[str] = field(default_factory=list)
    rewritten_literal: tuple[ox.Literal, ox.Literal] | None = None


def validate(data: Data, shapes: Shapes, progress: ShapeProgress = _silent) -> Validation:
    """Validate data against shapes. Raises ShapesError for what cannot be checked."""
    if shapes.need_their_graph:
        data.store.extend(ox.Quad(t.subject, t.predicate, t.object, SHAPES_GRAPH) for t in shapes.graph.triples)
    sets = SparqlBackend(StoreSource(data.store))
    return _validation(shapes, NodeBackend(data.store, data.lexical, sets), sets, progress)


def validate_remotely(source: Source, shapes: Shapes, progress: ShapeProgress = _silent) -> Validation:
    """Validate what a SPARQL endpoint holds, literals as the store keeps them.

    Raises ShapesError for what cannot be checked there, and EndpointError when the endpoint fails.
    """
    if shapes.need_their_graph:
        raise ShapesError("a constraint looks into $shapesGraph, which the endpoint does not hold; check it locally.")
    sets = SparqlBackend(source)
    return _validation(shapes, sets, sets, progress)


def _validation(
    shapes: Shapes, backend: SparqlBackend | NodeBackend, sets: SparqlBackend, progress: ShapeProgress
) -> Validation:
    runner = SparqlRunner(sets.source, sets, {})
    evaluation = Evaluation(shapes, backend, runner, keeps_blank_nodes=backend is not sets)
    results: list[ShapeResult] = []
    with _no_garbage_collection():
        for done, shape in enumerate(shapes.roots, 1):
            results += (_result(v, shapes) for _, v in evaluation.evaluate(shape, backend.targets(shape)))
            progress(done, len(shapes))
    node_by_node = sorted(
        str(node) if isinstance(node, ox.NamedNode) else shapes.names.shape(node) for node in runner.node_by_node
    )
    rewritten_literal = _rewritten_literal(backend.lexical, runner) if isinstance(backend, NodeBackend) else None
    return Validation(sorted(results, key=lambda result: result.identity), node_by_node, rewritten_literal)


def _rewritten_literal(lexical: LexicalForms, runner: SparqlRunner) -> tuple[ox.Literal, ox.Literal] | None:
    """An example of a literal that a query may have seen in another form."""
    for term in runner.parameters:
        lexical.record(term)
    return lexical.example() if runner.ran else None


@contextmanager
def _no_garbage_collection() -> Iterator[None]:
    """Without Python's cyclic garbage collector, which took a third of the time: terms and tables have no cycles."""
    was_enabled = gc.isenabled()
    gc.disable()
    try:
        yield
    finally:
        if was_enabled:
            gc.enable()


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
        messages(violation, shapes),
        constraint.node if constraint.kind == "sparql" else None,
        shape.path if violation.path is None and shape.path and shape.path.parts else None,
    )


class _Recorder:
    """A source without data, which keeps the queries that it is asked."""

    def __init__(self) -> None:
        self.queries: list[str] = []

    def rows(self, query: str) -> Iterator[tuple[Any, ...]]:
        """No rows; the query is kept."""
        self.queries.append(query)
        return iter(())

    def solutions(self, query: str, this: Any = None) -> list[dict[str, Any]]:
        """No rows; the query is kept."""
        self.queries.append(query)
        return []


def compiled_queries(shapes: Shapes, shape: Shape) -> list[str]:
    """The SPARQL that one shape is compiled to, in the order of asking, on data without faults.

    Queries that only look up subclasses are left out.
    """
    recorder = _Recorder()
    sparql = SparqlBackend(recorder)
    evaluation = Evaluation(shapes, sparql, SparqlRunner(recorder, sparql, {}))
    list(evaluation.evaluate(shape, sparql.targets(shape)))
    return [query for query in dict.fromkeys(recorder.queries) if "subClassOf>+" not in query]

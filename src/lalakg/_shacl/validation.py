"""Validation: a graph and shapes in, results out."""

from __future__ import annotations

import gc
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import TypeAlias

import pyoxigraph as ox

from lalakg._errors import ShapesError
from lalakg._rdf.terms import Node
from lalakg._shacl.backend import Source
from lalakg._shacl.data import Data
from lalakg._shacl.evaluation import Evaluation, Violation
from lalakg._shacl.lexical import Lexical
from lalakg._shacl.messages import messages
from lalakg._shacl.node_backend import PointBackend
from lalakg._shacl.paths import Path
from lalakg._shacl.select import SHAPES_GRAPH
from lalakg._shacl.shape import SEVERITIES
from lalakg._shacl.shapes import Shapes
from lalakg._shacl.sparql_backend import SetBackend
from lalakg._shacl.sparql_runner import SparqlRunner, StoreSource

Progress: TypeAlias = Callable[[int, int], None]


def _silent(_done: int, _of: int) -> None:
    """Progress that nobody looks at."""


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
    along: Path | None = None  # where the path is more than a predicate
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
    """The results, and what a reader should know of how they came about: the shapes that had to be run node by node,
    slower, but no less checked; a literal that SPARQL saw otherwise than as it was written, and how it saw it."""

    results: list[ShapeResult]
    one_by_one: list[str] = field(default_factory=list)
    altered: tuple[ox.Literal, ox.Literal] | None = None


def validate(data: Data, shapes: Shapes, progress: Progress = _silent) -> Validation:
    """Validate data against shapes. Raises ShapesError for what cannot be checked."""
    if shapes.need_their_graph:
        data.store.extend(ox.Quad(t.subject, t.predicate, t.object, SHAPES_GRAPH) for t in shapes.graph.triples)
    sets = SetBackend(StoreSource(data.store))
    return _validation(shapes, PointBackend(data.store, data.lexical, sets), sets, progress)


def validate_remotely(source: Source, shapes: Shapes, progress: Progress = _silent) -> Validation:
    """Validate what a SPARQL endpoint holds, literals as the store keeps them.

    Raises ShapesError for what cannot be checked there, and EndpointError when the endpoint fails.
    """
    if shapes.need_their_graph:
        raise ShapesError("a constraint looks into $shapesGraph, which the endpoint does not hold; check it locally.")
    sets = SetBackend(source)
    return _validation(shapes, sets, sets, progress)


def _validation(shapes: Shapes, backend: SetBackend | PointBackend, sets: SetBackend, progress: Progress) -> Validation:
    runner = SparqlRunner(sets.source, sets, {})
    evaluation = Evaluation(shapes, backend, runner, keeps_blank_nodes=backend is not sets)
    results: list[ShapeResult] = []
    with _uncollected():
        for done, shape in enumerate(shapes.roots, 1):
            results += (_result(v, shapes) for _, v in evaluation.evaluate(shape, backend.targets(shape)))
            progress(done, len(shapes))
    one_by_one = sorted(
        str(node) if isinstance(node, ox.NamedNode) else shapes.names.shape(node) for node in runner.one_by_one
    )
    altered = _altered(backend.lexical, runner) if isinstance(backend, PointBackend) else None
    return Validation(sorted(results, key=lambda result: result.identity), one_by_one, altered)


def _altered(lexical: Lexical, runner: SparqlRunner) -> tuple[ox.Literal, ox.Literal] | None:
    """See Validation."""
    for term in runner.parameters:
        lexical.note(term)
    return lexical.example() if runner.ran else None


@contextmanager
def _uncollected() -> Iterator[None]:
    """Without Python's search for circles, of which terms and tables have none: it took a third of the time."""
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

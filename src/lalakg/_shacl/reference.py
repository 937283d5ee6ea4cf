"""pySHACL as the reference engine: validates the same data and shapes; its report is read as our results."""

from __future__ import annotations

import logging
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pyoxigraph as ox

from lalakg._errors import ShapesError
from lalakg._rdf.terms import WELL_KNOWN, from_rdflib, to_rdflib
from lalakg._shacl.paths import read_path
from lalakg._shacl.shape import SEVERITIES
from lalakg._shacl.shapes_graph import SH, ShapesGraph
from lalakg._shacl.validation import ShapeResult


def validate(triples: Iterable[ox.Triple], shapes: Iterable[ox.Triple], name: Path | str) -> list[ShapeResult]:
    """What the graph breaks, by pySHACL. `name` is what messages call the shapes.

    Raises ShapesError for shapes that it refuses.
    """
    import pyshacl

    try:
        with _quiet():
            data, shapes_graph = to_rdflib(triples, {}), to_rdflib(shapes, WELL_KNOWN)
            _, report, text = pyshacl.validate(data, shacl_graph=shapes_graph, inference="none")
    except Exception as error:  # pySHACL raises a family of its own, and rdflib's and Python's errors besides
        raise ShapesError(f"{name}: {error}") from error
    if not hasattr(report, "triples"):  # a ValidationFailure, not a graph
        raise ShapesError(f"{name}: {text}")
    return _results(from_rdflib(report))


@contextmanager
def _quiet() -> Iterator[None]:
    """Without rdflib's tracebacks for ill-typed literals, which it is for the shapes to find."""
    logger = logging.getLogger("rdflib.term")
    was_disabled, logger.disabled = logger.disabled, True
    try:
        yield
    finally:
        logger.disabled = was_disabled


def _results(report: Iterable[ox.Triple]) -> list[ShapeResult]:
    graph = ShapesGraph(report, {})
    index: dict[Any, dict[str, list[Any]]] = {}
    nodes: list[Any] = []
    for triple in graph.triples:
        properties = index.setdefault(triple.subject, {})
        properties.setdefault(triple.predicate.value.removeprefix(SH), []).append(triple.object)
        if triple.predicate.value == SH + "result":
            nodes.append(triple.object)
    return sorted((_result(index[node], graph) for node in nodes), key=lambda result: result.identity)


def _result(properties: dict[str, list[Any]], graph: ShapesGraph) -> ShapeResult:
    def one(name: str) -> Any:
        return properties.get(name, [None])[0]

    focus, shape = properties["focusNode"][0], properties["sourceShape"][0]
    component, severity = properties["sourceConstraintComponent"][0], properties["resultSeverity"][0]
    messages, path = tuple(properties.get("resultMessage", [])), one("resultPath")
    complex_path = read_path(graph, path) if isinstance(path, ox.BlankNode) else None
    named = SEVERITIES.get(severity.value, severity.value)
    constraint = one("sourceConstraint")
    return ShapeResult(focus, path, one("value"), component.value, shape, named, messages, constraint, complex_path)

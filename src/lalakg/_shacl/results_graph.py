"""The results graph: a sh:ValidationReport in RDF (SHACL, section 3.6)."""

from __future__ import annotations

from collections.abc import Iterable
from itertools import count

import pyoxigraph as ox

from lalakg._rdf.terms import RDF_TYPE, RDFS_LABEL, Node
from lalakg._shacl.shape import SEVERITIES
from lalakg._shacl.shapes_graph import SH
from lalakg._shacl.validation import ShapeResult

_IRIS = {name: iri for iri, name in SEVERITIES.items()}


def results_graph(results: Iterable[ShapeResult]) -> list[ox.Triple]:
    """A sh:ValidationReport with its results. Blank nodes of the data keep their labels; a path that is more than a
    predicate is written out for each result, as SHACL wants it; an anonymous shape that has a name gets it as label."""
    names = (ox.BlankNode(f"path{number}") for number in count(1))
    report = ox.BlankNode("report")
    results = list(results)
    triples = [
        ox.Triple(report, RDF_TYPE, _sh("ValidationReport")),
        ox.Triple(report, _sh("conforms"), ox.Literal(not results)),
    ]
    for number, result in enumerate(results, 1):
        node = ox.BlankNode(f"result{number}")
        triples.append(ox.Triple(report, _sh("result"), node))
        triples.append(ox.Triple(node, RDF_TYPE, _sh("ValidationResult")))
        triples += [ox.Triple(node, _sh(name), value) for name, value in _properties(result)]
        if result.complex_path:
            path, inner = result.complex_path.rdf(names)
            triples += [ox.Triple(node, _sh("resultPath"), path), *inner]
    labels = {r.shape: r.shape_name for r in results if isinstance(r.shape, ox.BlankNode) and r.shape_name}
    return triples + [ox.Triple(shape, RDFS_LABEL, ox.Literal(name)) for shape, name in labels.items()]


def _properties(result: ShapeResult) -> Iterable[tuple[str, Node]]:
    yield "focusNode", result.focus
    yield "sourceShape", result.shape
    yield "sourceConstraintComponent", ox.NamedNode(result.component)
    yield "resultSeverity", ox.NamedNode(_IRIS.get(result.severity, result.severity))
    yield from (("resultMessage", text) for text in result.messages)
    if isinstance(result.path, ox.NamedNode):
        yield "resultPath", result.path
    if result.value is not None:
        yield "value", result.value
    if result.constraint is not None:
        yield "sourceConstraint", result.constraint


def _sh(name: str) -> ox.NamedNode:
    return ox.NamedNode(SH + name)

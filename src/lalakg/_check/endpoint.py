"""Checks at a SPARQL endpoint: shapes are compiled to queries that the endpoint answers."""

from __future__ import annotations

import time
from collections.abc import Iterator
from typing import Any, Final

import pyoxigraph as ox

from lalakg._check.data_under_check import DataUnderCheck
from lalakg._check.findings import in_order
from lalakg._check.input import read_shapes
from lalakg._check.report import Progress, Report
from lalakg._check.shape_findings import shape_finding, validation_notes
from lalakg._graph.graph import KnowledgeGraph
from lalakg._rdf.labels import LABEL_PROPERTIES
from lalakg._rdf.terms import WELL_KNOWN
from lalakg._shacl import RemoteSource, ShapeProgress, Shapes, Validation, validate_remotely
from lalakg._sparql.engine import RemoteEngine
from lalakg._sparql.results import Rows

_CHUNK: Final = 500  # how many labels are asked for at once


def check_endpoint(kg: KnowledgeGraph, shapes: Any, progress: Progress, shapes_done: ShapeProgress) -> Report:
    """Check what an endpoint holds against shapes of the caller's, which need not be about our folder."""
    started = time.perf_counter()
    read = read_shapes(shapes, {**WELL_KNOWN, **kg.profile.prefixes})
    validation = validate_at_endpoint(kg, read, shapes_done)
    progress(f"shapes: {len(read)} in {time.perf_counter() - started:.2f} s")
    things = {str(r.focus) for r in validation.results if isinstance(r.focus, ox.NamedNode)}
    under_check = DataUnderCheck(list(_endpoint_labels(kg, sorted(things))), [], read.graph.prefixes)
    under_check.prepare_locations(validation.results)
    findings = [shape_finding(result, under_check, read) for result in validation.results]
    notes = (endpoint_note(kg), *validation_notes(validation, read, kg.sparql))
    return Report(in_order(findings), {"shapes": len(read)}, notes, read.graph.prefixes)


def validate_at_endpoint(kg: KnowledgeGraph, shapes: Shapes, shapes_done: ShapeProgress) -> Validation:
    """Validate the graph at its endpoint."""
    assert isinstance(kg.engine, RemoteEngine)
    return validate_remotely(RemoteSource(kg.engine), shapes, shapes_done)


def endpoint_note(kg: KnowledgeGraph) -> str:
    """A note for the report: whose literals were judged, where."""
    assert isinstance(kg.engine, RemoteEngine)
    graph = f" in <{kg.engine.graph}>" if kg.engine.graph else ""
    return f"literals were judged as the store keeps them, at {kg.endpoint}{graph}."


def _endpoint_labels(kg: KnowledgeGraph, things: list[str]) -> Iterator[ox.Triple]:
    """The labels that the endpoint has for some things."""
    for start in range(0, len(things), _CHUNK):
        some, labels = " ".join(things[start : start + _CHUNK]), " ".join(f"<{iri}>" for iri in LABEL_PROPERTIES)
        rows = kg.sparql(f"SELECT ?s ?p ?o WHERE {{ VALUES ?s {{ {some} }} VALUES ?p {{ {labels} }} ?s ?p ?o }}")
        assert isinstance(rows, Rows)
        yield from (ox.Triple(row["s"], row["p"], row["o"]) for row in rows)

"""What an endpoint holds: checked there, by shapes that are compiled to its queries."""

from __future__ import annotations

import time
from collections.abc import Iterator
from typing import Any, Final

import pyoxigraph as ox

from lalakg._check.data_under_check import Loaded
from lalakg._check.findings import finding, ordered, remarks
from lalakg._check.input import read_shapes
from lalakg._check.progress import Counting, Progress
from lalakg._check.report import Report
from lalakg._graph.graph import KnowledgeGraph
from lalakg._rdf.labels import LABEL_PROPERTIES
from lalakg._rdf.terms import WELL_KNOWN
from lalakg._shacl import RemoteSource, Shapes, Validation, validate_remotely
from lalakg._sparql.engine import RemoteEngine
from lalakg._sparql.results import Rows

_CHUNK: Final = 500  # how many labels are asked for at once


def check_endpoint(kg: KnowledgeGraph, shapes: Any, progress: Progress, shapes_done: Counting) -> Report:
    """Check what an endpoint holds against shapes of the caller's, which need not be about our folder."""
    started = time.perf_counter()
    read = read_shapes(shapes, WELL_KNOWN)
    validation = validate_there(kg, read, shapes_done)
    progress(f"shapes: {len(read)} in {time.perf_counter() - started:.2f} s")
    things = {str(r.focus) for r in validation.results if isinstance(r.focus, ox.NamedNode)}
    loaded = Loaded(list(_labels_at(kg, sorted(things))), [], read.graph.prefixes)
    loaded.expect(validation.results)
    findings = [finding(result, loaded, read) for result in validation.results]
    notes = (as_kept(kg), *remarks(validation, read, kg.sparql))
    return Report(ordered(findings), {"shapes": len(read)}, notes, read.graph.prefixes)


def validate_there(kg: KnowledgeGraph, shapes: Shapes, shapes_done: Counting) -> Validation:
    """What the shapes find in the graph at its endpoint."""
    assert isinstance(kg.engine, RemoteEngine)
    return validate_remotely(RemoteSource(kg.engine), shapes, shapes_done)


def as_kept(kg: KnowledgeGraph) -> str:
    """Whose literals were judged, in words."""
    assert isinstance(kg.engine, RemoteEngine)
    graph = f" in <{kg.engine.graph}>" if kg.engine.graph else ""
    return f"literals were judged as the store keeps them, at {kg.endpoint}{graph}."


def _labels_at(kg: KnowledgeGraph, things: list[str]) -> Iterator[ox.Triple]:
    """The labels that the endpoint has for some things."""
    for start in range(0, len(things), _CHUNK):
        some, labels = " ".join(things[start : start + _CHUNK]), " ".join(f"<{iri}>" for iri in LABEL_PROPERTIES)
        rows = kg.sparql(f"SELECT ?s ?p ?o WHERE {{ VALUES ?s {{ {some} }} VALUES ?p {{ {labels} }} ?s ?p ?o }}")
        assert isinstance(rows, Rows)
        yield from (ox.Triple(row["s"], row["p"], row["o"]) for row in rows)

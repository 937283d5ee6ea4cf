"""Checks of RDF files, or of an rdflib graph, against shapes alone."""

from __future__ import annotations

import time
from collections.abc import Iterable
from pathlib import Path
from typing import Any

import pyoxigraph as ox

from lalakg._check.data_under_check import DataUnderCheck
from lalakg._check.findings import in_order
from lalakg._check.input import header, read_shapes, statements
from lalakg._check.report import Progress, Report
from lalakg._check.shape_findings import shape_finding, validation_notes
from lalakg._errors import FolderError
from lalakg._rdf.terms import Prefixes, from_rdflib
from lalakg._shacl import ShapeProgress


def check_files(data: Any, shapes: Any, engine: str, progress: Progress, shapes_done: ShapeProgress) -> Report:
    """Check RDF files, or an rdflib graph, against shapes."""
    if shapes is None:
        raise FolderError("data without a folder needs shapes to be checked against: shapes=…, or --shapes FILE.")
    started = time.perf_counter()
    is_graph = hasattr(data, "serialize")
    files = [] if is_graph else [Path(p) for p in ([data] if isinstance(data, Path | str) else data)]
    read = read_shapes(shapes, {p: ns for path in files for p, ns in header(path).items()})
    under_check = _data_under_check(data, files, read.graph.prefixes, engine)
    if files and not len(under_check.data.store):
        raise FolderError(f"nothing to check: there is no statement in {', '.join(map(str, files))}.")
    validation = under_check.validate(read, engine, shapes_done)
    progress(f"shapes: {len(read)} in {time.perf_counter() - started:.2f} s")
    under_check.prepare_locations(validation.results)
    findings = [shape_finding(result, under_check, read) for result in validation.results]
    notes = tuple(validation_notes(validation, read, under_check.data.store.query))
    return Report(in_order(findings), {"shapes": len(read)}, notes, read.graph.prefixes, tuple(files))


def _data_under_check(data: Any, files: list[Path], prefixes: Prefixes, engine: str) -> DataUnderCheck:
    if not files:
        return DataUnderCheck(list(_triples_of(data)), files, prefixes)
    if engine == "pyshacl":
        return DataUnderCheck(list(statements(files)), files, prefixes)
    lines = [path for path in files if ox.RdfFormat.from_extension(path.suffix[1:]) == ox.RdfFormat.N_TRIPLES]
    return DataUnderCheck(statements(path for path in files if path not in lines), files, prefixes, lines=lines)


def _triples_of(graph: Any) -> Iterable[ox.Triple]:
    """The triples of an rdflib graph, or of a data set, in which each has a graph, too."""
    triples: Any = (statement[:3] for statement in graph)
    return from_rdflib(triples)

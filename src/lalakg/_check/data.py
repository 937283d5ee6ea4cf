"""Data without a folder: RDF files, or an rdflib graph, checked against shapes alone."""

from __future__ import annotations

import time
from collections.abc import Iterable
from pathlib import Path
from typing import Any

import pyoxigraph as ox

from lalakg._check.data_under_check import Loaded
from lalakg._check.findings import finding, ordered, remarks
from lalakg._check.input import header, read_shapes, statements
from lalakg._check.progress import Counting, Progress
from lalakg._check.report import Report
from lalakg._errors import FolderError
from lalakg._rdf.terms import Prefixes, from_rdflib


def check_data(data: Any, shapes: Any, engine: str, progress: Progress, shapes_done: Counting) -> Report:
    """Check files, or an rdflib graph."""
    if shapes is None:
        raise FolderError("data without a folder needs shapes to be checked against: shapes=…, or --shapes FILE.")
    started = time.perf_counter()
    is_graph = hasattr(data, "serialize")
    files = [] if is_graph else [Path(p) for p in ([data] if isinstance(data, Path | str) else data)]
    read = read_shapes(shapes, {p: ns for path in files for p, ns in header(path).items()})
    loaded = _loaded(data, files, read.graph.prefixes, engine)
    if files and not len(loaded.data.store):
        raise FolderError(f"nothing to check: there is no statement in {', '.join(map(str, files))}.")
    validation = loaded.validate(read, engine, shapes_done)
    progress(f"shapes: {len(read)} in {time.perf_counter() - started:.2f} s")
    loaded.expect(validation.results)
    findings = [finding(result, loaded, read) for result in validation.results]
    notes = tuple(remarks(validation, read, loaded.data.store.query))
    return Report(ordered(findings), {"shapes": len(read)}, notes, read.graph.prefixes, tuple(files))


def _loaded(data: Any, files: list[Path], prefixes: Prefixes, engine: str) -> Loaded:
    if not files:
        return Loaded(list(_spoken(data)), files, prefixes)
    if engine == "pyshacl":
        return Loaded(list(statements(files)), files, prefixes)
    lines = [path for path in files if ox.RdfFormat.from_extension(path.suffix[1:]) == ox.RdfFormat.N_TRIPLES]
    return Loaded(statements(path for path in files if path not in lines), files, prefixes, lines=lines)


def _spoken(graph: Any) -> Iterable[ox.Triple]:
    """The triples of an rdflib graph, or of a data set, in which each has a graph, too."""
    triples: Any = (statement[:3] for statement in graph)
    return from_rdflib(triples)

"""A folder's graph: checked step by step, with its own shapes, queries and answers."""

from __future__ import annotations

import time
from collections.abc import Mapping
from dataclasses import replace
from functools import partial
from pathlib import Path
from typing import Any

from lalakg._check.answers import answers
from lalakg._check.data_under_check import Loaded
from lalakg._check.endpoint import as_kept, validate_there
from lalakg._check.findings import Found, finding, ordered, remarks
from lalakg._check.hygiene import hygiene, iri
from lalakg._check.input import read_shapes
from lalakg._check.profile_checks import ProfileChecks, Step
from lalakg._check.progress import Counting, Progress
from lalakg._check.report import Finding, Report
from lalakg._graph.graph import KnowledgeGraph
from lalakg._shacl import Shapes
from lalakg._sparql.engine import RemoteEngine


def check_folder(
    kg: KnowledgeGraph,
    shapes: Any,
    source: Path | str | None,
    engine: str,
    progress: Progress,
    shapes_done: Counting,
) -> Report:
    """Check a folder's graph, here or at its endpoint, by its own shapes or the caller's."""
    read = read_shapes(shapes or kg.folder.shapes, kg.prefixes)
    loaded = Loaded(kg.triples, kg.folder.data, read.graph.prefixes, kg.base)
    notes: list[str] = []
    steps: dict[str, Step] = {
        "shapes": partial(_shapes, kg, read, loaded, engine, notes, shapes_done),
        "hygiene queries": partial(hygiene, kg),
        "expected answers": partial(answers, kg),
    }
    steps |= _profile_steps(kg, source, notes)
    findings: list[Finding] = []
    checked: dict[str, int] = {}
    for name, step in steps.items():
        started = time.perf_counter()
        found, checked[name] = step()
        findings += found
        progress(f"{name}: {checked[name]} in {time.perf_counter() - started:.2f} s")
    located = [_locate(finding, kg, loaded) for finding in findings]
    files = tuple(kg.folder.data)
    return Report(ordered(located), checked, tuple(notes), kg.prefixes, files).relative_to(kg.folder.root)


def _profile_steps(kg: KnowledgeGraph, source: Path | str | None, notes: list[str]) -> Mapping[str, Step]:
    checks = kg.folder.profile.extension(ProfileChecks)
    if source is not None and not checks.reads_source:
        notes.append(f"{source} was not read: the profile of this graph compares it with no source.")
        source = None
    return checks.steps(kg, None if source is None else Path(source))


def _shapes(
    kg: KnowledgeGraph, shapes: Shapes, loaded: Loaded, engine: str, notes: list[str], shapes_done: Counting
) -> Found:
    if isinstance(kg.engine, RemoteEngine):
        notes.append(as_kept(kg))
        validation = validate_there(kg, shapes, shapes_done)
    else:
        validation = loaded.validate(shapes, engine, shapes_done)
    notes += remarks(validation, shapes, kg.sparql)
    return [finding(result, loaded, shapes) for result in validation.results], len(shapes)


def _locate(finding: Finding, kg: KnowledgeGraph, loaded: Loaded) -> Finding:
    """A finding of a query with its place and label; those of shapes have theirs."""
    if finding.path or finding.result or not finding.thing:
        return finding
    if (node := iri(kg, finding.thing)) is None:
        return finding
    place = loaded.place(node)
    where = (place.path, place.line) if place else (None, None)
    return replace(finding, label=loaded.label(node), path=where[0], line=where[1])

"""SHACL: a graph and shapes in, validation results out. One small interface; pySHACL does the work."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pyoxigraph as ox

from lalakg import _turtle
from lalakg._errors import ShapesError
from lalakg._terms import WELL_KNOWN, Node, from_rdflib, to_rdflib

if TYPE_CHECKING:
    import rdflib

SH = WELL_KNOWN["sh"]
_SEVERITIES = {SH + "Violation": "violation", SH + "Warning": "warning", SH + "Info": "info"}


@dataclass(frozen=True)
class ShapeResult:
    """One validation result, as SHACL defines it. `severity` is violation, warning or info."""

    focus: Node
    path: Node | None
    value: Node | None
    component: str
    shape: Node
    severity: str
    message: str


def validate(triples: Iterable[ox.Triple], shapes: Path) -> list[ShapeResult]:
    """What the graph breaks, through pySHACL; empty when it conforms.

    Raises ShapesError for shapes that cannot be run.
    """
    import pyshacl

    data = to_rdflib(triples, {})
    shapes_graph = to_rdflib(_turtle.read(shapes).triples, WELL_KNOWN)
    try:
        _, report, text = pyshacl.validate(data, shacl_graph=shapes_graph, inference="none", meta_shacl=False)
    except Exception as error:  # pySHACL raises a family of its own, and rdflib's and Python's errors besides
        raise ShapesError(f"{shapes}: {error}") from error
    if not hasattr(report, "triples"):
        raise ShapesError(f"{shapes}: {text}")
    return _results(report)


def _results(report: rdflib.Graph) -> list[ShapeResult]:
    index: dict[Any, dict[str, list[Any]]] = {}
    results = []
    for triple in from_rdflib(report):
        properties = index.setdefault(triple.subject, {})
        properties.setdefault(triple.predicate.value.removeprefix(SH), []).append(triple.object)
        if triple.predicate.value == SH + "result":
            results.append(triple.object)
    return sorted((_result(index[node]) for node in results), key=str)


def _result(properties: dict[str, list[Node]]) -> ShapeResult:
    def one(name: str) -> Node | None:
        return properties.get(name, [None])[0]

    focus, shape, component = one("focusNode"), one("sourceShape"), one("sourceConstraintComponent")
    assert focus is not None
    assert shape is not None
    severity, constraint = one("resultSeverity"), one("sourceConstraint")
    message = min((str(m.value) for m in properties.get("resultMessage", [])), default="")
    source = constraint if isinstance(constraint, ox.NamedNode) else shape
    return ShapeResult(
        focus,
        one("resultPath"),
        one("value"),
        component.value.removeprefix(SH) if component else "",
        source,
        _SEVERITIES.get(str(severity.value) if severity else "", "violation"),
        message,
    )

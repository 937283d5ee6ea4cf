"""Findings of shapes: validation results with their rule, file and line, label and remedy; notes on the validation."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Any, Final

import pyoxigraph as ox

from lalakg._check.data_under_check import DataUnderCheck
from lalakg._check.findings import Finding
from lalakg._rdf.terms import WELL_KNOWN, Node, Prefixes, compact
from lalakg._shacl import ShapeResult, Shapes, Validation

_REMEDY: Final = WELL_KNOWN["skos"] + "editorialNote"
_OWNERS: Final = 3  # how far up from a constraint we look for a remedy


def shape_finding(result: ShapeResult, data: DataUnderCheck, shapes: Shapes) -> Finding:
    """A validation result as a finding."""
    rule = shapes.names.rule(result.shape, result.component, result.constraint)
    place = data.place(result.focus, result.path, result.value)
    return Finding(
        "shapes",
        result.severity,
        rule,
        data.message(result),
        data.name(result.focus),
        data.label(result.focus),
        place.path if place else None,
        place.line if place else None,
        _remedy(result, shapes),
        data.with_names(result, shapes),
    )


def _remedy(result: ShapeResult, shapes: Shapes) -> str:
    """What mends a finding: the shape's editorial note, or that of the shape that it belongs to."""
    rule: Node = result.constraint if isinstance(result.constraint, ox.NamedNode) else result.shape
    for _ in range(_OWNERS):
        if notes := shapes.graph.values(rule, _REMEDY):
            return str(notes[0].value)
        owners = [*shapes.graph.subjects("property", rule), *shapes.graph.subjects("sparql", rule)]
        if not owners:
            return ""
        rule = owners[0]
    return ""


def validation_notes(validation: Validation, shapes: Shapes, ask: Callable[[str], Any]) -> Iterator[str]:
    """Notes for the reader on how shapes were run. `ask` answers an ASK query on the data."""
    if validation.node_by_node:
        yield f"asked node by node, which is slower: {', '.join(validation.node_by_node)}."
    if validation.rewritten_literal:
        original, stored = (_typed_literal(literal, shapes.graph.prefixes) for literal in validation.rewritten_literal)
        yield f"constraints in SPARQL judged literals as the store keeps them, such as {stored} for {original}."
    for name in shapes.undefined_shapes:
        yield f"nothing is said of {name}, which is used as a shape, so everything conforms to it; is its name right?"
    if not validation.results and not any(ask(pattern) for pattern in _target_queries(shapes)):
        yield "no shape has anything in this data to check; are these the right shapes for it?"


def _typed_literal(literal: ox.Literal, prefixes: Prefixes) -> str:
    """A literal with its short datatype, so that two forms of one can be told apart."""
    return f"{ox.Literal(literal.value)}^^{compact(literal.datatype.value, prefixes)}"


def _target_queries(shapes: Shapes) -> Iterator[str]:
    """ASK queries, one for each target: whether the data has any focus node."""
    for kind, node in (target for shape in shapes.roots for target in shape.targets):
        patterns = {"targetNode": "", "targetClass": f"?thing a/<{WELL_KNOWN['rdfs']}subClassOf>* {node}"}
        yield f"ASK {{ {patterns.get(kind, f'?thing {node} ?any')} }}"

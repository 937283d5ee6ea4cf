"""SHACL shapes in words: what each demands and why, what breaks it, what mends a finding."""

from __future__ import annotations

import re
from collections.abc import Callable, Container
from dataclasses import dataclass

import pyoxigraph as ox

from lalakg._pages.index import Index
from lalakg._rdf.terms import WELL_KNOWN, natural

_SH, _SKOS = WELL_KNOWN["sh"], WELL_KNOWN["skos"]
_TARGETS = tuple(_SH + name for name in ("targetClass", "targetNode", "targetSubjectsOf", "targetObjectsOf", "target"))
_NUMBER = re.compile(r"[A-Z]+\d+")


@dataclass(frozen=True)
class ShapeDescription:
    """One shape that has a target, in words."""

    number: str
    anchor: str
    label: str
    definition: str
    scope: str
    example: str
    remedy: str
    severity: str
    messages: tuple[str, ...]
    terms: frozenset[str]


def shape_descriptions(
    shapes: Index, known: Container[str], mentioned: Callable[[str], set[str]]
) -> tuple[ShapeDescription, ...]:
    """Every shape of `shapes` that has a target, in the order of the shapes' numbers.

    `known` are the terms that have pages; `mentioned` finds the IRIs in the text of a query.
    """
    roots = [shape for shape in shapes.things if any(shapes.statements(shape, *_TARGETS))]
    return tuple(_description(shapes, root, known, mentioned) for root in roots)


def _description(
    shapes: Index, root: str, known: Container[str], mentioned: Callable[[str], set[str]]
) -> ShapeDescription:
    parts = _parts(shapes, root)
    local = re.split(r"[/#:]", root)[-1]
    number = match[0] if (match := _NUMBER.match(local)) else ""
    messages = {text for part in parts for text in shapes.texts(part, _SH + "message")}
    severities = [shapes.name(severity) for part in parts for severity in shapes.objects(part, _SH + "severity")]

    def text(name: str) -> str:
        return shapes.text(root, _SKOS + name)

    return ShapeDescription(
        number=number,
        anchor=local,
        label=shapes.label(root),
        definition=text("definition") or shapes.text(root, WELL_KNOWN["rdfs"] + "comment", _SH + "description"),
        scope=text("scopeNote"),
        example=text("example"),
        remedy=text("editorialNote"),
        severity=severities[0].partition(":")[2].lower() if severities else "violation",
        messages=tuple(sorted(messages, key=natural)),
        terms=frozenset(iri for iri in _terms(shapes, parts, mentioned) if iri in known),
    )


def _parts(shapes: Index, root: str) -> list[str]:
    """A shape and every node that it leads to inside the shapes, other shapes with targets excepted."""
    found, rest = [root], [root]
    while rest:
        for statement in shapes.statements(rest.pop()):
            node = statement.object
            name = f"_:{node.value}" if isinstance(node, ox.BlankNode) else str(node.value)
            if (
                isinstance(node, ox.Literal)
                or name in found
                or name not in shapes.out
                or "prefix" in statement.property
            ):
                continue
            if not any(shapes.statements(name, *_TARGETS)):
                found.append(name)
                rest.append(name)
    return found


def _terms(shapes: Index, parts: list[str], mentioned: Callable[[str], set[str]]) -> set[str]:
    found: set[str] = set()
    for part in parts:
        for statement in shapes.statements(part):
            if isinstance(statement.object, ox.NamedNode):
                found.add(statement.object.value)
            elif statement.property in (_SH + "select", _SH + "ask") and isinstance(statement.object, ox.Literal):
                found |= mentioned(statement.object.value)
    return found

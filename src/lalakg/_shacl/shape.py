"""The model of a shape: its path, targets, severity and constraints."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, Final

import pyoxigraph as ox

from lalakg._rdf.terms import Node
from lalakg._shacl.paths import Path
from lalakg._shacl.shapes_graph import SH

SEVERITIES: Final = {SH + "Violation": "violation", SH + "Warning": "warning", SH + "Info": "info"}
LISTS_OF_SHAPES: Final = ("and", "or", "xone")
SHAPE_VALUED: Final = ("node", "property", "not", "qualifiedValueShape")


@dataclass(frozen=True)
class Constraint:
    """One constraint: `kind` is the parameter's name (class, minCount …), `value` what it was read as."""

    kind: str
    component: str
    value: Any
    node: Node | None = None


@dataclass(frozen=True)
class QualifiedValueShape:
    """A qualified value shape with its bounds and the sibling shapes that its values must not conform to."""

    shape: Node
    minimum: int | None
    maximum: int | None
    siblings: tuple[Node, ...]


@dataclass(frozen=True)
class Shape:
    """A node shape (`path` is None) or property shape."""

    node: Node
    path: Path | None
    targets: tuple[tuple[str, Node], ...]
    severity: str
    messages: tuple[ox.Literal, ...]
    deactivated: bool
    constraints: tuple[Constraint, ...]

    def nested(self) -> list[Node]:
        """The shapes that this one's constraints refer to."""
        nodes: list[Node] = []
        for constraint in self.constraints:
            value = constraint.value
            if constraint.kind in LISTS_OF_SHAPES:
                nodes += value
            elif constraint.kind == "qualifiedValueShape":
                nodes += [value.shape, *value.siblings]
            elif constraint.kind in SHAPE_VALUED:
                nodes.append(value)
        return nodes

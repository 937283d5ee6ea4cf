"""Data under check: a store of the statements, with names, labels and source locations for its nodes."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, replace
from functools import cached_property
from pathlib import Path
from typing import Any

import pyoxigraph as ox

from lalakg._rdf.labels import LABEL_PROPERTIES, best_label
from lalakg._rdf.source_locations.locations import SourceLocations
from lalakg._rdf.terms import Prefixes, compact
from lalakg._shacl import Data, ShapeProgress, ShapeResult, Shapes, Validation, reference, validate

_IDENTITY_LIMIT = 3  # how far up we look for the block from which a derived thing comes


@dataclass
class DataUnderCheck:
    """Statements to validate, and what a report says of their nodes."""

    triples: Iterable[ox.Triple | ox.Quad]
    files: list[Path]
    prefixes: Prefixes
    base: str = ""  # of the names that may be derived
    lines: Iterable[Path] = ()  # files of N-Triples whose statements are not among the triples

    @cached_property
    def data(self) -> Data:
        """The data in a store."""
        return Data(self.triples, self.lines)

    @cached_property
    def positions(self) -> SourceLocations:
        """Where the statements of the files stand."""
        return SourceLocations(self.files)

    def validate(self, shapes: Shapes, engine: str, progress: ShapeProgress) -> Validation:
        """Validate the data with an engine, lalakg or pyshacl."""
        if engine == "pyshacl":
            plain = (ox.Triple(t.subject, t.predicate, t.object) for t in self.triples)
            return Validation(reference.validate(plain, shapes.graph.triples, "the shapes"))
        return validate(self.data, shapes, progress)

    def prepare_locations(self, results: Iterable[ShapeResult]) -> None:
        """Announce whose locations will be asked for, so that a large file is read only once."""
        nodes = (node for result in results for node in (result.focus, result.value))
        self.positions.wanted |= {node.value for node in nodes if isinstance(node, ox.NamedNode)}

    def name(self, node: Any) -> str:
        """A node's short name; that of a blank node, which has none, says how it is reached: ex:a ex:p []."""
        if isinstance(node, ox.BlankNode):
            return " ".join((*(self.name(step) for step in self._path_to(node)[:2]), "[]"))
        return compact(node.value, self.prefixes) if isinstance(node, ox.NamedNode) else str(node)

    def _path_to(self, node: Any) -> list[Any]:
        """The named thing from which a blank node is reached, the property there, and that property's value; nothing
        when no named thing leads to the node."""
        step: list[Any] = []
        seen: set[Any] = set()
        while isinstance(node, ox.BlankNode) and node not in seen:
            seen.add(node)
            quads = sorted(self.data.store.quads_for_pattern(None, None, node), key=_named_first)
            if not quads:
                return []
            node, step = quads[0].subject, [quads[0].subject, quads[0].predicate, node]
        return [] if isinstance(node, ox.BlankNode) else step

    def label(self, node: Any) -> str:
        """A node's label, if it has one."""
        if not isinstance(node, ox.NamedNode):
            return ""
        found = (
            (iri, quad.object)
            for iri in LABEL_PROPERTIES
            for quad in self.data.store.quads_for_pattern(node, ox.NamedNode(iri), None)
            if isinstance(quad.object, ox.Literal)
        )
        label = best_label(found)
        return label.value if label else ""

    def message(self, result: ShapeResult) -> str:
        """The message, with the value at fault where the shape's own words do not name it."""
        message = self._without_labels(result.message, result)
        literal = isinstance(result.value, ox.Literal)
        name = str(result.value.value) if isinstance(result.value, ox.Literal) else self.name(result.value)
        if result.value is None or result.value == result.focus or name in message or (literal and len(name) > 60):
            return message
        return f"{message} ({name})"

    def with_names(self, result: ShapeResult, shapes: Shapes) -> ShapeResult:
        """The result without labels of blank nodes in its messages, and with the name of a shape that has no IRI."""
        messages = tuple(
            ox.Literal(self._without_labels(text.value, result), language=text.language) for text in result.messages
        )
        named = isinstance(result.shape, ox.NamedNode)
        return replace(result, messages=messages, shape_name="" if named else shapes.names.shape(result.shape))

    def _without_labels(self, message: str, result: ShapeResult) -> str:
        for node in (result.focus, result.value):
            if isinstance(node, ox.BlankNode):
                message = message.replace(str(node), self.name(node))
        return message

    def place(self, focus: Any, path: Any = None, value: Any = None) -> Any:
        """Where the triple at fault stands, or else the block of its subject, or of what it was derived from."""
        if isinstance(focus, ox.BlankNode):
            return self._place_of_blank(focus)
        found = self.positions.find(
            focus, path if isinstance(path, ox.NamedNode) else None, value, self._statements_about(value)
        )
        if found is None and isinstance(value, ox.NamedNode) and isinstance(path, ox.NamedNode):
            found = self.positions.find(value, path, focus)
        return found or self._origin(focus)

    def _place_of_blank(self, node: Any) -> Any:
        """Where the value stands by which a named thing leads to a blank node."""
        if not (steps := self._path_to(node)):
            return None
        owner, path, value = steps
        return self.positions.find(owner, path, value, self._statements_about(value))

    def _statements_about(self, node: Any) -> list[tuple[Any, Any]]:
        """The statements of a blank node, by which it is recognised in a file."""
        if not isinstance(node, ox.BlankNode):
            return []
        quads = self.data.store.quads_for_pattern(node, None, None)
        originals = self.data.lexical.original_forms
        statements = ((q.predicate, o) for q in quads for o in originals(node, q.predicate, q.object))
        return [(p, o) for p, o in statements if not isinstance(o, ox.BlankNode)]

    def _origin(self, node: Any) -> Any:
        """The block from which a derived thing comes: the nearest one that refers to it, by the likest name."""
        if not self.base or not isinstance(node, ox.NamedNode) or not node.value.startswith(self.base):
            return None
        seen: set[Any] = {node}
        level: list[Any] = [node]
        for _ in range(_IDENTITY_LIMIT):
            referrers = {q.subject for n in level for q in self.data.store.quads_for_pattern(None, None, n)} - seen
            level = sorted(referrers, key=lambda n: (-_likeness(str(n), str(node)), str(n)))
            seen |= referrers
            if found := next((p for n in level if (p := self.positions.find(n))), None):
                return found
        return None


def _named_first(quad: ox.Quad) -> tuple[bool, str, str]:
    return isinstance(quad.subject, ox.BlankNode), str(quad.predicate), str(quad.subject)


def _likeness(one: str, other: str) -> int:
    """How many characters two names have in common at their ends."""
    return next((i for i, (a, b) in enumerate(zip(reversed(one), reversed(other), strict=False)) if a != b), 0)

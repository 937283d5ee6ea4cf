"""SHACL property paths (section 2.3.1): read from a shapes graph, written as SPARQL 1.1 property paths."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

import pyoxigraph as ox

from lalakg._errors import ShapesError
from lalakg._rdf.terms import RDF, Node
from lalakg._shacl.shapes_graph import SH, ShapesGraph

_SUFFIXES = {"zeroOrMorePath": "*", "oneOrMorePath": "+", "zeroOrOnePath": "?"}
_KEYS = {"inverse": "inversePath", **{suffix: key for key, suffix in _SUFFIXES.items()}}
_FIRST, _REST, _NIL = (ox.NamedNode(RDF + name) for name in ("first", "rest", "nil"))


@dataclass(frozen=True)
class Path:
    """A path: `kind` is predicate, inverse, sequence, alternative, or a suffix (`*`, `+`, `?`); `node` is how it
    stands in the shapes graph."""

    kind: str
    node: Node
    parts: tuple[Path, ...] = ()

    def sparql(self) -> str:
        """The path in SPARQL's notation, in full IRIs."""
        if self.kind == "predicate":
            return str(self.node)
        inner = [part.sparql() for part in self.parts]
        if self.kind == "inverse":
            return f"^({inner[0]})"
        if self.kind in ("sequence", "alternative"):
            return "(" + ("/" if self.kind == "sequence" else "|").join(inner) + ")"
        return f"({inner[0]}){self.kind}"

    @property
    def may_be_empty(self) -> bool:
        """Whether the path leads from a node to itself by no step at all."""
        if self.kind in ("predicate", "+"):
            return False if self.kind == "predicate" else self.parts[0].may_be_empty
        if self.kind in ("*", "?"):
            return True
        test = any if self.kind == "alternative" else all
        return test(part.may_be_empty for part in self.parts)

    def rdf(self, names: Iterator[ox.BlankNode]) -> tuple[Node, list[ox.Triple]]:
        """The path as SHACL writes it, with new blank nodes: what stands for it, and its triples."""
        if not self.parts:
            return self.node, []
        steps = [part.rdf(names) for part in self.parts]
        inner = [triple for _, triples in steps for triple in triples]
        if self.kind in _KEYS:
            head = next(names)
            return head, [ox.Triple(head, ox.NamedNode(SH + _KEYS[self.kind]), steps[0][0]), *inner]
        cells = [next(names) for _ in steps]
        rests: list[Node] = [*cells[1:], _NIL]
        for cell, (node, _), rest in zip(cells, steps, rests, strict=True):
            inner += [ox.Triple(cell, _FIRST, node), ox.Triple(cell, _REST, rest)]
        if self.kind == "sequence":
            return cells[0], inner
        head = next(names)
        return head, [ox.Triple(head, ox.NamedNode(SH + "alternativePath"), cells[0]), *inner]

    def predicates(self) -> set[str]:
        """The IRIs of all predicates in the path."""
        if isinstance(self.node, ox.NamedNode) and self.kind == "predicate":
            return {self.node.value}
        return {iri for part in self.parts for iri in part.predicates()}


def read_path(graph: ShapesGraph, node: Node, trail: tuple[Node, ...] = ()) -> Path:
    """Read the path that `node` stands for. Raises ShapesError when it is not well-formed."""
    if isinstance(node, ox.NamedNode) and not graph.is_list(node):
        return Path("predicate", node)
    if node in trail or isinstance(node, ox.Literal):
        raise ShapesError(f"{graph.place(node)}: a path is an IRI, a list of paths or a path expression.")
    trail = (*trail, node)

    def read(part: Node) -> Path:
        return read_path(graph, part, trail)

    if graph.is_list(node):
        return Path("sequence", node, _several(graph, node, [read(part) for part in graph.list(node)]))
    keys = [key for key in ("alternativePath", "inversePath", *_SUFFIXES) if graph.values(node, key)]
    if len(keys) != 1:
        raise ShapesError(
            f"{graph.place(node)}: a path expression has exactly one of sh:inversePath, sh:alternativePath …"
        )
    value = graph.only(node, keys[0])
    if keys[0] == "alternativePath":
        return Path("alternative", node, _several(graph, node, [read(part) for part in graph.list(value)]))
    return Path(_SUFFIXES.get(keys[0], "inverse"), node, (read(value),))


def _several(graph: ShapesGraph, node: Node, parts: list[Path]) -> tuple[Path, ...]:
    if len(parts) < 2:
        raise ShapesError(f"{graph.place(node)}: a sequence or alternative path has at least two members.")
    return tuple(parts)

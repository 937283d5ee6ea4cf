"""Explanation of a shape: in words, by an example that breaks it, and as the SPARQL that it is compiled to."""

from __future__ import annotations

import re
from pathlib import Path
from typing import Any

import pyoxigraph as ox

from lalakg._check.input import read_shapes
from lalakg._errors import ResourceNotFound, nearest
from lalakg._rdf.terms import WELL_KNOWN, Node, Prefixes, compact
from lalakg._rdf.tokens import Token, tokens
from lalakg._shacl import Shapes, compiled_queries
from lalakg._sparql.text import undeclared_prefixes

_SKOS = WELL_KNOWN["skos"]
_TITLES = {"definition": "", "scopeNote": "Scope: ", "example": "Breaks it:", "editorialNote": "Remedy: "}


def explain(path: Path, name: str) -> str:
    """Explain the shapes of a file whose name is `name`, or begins with it, as S08 does; an anonymous shape also by
    the name that a report gives to its rules.

    Raises ResourceNotFound when none does, with the nearest names.
    """
    shapes = read_shapes(path, {})
    chosen = [shape.node for shape in shapes.roots if _is_called(shapes, shape.node, name)]
    if not chosen:
        known = [_local(shapes, shape.node) for shape in shapes.roots]
        raise ResourceNotFound(f"no shape with a target is called {name or repr(name)}.{nearest(name, known)}")
    return "\n".join(_explained(shapes, node) for node in chosen)


def _local(shapes: Shapes, node: Node) -> str:
    """The end of a shape's name; an anonymous shape's name as a whole."""
    if isinstance(node, ox.BlankNode):
        return shapes.names.shape(node)
    return re.split(r"[/#:]", shapes.graph.name(node).strip("<>"))[-1]


def _is_called(shapes: Shapes, node: Node, name: str) -> bool:
    local = _local(shapes, node)
    whole = shapes.names.shape(node)
    names = (local, whole, str(node.value), str(node))
    return name in names or name.startswith(f"{whole}/") or bool(name and local.startswith(f"{name}-"))


def _explained(shapes: Shapes, node: Any) -> str:
    graph = shapes.graph

    def text(key: str) -> str:
        values = graph.values(node, key)
        return str(values[0].value) if values else ""

    parts = [f"{shapes.names.shape(node)}  {text(WELL_KNOWN['rdfs'] + 'label')}".rstrip()]
    for key, title in _TITLES.items():
        if found := text(_SKOS + key):
            parts.append(f"{title}\n\n{_indented(found)}" if title.endswith(":") else f"{title}{found}")
    compiled = [_indented(_complete(query, graph.prefixes)) for query in compiled_queries(shapes, shapes.by_node[node])]
    heading = "Compiled to, a class together with its subclasses in the data"
    if shapes.by_node[node].nested():
        heading += "; when a shape within breaks, further queries find what leads there"
    return "\n\n".join([*parts, f"{heading}:", *compiled]) + "\n"


def _indented(text: str) -> str:
    return "\n".join(f"  {line}".rstrip() for line in text.strip().splitlines())


def _complete(query: str, prefixes: Prefixes) -> str:
    """The query with short names, and a PREFIX line for each prefix that it uses and no other."""
    words = list(tokens(query))
    declared, start = dict(prefixes), 0
    for one, name, iri in zip(words, words[1:], words[2:], strict=False):
        if one.text.upper() == "PREFIX":
            declared[name.text.rstrip(":")], start = iri.text[1:-1], iri.end
    body = "".join(_between(query, start, [w for w in words if w.start >= start], declared)).strip()
    used = {name for name, _ in undeclared_prefixes(body)}
    head = "".join(f"PREFIX {name}: <{declared[name]}>\n" for name in sorted(used & declared.keys()))
    return head + body


def _between(query: str, start: int, words: list[Token], prefixes: Prefixes) -> list[str]:
    """The words of a query and what stands between them, IRIs made short."""
    ends = [start, *(word.end for word in words)]
    pieces = []
    for word, end in zip(words, ends, strict=False):
        text = compact(word.text[1:-1], prefixes) if word.kind == "iri" else word.text
        pieces += [query[end : word.start], text]
    return pieces

"""A rule explained: in words, by an example that breaks it, and as the SPARQL that it is compiled to."""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from lalakg import _turtle
from lalakg._errors import ResourceNotFound, nearest
from lalakg._shacl import Shapes
from lalakg._shacl.plan import queries
from lalakg._terms import WELL_KNOWN, Node, compact

_SKOS = WELL_KNOWN["skos"]


def explain(path: Path, name: str) -> str:
    """Explain the shapes of a file whose name is `name`, or begins with it, as S08 does.

    Raises ResourceNotFound when none does, with the nearest names.
    """
    document = _turtle.read(path, keep_blank_nodes=True, base=path.absolute().as_uri())
    shapes = Shapes(document.triples, document.prefixes)
    chosen = [shape.node for shape in shapes.roots if _is_called(shapes, shape.node, name)]
    if not chosen:
        known = [_local(shapes, shape.node) for shape in shapes.roots]
        raise ResourceNotFound(f"no shape with a target is called {name}.{nearest(name, known)}")
    return "\n".join(_explained(shapes, node) for node in chosen)


def _local(shapes: Shapes, node: Node) -> str:
    return shapes.graph.name(node).strip("<>").rpartition(":")[2]


def _is_called(shapes: Shapes, node: Node, name: str) -> bool:
    local = _local(shapes, node)
    return name in (local, shapes.graph.name(node), str(node.value)) or local.startswith(f"{name}-")


def _explained(shapes: Shapes, node: Any) -> str:
    graph = shapes.graph

    def text(key: str) -> str:
        values = graph.values(node, key)
        return str(values[0].value) if values else ""

    parts = [f"{graph.name(node)}  {text(WELL_KNOWN['rdfs'] + 'label')}".rstrip()]
    titles = {"definition": "", "scopeNote": "Scope: ", "example": "Breaks it: ", "editorialNote": "Remedy: "}
    parts += [f"{title}{found}" for key, title in titles.items() if (found := text(_SKOS + key))]
    compiled = "\n\n".join(_indented(query, shapes) for query in _queries(shapes, node))
    return "\n\n".join([*parts, "Compiled to:", compiled]) + "\n"


def _queries(shapes: Shapes, node: Any) -> Iterator[str]:
    yield from queries(shapes, shapes.by_node[node])


def _indented(query: str, shapes: Shapes) -> str:
    prefixes = shapes.graph.prefixes
    short = re.sub(r"(?<!PREFIX )<([^<>\s]+)>", lambda m: compact(m[1], prefixes), query)
    return "\n".join(f"  {line}".rstrip() for line in short.strip().splitlines())

"""Shapes of a shapes graph: found (SHACL, section 2.1), and refused when they are not well-formed."""

from __future__ import annotations

from collections.abc import Iterable
from functools import cached_property
from typing import Any

import pyoxigraph as ox

from lalakg._errors import ShapesError
from lalakg._rdf.terms import RDF_TYPE, Node
from lalakg._shacl.constraint_components import read_components
from lalakg._shacl.parameters import READERS
from lalakg._shacl.shape import LISTS_OF_SHAPES, SHAPE_VALUED, Shape
from lalakg._shacl.shape_names import ShapeNames
from lalakg._shacl.shape_reader import ShapeReader
from lalakg._shacl.shapes_graph import SH, TARGETS, ShapesGraph


class Shapes:
    """All shapes of a graph, read and found well-formed. Raises ShapesError when one is not."""

    def __init__(self, triples: Iterable[ox.Triple], prefixes: dict[str, str] | None = None) -> None:
        self.graph = ShapesGraph(triples, prefixes or {})
        self._refuse_entailment()
        self.components = read_components(self.graph)
        reader = ShapeReader(self.graph, self.components)
        self.by_node: dict[Any, Shape] = {node: reader.read(node) for node in self._find()}
        self._refuse_recursion()

    def __len__(self) -> int:
        return len(self.roots)

    @cached_property
    def roots(self) -> list[Shape]:
        """The shapes that have targets, in the order of their names."""
        return sorted((s for s in self.by_node.values() if s.targets and not s.deactivated), key=self._order)

    def _order(self, shape: Shape) -> tuple[str, str]:
        """A sort key by name; anonymous shapes come last."""
        return str(shape.node) if isinstance(shape.node, ox.NamedNode) else "_", self.names.shape(shape.node)

    @cached_property
    def names(self) -> ShapeNames:
        """What the shapes and their rules are called, anonymous ones as well."""
        return ShapeNames(self.graph, {node: shape.path for node, shape in self.by_node.items()})

    @cached_property
    def undefined_shapes(self) -> list[str]:
        """Names of shapes that others refer to but the graph does not define, so that everything conforms to them."""
        named = (node for node in self.by_node if isinstance(node, ox.NamedNode))
        return sorted(self.graph.name(node) for node in named if not self.graph.about.get(node))

    @property
    def need_their_graph(self) -> bool:
        """Whether a query looks into the shapes graph itself."""
        texts = (str(t.object.value) for t in self.graph.triples if isinstance(t.object, ox.Literal))
        return any("shapesGraph" in text for text in texts)

    def _find(self) -> list[Node]:
        found: dict[Any, None] = {}
        classes = (ox.NamedNode(SH + name) for name in ("NodeShape", "PropertyShape"))
        typed = (node for class_ in classes for node in self.graph.subjects(RDF_TYPE.value, class_))
        keys = (*TARGETS, *READERS, *LISTS_OF_SHAPES, *SHAPE_VALUED, "closed", "sparql")
        declared = (node for key in keys for node in self.graph.having(key))
        parameters = {path for c in self.components for path in c.mandatory}
        extended = (node for path in parameters for node in self.graph.having(path))
        for node in (*typed, *declared, *extended, *self._referred()):
            if not self._is_parameter(node):
                found[node] = None
        return list(found)

    def _is_parameter(self, node: Node) -> bool:
        """Whether the node declares a component's parameter, and so is no shape for all its sh:path."""
        return bool(self.graph.subjects("parameter", node))

    def _referred(self) -> Iterable[Node]:
        for key in SHAPE_VALUED:
            for node in self.graph.having(key):
                yield from self.graph.values(node, key)
        for key in LISTS_OF_SHAPES:
            for node in self.graph.having(key):
                for members in self.graph.values(node, key):
                    yield from self.graph.list(members)

    def _refuse_entailment(self) -> None:
        for node in self.graph.having("entailment"):
            regimes = ", ".join(map(self.graph.name, self.graph.values(node, "entailment")))
            raise ShapesError(f"sh:entailment {regimes} is not supported; derive what follows first, and check it all.")

    def _refuse_recursion(self) -> None:
        """Depth-first search for a cycle; SHACL leaves recursive shapes undefined (section 3.4.3)."""
        done: set[Any] = set()

        def visit(node: Any, trail: tuple[Any, ...]) -> None:
            if node in trail:
                names = " → ".join(self.names.shape(n) for n in (*trail[trail.index(node) :], node))
                raise ShapesError(f"shapes refer to themselves, which SHACL leaves undefined: {names}.")
            if node not in done and node in self.by_node:
                for other in self.by_node[node].nested():
                    visit(other, (*trail, node))
                done.add(node)

        for node in self.by_node:
            visit(node, ())

"""Reader of one shape: its targets and constraints, refused with a clear message when they are not well-formed."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any, Final

import pyoxigraph as ox

from lalakg._errors import ShapesError
from lalakg._rdf.terms import RDF_TYPE, Node
from lalakg._shacl.constraint_components import Component
from lalakg._shacl.parameters import READERS, REPEATABLE, count
from lalakg._shacl.paths import Path, read_path
from lalakg._shacl.shape import LISTS_OF_SHAPES, SHAPE_VALUED, Constraint, QualifiedValueShape, Shape
from lalakg._shacl.shapes_graph import SH, TARGETS, ShapesGraph
from lalakg._shacl.sparql_constraints import read_select

_RDFS = "http://www.w3.org/2000/01/rdf-schema#"
_OWL_CLASS = "http://www.w3.org/2002/07/owl#Class"
_SUBCLASS = _RDFS + "subClassOf"
_PROPERTY_ONLY: Final = ("minCount", "maxCount", "uniqueLang", "lessThan", "lessThanOrEquals", "qualifiedValueShape")
_COMPANIONS: Final = (
    "flags",
    "ignoredProperties",
    "qualifiedMinCount",
    "qualifiedMaxCount",
    "qualifiedValueShapesDisjoint",
)
_PLAIN: Final = (
    "path",
    "severity",
    "message",
    "deactivated",
    "name",
    "description",
    "order",
    "group",
    "defaultValue",
    "declare",
    "prefixes",
    "namespace",
    *TARGETS,
)


class ShapeReader:
    """Reads shapes of a graph that may define components of its own. Raises ShapesError for ill-formed ones."""

    def __init__(self, graph: ShapesGraph, components: list[Component]) -> None:
        self.graph, self.components = graph, components

    def read(self, node: Node) -> Shape:
        """Read the shape that `node` stands for."""
        graph = self.graph
        if isinstance(node, ox.Literal):
            raise ShapesError(f"a shape is an IRI or a blank node, not {node}.")
        self._refuse_unknown(node)
        self._refuse_pathless(node)
        path = read_path(graph, graph.only(node, "path")) if graph.values(node, "path") else None
        types = {str(t.value) for t in graph.values(node, RDF_TYPE.value)}
        if (SH + "PropertyShape" in types) != (path is not None) and {SH + "PropertyShape", SH + "NodeShape"} & types:
            raise ShapesError(f"{graph.place(node)}: a property shape has one sh:path, a node shape has none.")
        severity = graph.optional(node, "severity") or ox.NamedNode(SH + "Violation")
        constraints = () if graph.boolean(node, "deactivated") else tuple(self._constraints(node, path))
        return Shape(
            node=node,
            path=path,
            targets=tuple(self._targets(node)),
            severity=graph.iri(node, severity, "severity"),
            messages=graph.messages(node),
            deactivated=graph.boolean(node, "deactivated"),
            constraints=constraints,
        )

    def _refuse_unknown(self, node: Node) -> None:
        """An unknown SHACL property is a constraint that would silently not be checked."""
        own_query = {"select"} if node in self.graph.values(node, "sparql") else set()
        known = {*own_query, *_PLAIN, *READERS, *LISTS_OF_SHAPES, *SHAPE_VALUED, *_COMPANIONS, "closed", "sparql"}
        for triple in self.graph.about[node]:
            name = triple.predicate.value.removeprefix(SH)
            if triple.predicate.value.startswith(SH) and name not in known:
                raise ShapesError(f"{self.graph.place(node)}: sh:{name} is not supported, so it could not be checked.")

    def _refuse_pathless(self, node: Node) -> None:
        for value in self.graph.values(node, "property"):
            if not self.graph.values(value, "path"):
                where, name = self.graph.place(node), self.graph.name(value)
                raise ShapesError(f"{where}: sh:property {name} leads to a shape without sh:path.")

    def _targets(self, node: Node) -> Iterable[tuple[str, Node]]:
        for key in TARGETS:
            for value in self.graph.values(node, key):
                if key != "targetNode":
                    self.graph.iri(node, value, key)
                elif isinstance(value, ox.BlankNode):
                    raise ShapesError(
                        f"{self.graph.place(node)}: sh:targetNode takes an IRI or a literal, not {value}."
                    )
                yield key, value
        if isinstance(node, ox.NamedNode) and self._is_class(node):
            yield "targetClass", node

    def _is_class(self, node: Node) -> bool:
        types = list(self.graph.values(node, RDF_TYPE.value))
        seen: set[Any] = set()
        while types:
            if (kind := types.pop()) not in seen:
                seen.add(kind)
                types += self.graph.values(kind, _SUBCLASS)
        return any(isinstance(k, ox.NamedNode) and k.value in (_RDFS + "Class", _OWL_CLASS) for k in seen)

    def _constraints(self, node: Node, path: Path | None) -> Iterable[Constraint]:
        graph = self.graph
        for key in _PROPERTY_ONLY:
            if path is None and graph.values(node, key):
                raise ShapesError(f"{graph.place(node)}: sh:{key} belongs to a property shape, one with sh:path.")
        for key, reader in READERS.items():
            for value in self._values(node, key):
                yield Constraint(key, component_iri(key), reader(graph, node, value))
        for key in ("node", "property", "not"):
            yield from (Constraint(key, component_iri(key), value) for value in graph.values(node, key))
        for key in LISTS_OF_SHAPES:
            yield from (Constraint(key, component_iri(key), tuple(graph.list(v))) for v in graph.values(node, key))
        yield from self._closed(node)
        yield from self._qualified(node)
        yield from self._sparql(node, path)

    def _values(self, node: Node, key: str) -> list[Node]:
        values = self.graph.values(node, key)
        if key not in REPEATABLE and len(values) > 1:
            raise ShapesError(f"{self.graph.place(node)}: sh:{key} stands {len(values)} times; it may stand once.")
        return values

    def _closed(self, node: Node) -> Iterable[Constraint]:
        graph = self.graph
        if not graph.boolean(node, "closed"):
            return
        ignored = graph.optional(node, "ignoredProperties")
        allowed = {
            graph.iri(node, p, "ignoredProperties") for p in (graph.list(ignored) if ignored is not None else [])
        }
        for nested in graph.values(node, "property"):
            path = graph.optional(nested, "path")
            if isinstance(path, ox.NamedNode):
                allowed.add(path.value)
        yield Constraint("closed", component_iri("closed"), tuple(sorted(allowed)))

    def _qualified(self, node: Node) -> Iterable[Constraint]:
        graph = self.graph
        shapes = self._values(node, "qualifiedValueShape")
        low, high = (
            count(graph, node, key) if graph.values(node, key) else None
            for key in ("qualifiedMinCount", "qualifiedMaxCount")
        )
        if graph.values(node, "path") and not shapes and (low, high) != (None, None):
            raise ShapesError(f"{graph.place(node)}: a qualified minimum or maximum needs sh:qualifiedValueShape.")
        siblings: tuple[Node, ...] = ()
        if graph.boolean(node, "qualifiedValueShapesDisjoint"):
            parents = graph.subjects("property", node)
            others = (p for parent in parents for p in graph.values(parent, "property"))
            siblings = tuple(
                dict.fromkeys(s for p in others for s in graph.values(p, "qualifiedValueShape") if s not in shapes)
            )
        for shape in shapes:
            if low is None and high is None:
                raise ShapesError(f"{graph.place(node)}: sh:qualifiedValueShape needs a qualified minimum or maximum.")
            value = QualifiedValueShape(shape, low, high, siblings)
            for key in ("qualifiedMinCount", "qualifiedMaxCount"):
                if graph.values(node, key):
                    bounded = QualifiedValueShape(
                        shape, low if "Min" in key else None, high if "Max" in key else None, siblings
                    )
                    yield Constraint("qualifiedValueShape", component_iri(key), bounded, value.shape)

    def _sparql(self, node: Node, path: Path | None) -> Iterable[Constraint]:
        for value in self.graph.values(node, "sparql"):
            if not self.graph.boolean(value, "deactivated"):
                yield Constraint("sparql", component_iri("sparql"), read_select(self.graph, value, path, node), value)
        for custom_component in self.components:
            for use in custom_component.uses(self.graph, node, path):
                yield Constraint("custom", custom_component.iri, use)


def component_iri(key: str) -> str:
    """The IRI of a parameter's constraint component: minCount gives …#MinCountConstraintComponent."""
    name = {"sparql": "SPARQL"}.get(key, key[0].upper() + key[1:])
    return f"{SH}{name}ConstraintComponent"

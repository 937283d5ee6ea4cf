"""Names of shapes and of their rules that do not change from run to run, for anonymous ones as well.

A blank node's label is made up anew by every parser. An anonymous shape is therefore named by its nearest named owner
and the way from there, found breadth first: `ex:Person/ex:email` for a property shape, `ex:Person/sh:node` for another;
one without an owner by its targets, `sh:targetClass(ex:Person)`. Those that would share a name are numbered in the
order of their content. A rule of an anonymous shape has the constraint component (SHACL, section 4) at its end.
"""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping

import pyoxigraph as ox

from lalakg._rdf.terms import Node
from lalakg._shacl.paths import Path
from lalakg._shacl.shape import LISTS_OF_SHAPES, SHAPE_VALUED
from lalakg._shacl.shapes_graph import SH, ShapesGraph

_SPARQL_COMPONENT = SH + "SPARQLConstraintComponent"


class ShapeNames:
    """The names of all shapes of a graph: short names of IRIs; for blank nodes as described above.

    `paths` are the shapes, each with its path, or None for a node shape.
    """

    def __init__(self, graph: ShapesGraph, paths: Mapping[Node, Path | None]) -> None:
        self.graph, self.paths = graph, paths
        self._names: dict[Node, str] = {n: graph.name(n) for n in paths if isinstance(n, ox.NamedNode)}
        self._name_below(list(self._names))
        roots = [node for node in paths if node not in self._names and not _owners(graph, node)]
        self._name_below(self._number({node: self._of_root(node) for node in roots}))

    def shape(self, node: Node) -> str:
        """The name of a shape."""
        return self._names.get(node) or self.graph.name(node)

    def rule(self, shape: Node, component: str, constraint: Node | None = None) -> str:
        """The name of the rule that a result breaks: a named constraint's or shape's own; or else the anonymous shape's
        with the constraint component, given by its IRI."""
        if isinstance(constraint, ox.NamedNode):
            return self.graph.name(constraint)
        if isinstance(shape, ox.NamedNode):
            return self.graph.name(shape)
        number = ""
        if component == _SPARQL_COMPONENT:
            constraints = [node for node in self.graph.values(shape, "sparql") if isinstance(node, ox.BlankNode)]
            number = _numbers(self.graph, constraints).get(constraint, "") if constraint else ""
        return f"{self.shape(shape)}/{self.graph.name(ox.NamedNode(component)).removeprefix('sh:')}{number}"

    def _of_root(self, node: Node) -> str:
        path = self.paths[node]
        return self.graph.target_name(node) + (f"/{short_path(path, self.graph)}" if path else "")

    def _name_below(self, owners: list[Node]) -> None:
        """Name what can be reached from these owners, level by level, so that the nearest one gives the name."""
        while owners:
            names: dict[Node, str] = {}
            for owner in owners:
                for segment, node in self._anonymous(owner):
                    name = f"{self._names[owner]}/{segment}"
                    names[node] = min(names.get(node, name), name)
            owners = self._number(names)

    def _anonymous(self, owner: Node) -> Iterator[tuple[str, Node]]:
        """The unnamed shapes to which a shape refers, with what names them there."""
        for key, node in _references(self.graph, owner):
            if node in self.paths and node not in self._names:
                path = self.paths[node]
                steps = [] if key == "property" else [f"sh:{key}"]
                yield "/".join([*steps, short_path(path, self.graph)] if path else steps or ["sh:property"]), node

    def _number(self, names: dict[Node, str]) -> list[Node]:
        """Keep these names, with a number where several shapes would have the same."""
        alike: dict[str, list[Node]] = defaultdict(list)
        for node, name in names.items():
            alike[name].append(node)
        for name, nodes in alike.items():
            self._names.update({node: name + number for node, number in _numbers(self.graph, nodes).items()})
        return list(names)


def short_path(path: Path, graph: ShapesGraph) -> str:
    """A path in SPARQL's notation, with short names."""
    return re.sub(r"<([^>]*)>", lambda match: graph.name(ox.NamedNode(match[1])), path.sparql())


def _references(graph: ShapesGraph, node: Node) -> Iterator[tuple[str, Node]]:
    """The shapes to which a shape refers, each with the parameter that does it."""
    for key in SHAPE_VALUED:
        yield from ((key, value) for value in graph.values(node, key))
    for key in LISTS_OF_SHAPES:
        yield from ((key, member) for value in graph.values(node, key) for member in graph.list(value))


def _owners(graph: ShapesGraph, node: Node) -> bool:
    """Whether another shape refers to this one. Only a list of shapes has shapes as members."""
    return graph.is_member(node) or any(graph.subjects(key, node) for key in SHAPE_VALUED)


def _numbers(graph: ShapesGraph, nodes: Iterable[Node]) -> dict[Node, str]:
    """Numbers for nodes in the order of their content; none for a single one."""
    nodes = list(nodes)
    if len(nodes) < 2:
        return dict.fromkeys(nodes, "")
    ordered = sorted(nodes, key=lambda node: _content(graph, node, ()))
    return {node: f"[{number}]" for number, node in enumerate(ordered, 1)}


def _content(graph: ShapesGraph, node: Node | ox.Triple, trail: tuple[Node, ...]) -> str:
    """All that is said of a blank node, without labels: what it refers to is written out within."""
    if not isinstance(node, ox.BlankNode):
        return str(node)
    if node in trail:
        return "[]"
    trail = (*trail, node)
    if members := graph.members(node):
        return f"({' '.join(_content(graph, member, trail) for member in members)})"
    triples = graph.about.get(node, ())
    return f"[{';'.join(sorted({f'{t.predicate} {_content(graph, t.object, trail)}' for t in triples}))}]"
